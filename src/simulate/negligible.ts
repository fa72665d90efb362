import { known, Variable, type Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { NdArray } from "../ndarray/ndarray.js";
import { shapeNamed } from "../physics/lattice-factor.js";
import { spotEnd } from "../physics/spots.js";
import type { Sampling } from "./image.js";
import { blockPixels } from "./live/pixel-block.js";
import type { Negligible } from "./live/reach.js";
import { surveyAmplitudes, type AmplitudeSurvey } from "./live/scattering-reflections.js";

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
  const survey = surveyOf(experiment);
  const factor = closed ? 0 : squaresToZero / (survey?.largest ?? singleAmplitude(experiment));
  return { factor, exponent: spotEnd * (1 + rounding), part, reflections: survey?.reflections };
}

/** Whether amplitudes are as large as the grid's at the most. */
function isWeakened({ crystal: { bFactorA2: b = 0 } }: Experiment<Quantity>): boolean {
  return (typeof b === "number" || b instanceof Variable) && known(b) >= 0;
}

/** The size of the amplitude that all reflections have; Infinity where it is not known, NaN where it is a wrong one. */
function singleAmplitude(experiment: Experiment<Quantity>): number {
  const { structureFactors } = experiment;
  if (typeof structureFactors !== "number" || !isWeakened(experiment)) return Infinity;
  return Number.isFinite(structureFactors) ? Math.abs(structureFactors) : NaN;
}

/** The amplitudes of a grid that bounds what steps scatter; undefined where there is none, or they may be stronger. */
function surveyOf(experiment: Experiment<Quantity>): AmplitudeSurvey | undefined {
  const { structureFactors, amplitudes } = experiment;
  if (typeof structureFactors === "number" || !isWeakened(experiment)) return undefined;
  const grid = amplitudes ?? structureFactors.grid;
  return grid instanceof NdArray ? surveyAmplitudes(grid, structureFactors.min, structureFactors.defaultF) : undefined;
}
