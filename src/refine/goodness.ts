import { zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Loss } from "./loss.js";

/** Photons from which on a pixel has its full say: below, its squared residual is a lottery of single photons. */
export const fewPhotons = 1;

/** Standard deviations above 1 from which on a reduced chi-square is no accident. */
const mostSigmas = 5;

export interface GoodnessOfFit {
  /** NaN where there are not more pixels than parameters */
  readonly reducedChiSquare: number;
  /** standard deviation of the reduced chi-square of a right model */
  readonly chiSquareSigma: number;
}

/** Whether the noise of the counts is not what the residuals are. */
export function isPoorFit({ reducedChiSquare, chiSquareSigma }: GoodnessOfFit): boolean {
  return reducedChiSquare > 1 + mostSigmas * chiSquareSigma;
}

/** Whether the counts scatter less than photons can. */
export function isTooGoodFit({ reducedChiSquare, chiSquareSigma }: GoodnessOfFit): boolean {
  return reducedChiSquare < 1 - mostSigmas * chiSquareSigma;
}

/**
 * The squared differences between counts and model in units of their variance, on average; 1 where the model is right, and NaN where there are
 * not more pixels than parameters.
 *
 * Pixels weigh by m/(m+1) for m expected photons, because the squared residual of next to nothing is rarely not 0 and then huge.
 * @param masks int32; pixels where they are 0 do not count
 * @param free number of refined parameters
 */
export function goodnessOfFit(counts: readonly NdArray[], images: readonly NdArray[], masks: readonly NdArray[], loss: Loss, free: number): GoodnessOfFit {
  let [sum, weights, squares, scatter] = [0, 0, 0, 0];
  images.forEach((image, i) => {
    for (let at = 0; at < image.size; at++) {
      if (masks[i].data[at] === 0) continue;
      const variance = loss.variance(image.data[at]);
      const weight = variance / (variance + fewPhotons);
      sum += (counts[i].data[at] - image.data[at]) ** 2 / (variance + fewPhotons);
      weights += weight;
      squares += weight ** 2;
      // The square of a Poisson deviate's distance from its mean m has the variance 2 m² + m.
      scatter += (2 * variance ** 2 + variance) / (variance + fewPhotons) ** 2;
    }
  });
  // As many pixels of full weight would scatter as little.
  const pixels = squares > 0 ? weights ** 2 / squares : 0;
  if (!(weights > 0 && pixels > free)) return { reducedChiSquare: NaN, chiSquareSigma: NaN };
  const perFreedom = 1 / (weights * (1 - free / pixels));
  return { reducedChiSquare: sum * perFreedom, chiSquareSigma: Math.sqrt(scatter) * perFreedom };
}

/**
 * Differences between counts and model in standard deviations; those of less than a photon are taken as one photon.
 * @param mask int32; where it is 0 the result is NaN
 */
export function residualInSigmas(counts: NdArray, image: NdArray, mask: NdArray, loss: Loss): NdArray {
  const result = zeros(image.shape, "float64");
  for (let at = 0; at < image.size; at++) {
    const sigma = Math.sqrt(Math.max(loss.variance(image.data[at]), fewPhotons));
    result.data[at] = mask.data[at] === 0 ? NaN : (counts.data[at] - image.data[at]) / sigma;
  }
  return result;
}
