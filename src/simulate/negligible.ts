import { known, Variable, type Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, NdArray } from "../ndarray/ndarray.js";
import { shapeNamed } from "../physics/lattice-factor.js";
import { spotEnd } from "../physics/spots.js";
import type { Sampling } from "./image.js";
import { blockPixels } from "./live/pixel-block.js";
import type { Negligible } from "./live/reach.js";
import { scatteringReflections, type ScatteringReflections } from "./live/scattering-reflections.js";

/**
 * Which steps may be left out of an image: none; those that are exactly 0, which changes no digit; or also those that are no more than
 * this part of the brightest step that there can be.
 */
export type Skip = "nothing" | "zeros" | number;

/** Smaller numbers have squares that are 0, in float64 and all the more in float32. */
const squaresToZero = 1e-163;
/** Room for the rounding of an exponent, in parts of it. */
const rounding = 1e-9;
/** Fewer steps of all pixels take less time than to ask which of them are worth it. */
const fewestSteps = 2 ** 16;
/** More steps of a pixel, with all leaves of a block, make a mask that is too large. */
const mostSteps = 2 ** 14;

/** @throws InputError when the option cannot be */
export function checkSkip(skip: Skip | undefined): void {
  if (skip === undefined || skip === "nothing" || skip === "zeros") return;
  if (typeof skip === "number" && skip >= 0 && skip < 1) return;
  throw new InputError(`skip is ${String(skip)}; it must be "nothing", "zeros", or a part of the brightest step, at least 0 and below 1`);
}

/**
 * What may be left out of an image; undefined where that cannot be told, or is not worth the time.
 * @param experiment of numbers
 * @param steps of one pixel
 * @param pixels worked on
 */
export function negligibleIn(
  experiment: Experiment<Quantity>,
  { semantics, oversampleOmega, oversamplePolar, oversampleThick, closed }: Omit<Sampling, "lookup">,
  skip: Skip,
  steps: number,
  pixels: number,
): Negligible | undefined {
  // Factors that multiply the running sum meet later steps, too.
  const isOrdered = semantics === "nanobragg" && (oversampleOmega || oversamplePolar || oversampleThick);
  if (skip === "nothing" || isOrdered || pixels < blockPixels || pixels * steps < fewestSteps || steps > mostSteps) return undefined;
  const part = typeof skip === "number" ? skip : 0;
  const { shape = "square" } = experiment.crystal;
  if (closed === undefined && part === 0 && !shapeNamed(shape).ends) return undefined;
  const factor = closed ? 0 : squaresToZero / largestAmplitude(experiment);
  return { factor, exponent: spotEnd * (1 + rounding), part, reflections: scatteringIn(experiment) };
}

/** Whether amplitudes are as large as the grid's at the most. */
function isWeakened({ crystal: { bFactorA2: b = 0 } }: Experiment<Quantity>): boolean {
  return (typeof b === "number" || b instanceof Variable) && known(b) >= 0;
}

/** The largest amplitude that a step's lattice factor is multiplied by; Infinity where it is not known, NaN where there is a wrong one. */
function largestAmplitude(experiment: Experiment<Quantity>): number {
  const { structureFactors, amplitudes } = experiment;
  if (!isWeakened(experiment)) return Infinity;
  if (typeof structureFactors === "number") return largestOf([structureFactors]);
  const grid = amplitudes ?? structureFactors.grid;
  if (!(grid instanceof NdArray)) return Infinity;
  return largestOf([structureFactors.defaultF, largestOf(flatData(grid))]);
}

/** Which reflections have amplitudes other than 0; undefined where that is not known. */
function scatteringIn(experiment: Experiment<Quantity>): ScatteringReflections | undefined {
  const { structureFactors, amplitudes } = experiment;
  if (typeof structureFactors === "number" || !isWeakened(experiment)) return undefined;
  const grid = amplitudes ?? structureFactors.grid;
  return grid instanceof NdArray ? scatteringReflections(grid, structureFactors.min, structureFactors.defaultF) : undefined;
}

function largestOf(numbers: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i]);
    if (size <= largest) continue;
    if (!(size > largest)) return NaN;
    largest = size;
  }
  return largest < Infinity ? largest : NaN;
}
