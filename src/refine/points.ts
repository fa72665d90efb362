import type { Quantity } from "../autodiff/tape.js";
import { recommendedOversample, type Experiment } from "../models/experiment.js";
import type { ImageOptions } from "../simulate/image-options.js";

/**
 * Options with as many points along each edge of a pixel as its spots need, but at most so many, unless they say it themselves. Spots
 * in closed form have the pixel's own size among what widens them, and need none.
 * @param experiment of numbers
 */
export function withPoints(options: ImageOptions, experiment: Experiment<Quantity>, most = Infinity): ImageOptions {
  if (options.oversample !== undefined || options.spots === "closed") return options;
  return { ...options, oversample: Math.min(most, recommendedOversample(experiment)) };
}

/** Points along each edge of a pixel that an image is summed over. */
export function pointsIn({ oversample = 1 }: ImageOptions): number {
  return oversample;
}
