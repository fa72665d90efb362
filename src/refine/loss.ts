import { abs, add, div, less, log, max, min, mul, sqrt, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { checkChoice, checkOptions } from "../ndarray/fields.js";
import { InputError } from "../ndarray/errors.js";

/** A number for one pixel, from what the model expects there and what was counted. */
export type OfPixel = (photons: Quantity, counts: Quantity) => Quantity;

/** What a difference between model and counts costs. */
export interface Loss {
  /** as messages call it */
  readonly name: string;
  /** of a pixel: photons that are expected, and counts */
  readonly cost: OfPixel;
  /** the cost's second derivative by the expected photons, on average over the noise */
  readonly curvature: OfPixel;
  /** the mean square of the cost's first derivative by the expected photons, over the noise */
  readonly information: OfPixel;
  /** of the counts around the expected photons */
  readonly variance: (photons: number) => number;
  /** counts below which it has no meaning; none unless given */
  readonly fewest?: number;
}

/** Names of the losses. */
export const lossNames = ["poisson", "gaussian", "least-squares", "huber"] as const;
/** The name of a loss. */
export type LossName = (typeof lossNames)[number];

/** Constants of the losses. */
export interface LossOptions {
  /** standard deviation of the detector's own noise in each pixel, in photons; 0 unless given */
  readonly readNoise?: number;
  /** "huber": sigmas from which on a difference costs only linearly; 3 unless given */
  readonly bend?: number;
  /** "poisson": photons that are added to counts and model; 0.1 unless given */
  readonly floor?: number;
}

/** @throws InputError when an option cannot be */
export function lossNamed(name: LossName, options: LossOptions = {}): Loss {
  checkChoice("the loss", name, lossNames);
  checkOptions("lossNamed", options, { readNoise: true, bend: true, floor: true });
  const { readNoise = 0, bend = 3, floor = 0.1 } = options;
  if (!(readNoise >= 0)) throw new InputError(`the read noise is ${readNoise}; it must be at least 0`);
  if (!(bend > 0)) throw new InputError(`the bend of the loss is ${bend}; it must be above 0`);
  if (!(floor > 0)) throw new InputError(`the floor of the loss is ${floor}; it must be above 0`);
  switch (name) {
    case "poisson":
      return poisson(floor);
    case "gaussian":
      return gaussian(Math.max(readNoise, fewestPhotons));
    case "least-squares":
      return leastSquares(readNoise);
    case "huber":
      return huber(bend, readNoise);
  }
}

/** What keeps a variance from being 0 where a detector without read noise expects nothing. */
const fewestPhotons = 0.3;

/**
 * Half the deviance of Poisson's distribution.
 *
 * Where the model says that nearly nothing comes, a single stray photon would count more than a whole spot. Adding the same few
 * photons to counts and model mends that and moves no expected value: the slope is still 0 on average at the truth.
 */
function poisson(floor: number): Loss {
  return {
    name: "poisson",
    cost: (photons, counts) => {
      const [expected, seen] = [add(photons, floor), add(counts, floor)];
      return sub(sub(photons, counts), mul(seen, log(div(expected, seen))));
    },
    curvature: (photons) => div(1, add(photons, floor)),
    information: (photons) => div(photons, mul(add(photons, floor), add(photons, floor))),
    variance: (photons) => photons,
    fewest: 0,
  };
}

/** Gaussian noise whose variance is that of the counted photons and of the read noise, less its constant terms. */
function gaussian(readNoise: number): Loss {
  const square = readNoise ** 2;
  const information: OfPixel = (photons) => {
    const weight = div(1, add(photons, square));
    return add(weight, mul(0.5, weight, weight));
  };
  return {
    name: "gaussian",
    cost: (photons, counts) => {
      const variance = add(photons, square);
      const difference = sub(counts, photons);
      return mul(0.5, add(div(mul(difference, difference), variance), log(div(variance, square))));
    },
    curvature: information,
    information,
    variance: (photons) => photons + square,
  };
}

/** Every pixel counts alike, so that the brightest decide. */
function leastSquares(readNoise: number): Loss {
  return {
    name: "least-squares",
    cost: (photons, counts) => mul(0.5, sub(counts, photons), sub(counts, photons)),
    curvature: (photons) => add(1, mul(0, photons)),
    information: (photons) => add(photons, readNoise ** 2),
    variance: (photons) => photons + readNoise ** 2,
  };
}

/**
 * Quadratic up to some sigmas, then linear: pixels that no model explains have a limited say. Differences are those of Anscombe's
 * square roots, whose variance is 1 whatever the counts.
 *
 * Where less than about 2 photons are expected the roots are biased; the background should be part of the model.
 *
 * Source: Huber, Ann. Math. Statist. 35, 73 (1964); Anscombe, Biometrika 35, 246 (1948), with read noise: Murtagh, Starck & Bijaoui,
 * Astron. Astrophys. Suppl. Ser. 112, 179 (1995).
 */
function huber(bend: number, readNoise: number): Loss {
  const shift = 3 / 8 + readNoise ** 2;
  const root = (count: Quantity): Quantity => sqrt(max(add(count, shift), 1e-3));
  const sigmas: OfPixel = (photons, counts) => mul(2, sub(root(counts), root(photons)));
  const isClose: OfPixel = (photons, counts) => less(abs(sigmas(photons, counts)), bend);
  return {
    name: "huber",
    cost: (photons, counts) => {
      const size = abs(sigmas(photons, counts));
      const inner = min(size, bend);
      return add(mul(0.5, inner, inner), mul(bend, sub(size, inner)));
    },
    curvature: (photons, counts) => div(isClose(photons, counts), add(photons, shift)),
    information: (photons) => div(1, add(photons, shift)),
    variance: (photons) => photons + readNoise ** 2,
  };
}
