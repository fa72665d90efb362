import { basename } from "node:path";
import { atDistance } from "../../input/record-detector.js";
import { panelledDetector } from "../../input/record-panels.js";
import type { ExperimentRecord } from "../../io/geometry/record.js";
import { InputError } from "../../ndarray/errors.js";
import type { RefineOptions } from "../../refine/refine.js";
import type { Given as PageGiven, GivenImage, GivenRefinement } from "../../view/given.js";
import { givenImageOf, onPanels } from "../../view/measured-image.js";
import { requestFromFlags } from "../experiment-from-flags.js";
import { readImage } from "../image-file.js";
import { readInputFiles } from "../input-files.js";
import { Given } from "../parse-flags.js";
import { asSimulateFlags, type RefineFlag } from "../refine/flags.js";
import { keepsMask, keptLines } from "../refine/refined-arguments.js";
import { askedOf } from "../refine/parameters-from-flags.js";
import { lossOf } from "../refine/options-from-flags.js";
import { refineRequest } from "../refine/request.js";
import { version } from "../version.js";
import { factsFromFlags } from "../who-said.js";
import { asRefineFlags, type ViewFlag } from "./flags.js";
import { modelOperand } from "./model-operand.js";

/**
 * What the page is to show: images; a model beside one, where the options say what the crystal is; the live detector without any image.
 * @param seconds since 1970, for random orientations without a seed
 * @throws InputError that names the file or the option
 */
export async function pageGiven(given: Given<ViewFlag>, cwd: string, seconds: number): Promise<PageGiven> {
  const { flags, warnings: ofModel } = await modelOperand(asRefineFlags(given), cwd);
  const names = flags.operands;
  const hasModel = flags.has("cell", "mat", "mtz", "geometry");
  const lost = flags.occurrences[0];
  if (lost && !hasModel) throw new InputError(`${lost.spelling} belongs to a model, and nothing says what the crystal is: give -cell, -mat, -mtz or -geometry`);
  const title = names.length > 0 ? names.map((name) => basename(name)).join(", ") : "live detector";
  const page = { title, version: version(), warnings: [] };
  if (!hasModel) return { ...page, images: await Promise.all(names.map((name) => imageOf(name, given, cwd))) };
  if (names.length > 1) throw new InputError(`a model is compared with one image, and ${names.length} are given`);
  const { flags: scattering, warnings: assumed } = withStructure(flags);
  const simulated = asSimulateFlags(scattering);
  const files = await readInputFiles(simulated, cwd);
  const record = files.geometry && recordAtDistance(files.geometry.record, simulated.number("distance"));
  const shown = async (): Promise<GivenImage[]> =>
    Promise.all(
      names.map(async (name) => {
        const image = await imageOf(name, given, cwd);
        return record ? onPanels(image, record) : image;
      }),
    );
  if (record && files.geometry?.crystal === undefined && names.length > 0 && !flags.has("cell", "mat", "mtz", "pdb")) {
    const sentence = `${record.source} states no crystal: resolutions are its, and there is no model; -cell and -misset, or -mat, would state one`;
    return { ...page, images: await shown(), warnings: [...ofModel, ...(files.geometry?.warnings ?? []), sentence] };
  }
  const panels = record?.panels ?? [];
  if (names.length === 0 || panels.length > 1) {
    const { experiment, options: { mask: _, roi: __, ...options }, warnings } = requestFromFlags(simulated, files, seconds);
    return {
      ...page,
      images: await shown(),
      experiment,
      options,
      facts: factsFromFlags(experiment, simulated, files),
      ...(record && panels.length > 1 && { panels: panelledDetector(record, experiment.detector) }),
      warnings: [...ofModel, ...assumed, ...warnings],
    };
  }
  const { stills, parameters, options: refineOptions, facts, warnings } = await refineRequest(scattering, names, cwd, seconds);
  const [{ counts, experiment, options, overload }] = stills;
  const { mask, ...rest } = options;
  const image: GivenImage = { name: title, panels: [counts], masks: [mask], facts: [] };
  return {
    ...page,
    images: [image],
    experiment,
    options: rest,
    facts,
    refinement: {
      asked: askedOf(flags),
      limits: parameters.map(({ name, lower, upper }) => ({ name, lower, upper })),
      options: withoutLoss(refineOptions),
      loss: lossOf(flags),
      overload,
      kept: keptLines(asSimulateFlags(flags), cwd),
      hasMask: keepsMask(asSimulateFlags(flags)),
    },
    warnings: [...ofModel, ...assumed, ...warnings],
  };
}

function recordAtDistance(record: ExperimentRecord, distanceMm: number | undefined): ExperimentRecord {
  return distanceMm === undefined ? record : atDistance(record, distanceMm);
}

/** Electrons of every reflection where nothing says what scatters. */
const alike = 100;

/** To see where spots lie, their brightness need not be known. */
function withStructure(flags: Given<RefineFlag>): { readonly flags: Given<RefineFlag>; readonly warnings: readonly string[] } {
  if (flags.has("hkl", "mtz", "dump", "default_F")) return { flags, warnings: [] };
  const added = { name: "default_F", spelling: "-default_F", words: [String(alike)], numbers: [alike], place: flags.occurrences.length } as const;
  const warnings = [`no structure factors are given (-hkl, -mtz): all reflections are taken as ${alike} electrons, and how bright a spot is means nothing`];
  return { flags: new Given<RefineFlag>([...flags.occurrences, added], flags.operands, flags.warnings), warnings };
}

async function imageOf(name: string, given: Given<ViewFlag>, cwd: string): Promise<GivenImage> {
  const size = given.last("size")?.numbers;
  return { ...givenImageOf(await readImage(cwd, name, undefined, size && [size[1], size[0]])), name: basename(name) };
}

/** The options that are plain data; of the rest, a function cannot be sent to a page. */
function withoutLoss({ restraints, coarseToFine, maxSteps, maxSeconds }: RefineOptions): GivenRefinement["options"] {
  return {
    ...(restraints && { restraints }),
    ...(coarseToFine && { coarseToFine }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(maxSeconds !== undefined && { maxSeconds }),
  };
}
