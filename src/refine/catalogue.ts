import { div, mul } from "../autodiff/primitives/elementwise.js";
import { known } from "../autodiff/tape.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { checkChoice, checkOptions } from "../ndarray/fields.js";
import { InputError } from "../ndarray/errors.js";
import { withCell } from "./crystal-cell.js";
import type { Parameter } from "./parameter.js";
import { backgroundRecords } from "./refinables/background.js";
import { blockRecords } from "./refinables/blocks.js";
import { beamRecords } from "./refinables/beam.js";
import { groupRecords } from "./refinables/groups.js";
import { crystalRecords } from "./refinables/crystal.js";
import { detectorRecords } from "./refinables/detector.js";
import { spotRecords } from "./refinables/spots.js";
import type { CatalogueOptions, RefinableRecord } from "./refinables/refinable.js";

const table = [...crystalRecords, ...detectorRecords, ...groupRecords, ...beamRecords, ...spotRecords, ...blockRecords, ...backgroundRecords] as const;

/** What can be asked for: a parameter's name, or that of a group of them. */
export type Refinable = (typeof table)[number]["name"];

/** Everything that can be refined. */
export const refinableRecords: readonly (RefinableRecord & { readonly name: Refinable })[] = table;

/** Names of the quantities that can be refined. */
export const refinable: readonly Refinable[] = table.map(({ name }) => name);

/** Other names for the same. */
export const refinableAliases: ReadonlyMap<string, Refinable> = new Map(
  refinableRecords.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const)),
);

/** Single numbers that can be asked for, and the group that each belongs to. */
export const refinableMembers: ReadonlyMap<string, Refinable> = new Map(
  refinableRecords.flatMap(({ name, members = [] }) => members.map((member) => [member, name] as const)),
);

/** Whether a word is the name of a quantity that can be refined. */
export function isRefinable(name: string): name is Refinable {
  return refinableRecords.some((record) => record.name === name);
}

/** Whether each of several images that are refined together has a value of its own. */
export function isPerImage(name: Refinable): boolean {
  return recordOf(name).isPerImage ?? false;
}

/**
 * An experiment ready to be refined: with a cell and a misset in place of reciprocal vectors, and its detector's distance along
 * the beam.
 */
export function refinableExperiment(experiment: Experiment): Experiment {
  const crystal = withCell(experiment.crystal);
  const { closeDistanceMm, ...detector } = experiment.detector;
  if (closeDistanceMm === undefined) return { ...experiment, crystal };
  const { distance, closeDistance } = detectorFrame(experiment.detector);
  return { ...experiment, crystal, detector: { ...detector, distanceMm: known(mul(closeDistanceMm, div(distance, closeDistance))) } };
}

/**
 * The parameters of an experiment that names stand for, each starting at the experiment's own value.
 * @param experiment as `refinableExperiment` gives it
 * @throws InputError when a name stands for nothing, or the experiment has not what it stands for
 */
export function parametersNamed(names: readonly Refinable[], experiment: Experiment, options: CatalogueOptions = {}): Parameter[] {
  for (const name of names) checkChoice("a parameter to refine", name, refinable);
  checkOptions("parametersNamed", options, { system: true, separateN: true, backgroundTerms: true });
  return names.flatMap((name) => recordOf(name).parameters(experiment, options));
}

function recordOf(name: Refinable): RefinableRecord {
  const record = refinableRecords.find((candidate) => candidate.name === name);
  if (!record) throw new InputError(`${name} cannot be refined`);
  return record;
}
