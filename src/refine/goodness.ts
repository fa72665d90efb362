import { zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Loss } from "./loss.js";

/** Photons from which on a pixel has its full say: below, its squared residual is a lottery of single photons. */
const fewPhotons = 1;

/**
 * The squared differences between counts and model in units of their variance, on average; 1 where the model is right.
 *
 * Pixels weigh by m/(m+1) for m expected photons, because the squared residual of next to nothing is rarely not 0 and then huge.
 * @param masks int32; pixels where they are 0 do not count
 * @param free number of refined parameters
 */
export function goodnessOfFit(counts: readonly NdArray[], images: readonly NdArray[], masks: readonly NdArray[], loss: Loss, free: number): number {
  let [sum, weights, squares] = [0, 0, 0];
  images.forEach((image, i) => {
    for (let at = 0; at < image.size; at++) {
      if (masks[i].data[at] === 0) continue;
      const variance = loss.variance(image.data[at]);
      const weight = variance / (variance + fewPhotons);
      sum += (counts[i].data[at] - image.data[at]) ** 2 / (variance + fewPhotons);
      weights += weight;
      squares += weight ** 2;
    }
  });
  // As many pixels of full weight would scatter as little.
  const pixels = squares > 0 ? weights ** 2 / squares : 0;
  return weights > 0 && pixels > free ? sum / weights / (1 - free / pixels) : 0;
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
