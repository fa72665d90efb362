import type { NdArray } from "../ndarray/ndarray.js";
import { checkOptions } from "../ndarray/fields.js";
import { Ran1, type Uniform } from "../models/ran1.js";
import { countPixels, largestCount } from "./intensity-scale.js";
import type { Roi } from "./statistics.js";

const { fround } = Math;

/** Means above it are drawn from a Gaussian, those below `fewCounts` by multiplying deviates. */
const manyCounts = 1e6;
const fewCounts = 12;

const lanczos = [
  76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5,
];

/**
 * The logarithm of the gamma function, rounded to float32.
 * @param x above 0
 *
 * Source: Numerical Recipes in C, 2nd edition, section 6.1, `gammln` (Lanczos' approximation).
 */
export function gammln(x: number): number {
  const shifted = x + 5.5;
  const series = lanczos.reduce((sum, coefficient, i) => sum + coefficient / (x + 1 + i), 1.000000000190015);
  return fround((x + 0.5) * Math.log(shifted) - shifted + Math.log((2.5066282746310005 * series) / x));
}

/**
 * Gaussian deviates of mean 0 and variance 1, in float32.
 *
 * Source: Numerical Recipes in C, 2nd edition, section 7.2, `gasdev` (polar Box-Muller), in the reference program's
 * order: of each pair, the second comes first.
 */
export function gaussdev(uniform: Uniform): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    let first: number;
    let second: number;
    let squared: number;
    do {
      first = fround(2 * uniform() - 1);
      second = fround(2 * uniform() - 1);
      squared = fround(fround(first * first) + fround(second * second));
    } while (squared >= 1 || squared === 0);
    const factor = fround(Math.sqrt((-2 * Math.log(squared)) / squared));
    spare = fround(first * factor);
    return fround(second * factor);
  };
}

/**
 * Poisson deviates, every intermediate in float32.
 * @returns a function from a mean to a deviate; a mean of 0 or less gives 0, one above 1e6 a Gaussian deviate that is not a
 *   whole number
 *
 * Source: Numerical Recipes in C, 2nd edition, section 7.3, `poidev`, as the reference program uses it.
 */
export function poidev(uniform: Uniform): (mean: number) => number {
  const gaussian = gaussdev(uniform);
  return (exactMean) => {
    const mean = fround(exactMean);
    if (mean > manyCounts) return fround(mean + Math.sqrt(mean) * gaussian());
    return mean < fewCounts ? countWaits(mean, uniform) : rejectFromLorentzian(mean, uniform);
  };
}

/** Counts events until the waiting times between them, of exponential distribution, exceed the exposure. */
function countWaits(mean: number, uniform: Uniform): number {
  const limit = fround(Math.exp(-mean));
  let count = 0;
  for (let product = uniform(); product > limit; product = fround(product * uniform())) count++;
  return count;
}

/** Draws whole numbers from a Lorentzian that lies above the Poisson distribution, until one falls below the latter. */
function rejectFromLorentzian(mean: number, uniform: Uniform): number {
  const width = fround(Math.sqrt(2 * mean));
  const logMean = fround(Math.log(mean));
  const logAtMean = fround(fround(mean * logMean) - gammln(fround(mean + 1)));
  let count: number;
  let ratio: number;
  do {
    let tangent: number;
    do {
      tangent = fround(Math.tan(Math.PI * uniform()));
      count = fround(fround(width * tangent) + mean);
    } while (count < 0);
    count = Math.floor(count);
    const logRatio = fround(fround(fround(count * logMean) - gammln(fround(count + 1))) - logAtMean);
    ratio = fround(0.9 * (1 + fround(tangent * tangent)) * Math.exp(logRatio));
  } while (uniform() > ratio);
  return count;
}

/** How counts are drawn from photons. */
export interface NoiseOptions {
  /** as `Ran1.stream` takes it: -n starts the sequence n */
  readonly seed: number;
  /** counts that every pixel starts from, 40 when not given */
  readonly adcOffset?: number | undefined;
  /** only these pixels get counts; the others are 0 */
  readonly roi?: Roi | undefined;
  /** the run's generator, where other streams were drawn from it before */
  readonly generator?: Ran1 | undefined;
}

/** Counts with noise. */
export interface NoiseImage {
  /** [slow, fast], int32, cut to 0..65535 and truncated */
  readonly counts: NdArray<"int32">;
  /** sum of the deviates, before the offset and the cut */
  readonly photons: number;
  /** number of pixels above 65535 */
  readonly overloads: number;
}

/**
 * An image as a counting detector sees it: for each pixel a Poisson deviate and the ADC offset.
 * @param image photons expected, [slow, fast]
 * @throws ShapeError when the image does not have two axes
 * @throws InputError when the seed or the region is wrong
 */
export function addNoise(image: NdArray, options: NoiseOptions): NoiseImage {
  checkOptions("addNoise", options, { seed: true, adcOffset: true, roi: true, generator: true });
  const { seed, adcOffset = 40, roi, generator = new Ran1() } = options;
  const poisson = poidev(generator.stream(seed));
  let photons = 0;
  let overloads = 0;
  const counts = countPixels(image, (mean) => {
    const deviate = poisson(mean);
    photons += deviate;
    if (deviate + adcOffset > largestCount) overloads++;
    return Math.trunc(Math.min(Math.max(deviate + adcOffset, 0), largestCount));
  }, roi);
  return { counts, photons, overloads };
}
