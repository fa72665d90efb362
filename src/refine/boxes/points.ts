import type { PredictedReflection } from "./prediction.js";

/** Pixels, squared: the variance that a pixel's own size adds. */
const ofPixel = 1 / 12;
/** A Gaussian is summed well over points that are no farther apart than so many of its standard deviations. */
const widest = 1.6;
const most = 3;

/**
 * Points along each edge of a pixel that the spots of a crystal need: as the median of them does along its narrower axis.
 *
 * A spot that is narrower than a pixel is no Gaussian in the pixels: it is summed over points.
 */
export function pointsNeeded(reflections: readonly PredictedReflection[]): number {
  const variances = reflections.map(({ covariance: { fast, slow, mixed } }) => {
    const [mean, half] = [(fast + slow) / 2, (fast - slow) / 2];
    return mean - Math.hypot(half, mixed) - ofPixel;
  });
  const median = variances.sort((a, b) => a - b)[variances.length >> 1] ?? 1;
  return Math.min(most, Math.max(1, Math.ceil(1 / (widest * Math.sqrt(Math.max(median, 1e-6))))));
}
