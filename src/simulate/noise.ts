import { zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { checkOptions } from "../ndarray/fields.js";
import { Ran1, type Uniform } from "../models/ran1.js";
import { largestCount, type Counts } from "./intensity-scale.js";
import { regionOf, type Roi } from "./statistics.js";

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
  let series = 1.000000000190015;
  for (let i = 0; i < lanczos.length; i++) series += lanczos[i] / (x + 1 + i);
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

/** What was drawn in all. */
export interface DrawnPhotons {
  /** sum of the deviates, before the offset and the cut */
  readonly photons: number;
  /** number of pixels above 65535 */
  readonly overloads: number;
}

/** Counts with noise. */
export interface NoiseImage extends DrawnPhotons {
  /** [slow, fast], int32, cut to 0..65535 and truncated */
  readonly counts: NdArray<"int32">;
}

/** Counts with noise, row by row from the first on: what is drawn depends on all that was drawn before. */
export class NoisyRows {
  readonly #poisson: (mean: number) => number;
  readonly #adcOffset: number;
  readonly #roi: Roi;
  readonly #counts: Counts;
  #photons = 0;
  #overloads = 0;
  #next: number;

  /**
   * @param shape of the image, [slow, fast]
   * @param counts receives them, and holds 0 outside of the region
   * @throws ShapeError when the image does not have two axes
   * @throws InputError when the seed or the region is wrong
   */
  constructor(shape: Shape, options: NoiseOptions, counts: Counts) {
    checkOptions("addNoise", options, { seed: true, adcOffset: true, roi: true, generator: true });
    const { seed, adcOffset = 40, roi, generator = new Ran1() } = options;
    this.#roi = regionOf(shape, roi);
    this.#poisson = poidev(generator.stream(seed));
    this.#adcOffset = adcOffset;
    this.#counts = counts;
    this.#next = this.#roi.slowMin;
  }

  /**
   * Draws the rows before one that were not drawn yet.
   * @param image photons expected
   */
  upTo(image: NdArray, end: number): void {
    for (; this.#next < Math.min(end, this.#roi.slowMax + 1); this.#next++) this.#draw(image, this.#next);
  }

  #draw({ data, offset, strides: [slow, fast], shape }: NdArray, row: number): void {
    const { fastMin, fastMax } = this.#roi;
    const [counts, poisson, adcOffset] = [this.#counts, this.#poisson, this.#adcOffset];
    let photons = this.#photons;
    for (let column = fastMin; column <= fastMax; column++) {
      const deviate = poisson(data[offset + row * slow + column * fast]);
      const count = deviate + adcOffset;
      photons += deviate;
      if (count > largestCount) this.#overloads++;
      counts[row * shape[1] + column] = Math.trunc(Math.min(Math.max(count, 0), largestCount));
    }
    this.#photons = photons;
  }

  /** What was drawn, of all rows. */
  finish(image: NdArray): DrawnPhotons {
    this.upTo(image, image.shape[0]);
    return { photons: this.#photons, overloads: this.#overloads };
  }
}

/**
 * An image as a counting detector sees it: for each pixel a Poisson deviate and the ADC offset.
 * @param image photons expected, [slow, fast]
 * @throws ShapeError when the image does not have two axes
 * @throws InputError when the seed or the region is wrong
 */
export function addNoise(image: NdArray, options: NoiseOptions): NoiseImage {
  const counts = zeros(image.shape, "int32");
  return { counts, ...new NoisyRows(image.shape, options, counts.data).finish(image) };
}
