import type { Experiment } from "../models/experiment.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { ImageModel, type Simulation } from "./image-model.js";
import type { ImageOptions, ParallelOptions } from "./image-options.js";

/**
 * The image of an experiment.
 * @returns photons in each pixel, shape [slow, fast], and what there is to warn of
 * @throws InputError when a number of the experiment cannot be
 */
export function simulate<D extends FloatDType = "float64">(experiment: Experiment, options?: ImageOptions & { readonly dtype?: D }): Simulation<D>;
export function simulate(experiment: Experiment, options: ImageOptions = {}): Simulation {
  return new ImageModel<readonly []>(() => experiment, options).simulate([]);
}

/** The same, on workers; equal in every bit. */
export function simulateOn(parallel: ParallelOptions, experiment: Experiment, options: ImageOptions = {}): Promise<Simulation> {
  return new ImageModel<readonly []>(() => experiment, options).simulateOn(parallel, []);
}
