import type { Experiment } from "../models/experiment.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { askedParameters, type Asked } from "../refine/asked-parameters.js";
import { refinableExperiment, refinableRecords } from "../refine/catalogue.js";
import { lossNamed } from "../refine/loss.js";
import { experimentAt, type Parameter } from "../refine/parameter.js";
import { refine, type Refinement, type RefinementProgress } from "../refine/refine.js";
import { refinedText } from "../refine/refined-text.js";
import type { Still } from "../refine/still.js";
import { refinementText } from "../refine/summary.js";
import { InputError } from "../ndarray/errors.js";
import { ImageModel } from "../simulate/image-model.js";
import type { ImageOptions } from "../simulate/image-options.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import type { GivenImage, GivenRefinement } from "./given.js";
import { knownExperiment } from "./known-experiment.js";

/** What is refined unless somebody chooses. */
const usual: GivenRefinement = {
  asked: { names: ["cell", "misset", "distance", "scale"], fixed: [], catalogue: {} },
  limits: [],
  options: {},
  loss: { name: "poisson", readNoise: 0 },
  overload: undefined,
  kept: [],
  hasMask: false,
};

/** A refinement of one image, ready to run: what the command would refine, from where the controls stand. */
export interface PreparedRefinement {
  readonly still: Still;
  readonly parameters: readonly Parameter[];
  readonly given: GivenRefinement;
}

/**
 * @param names of what is refined; what was given, or is usual, unless somebody has chosen
 * @throws InputError when the experiment does not have one of them
 */
export function preparedRefinement(
  image: GivenImage,
  experiment: Experiment,
  options: ImageOptions,
  given: GivenRefinement = usual,
  names: readonly string[] = given.asked.names,
): PreparedRefinement {
  const [counts] = image.panels;
  const [mask] = image.masks;
  const still: Still = {
    experiment: refinableExperiment(experiment),
    options: { ...options, ...(mask && { mask }) },
    counts: counts.dtype === "float64" ? counts : copy(counts, "float64"),
    ...(given.overload !== undefined && { overload: given.overload }),
    name: image.name,
  };
  const isGiven = names.join() === given.asked.names.join();
  const asked: Asked = isGiven ? given.asked : { ...given.asked, names, fixed: [] };
  const parameters = askedParameters(asked, [still]).map((parameter) => {
    const limit = given.limits.find(({ name }) => name === parameter.name);
    return limit ? { ...parameter, lower: limit.lower, upper: limit.upper } : parameter;
  });
  return { still, parameters, given };
}

export interface RunningOptions {
  readonly signal: AbortSignal;
  readonly pool?: WorkerPool;
  readonly onStep: (progress: RefinementProgress) => void | Promise<void>;
}

/** Runs it, as the command does. */
export function run({ still, parameters, given }: PreparedRefinement, running: RunningOptions): Promise<Refinement> {
  return refine([still], parameters, { ...given.options, loss: lossNamed(given.loss.name, { readNoise: given.loss.readNoise }), ...running });
}

/** The image that values of the parameters make, again and again. */
export function previewOf({ still, parameters }: PreparedRefinement): (progress: RefinementProgress) => NdArray {
  const { mask: _, ...options } = still.options;
  const model = new ImageModel<readonly number[]>((values) => experimentAt(still.experiment, parameters, values), { ...options, oversample: options.oversample ?? 1 });
  return ({ values }) => model.simulate([...values]).image;
}

/** The experiment that a refinement has found. */
export function refinedExperiment({ still, parameters }: PreparedRefinement, values: readonly number[]): Experiment {
  return knownExperiment(experimentAt(still.experiment, parameters, values));
}

/** The files that the command would write, by their names. */
export function resultFiles(prepared: PreparedRefinement, refinement: Refinement): ReadonlyMap<string, string> {
  const { kept, hasMask } = prepared.given;
  const values = refinement.parameters.map(({ value }) => value);
  const isTricubic = prepared.still.options.interpolation === "tricubic";
  return new Map([
    ["refined.args", refinedText(refinedExperiment(prepared, values), { kept, hasMask, oversample: refinement.oversample[0], isTricubic })],
    ["refinement.json", refinementText(prepared.still.name ?? "image", refinement, refinement.warnings)],
  ]);
}

/** Quantities that an experiment has, so that they can be refined. */
export function refinableOf(experiment: Experiment): readonly { readonly name: string; readonly help: string }[] {
  const start = refinableExperiment(experiment);
  return refinableRecords.filter(({ name }) => {
    try {
      return askedParameters({ names: [name], fixed: [], catalogue: {} }, [{ experiment: start }]).length > 0;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  });
}
