import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { checkBounds, isHeld, limits, project, type Bounds } from "./bounds.js";
import { cholesky, solveCholesky, type Matrix } from "./linear-algebra.js";
import type { Awaitable, Evaluation } from "./objective.js";
import { isUsable, minimise, rounding, type Run } from "./run.js";
import type { Point, Result, StopConditions, Why } from "./stop.js";
import { allFinite, dot, subtract, type Vector } from "./vector.js";

/** A sum of squares around one point, for residuals r with weights W and the Jacobian J = dr/dparameters. */
export interface NormalEquations extends Evaluation {
  /** rᵀ W r / 2 */
  readonly value: number;
  /** Jᵀ W r */
  readonly gradient: Vector;
  /** Jᵀ W J, both triangles. */
  readonly normal: Matrix;
}

/**
 * What is fitted. It may add up its sums in any order and in parts. Another objective than a sum of squares fits in as
 * well, if `normal` approximates its second derivatives and is positive semidefinite.
 */
export interface LeastSquares {
  /** value, gradient and normal matrix at some parameters */
  readonly normalEquations: (parameters: Vector) => Awaitable<NormalEquations>;
  /** The value alone, for steps that are only tried. */
  readonly value: (parameters: Vector) => Awaitable<number>;
}

/** How Levenberg-Marquardt runs, and when it ends. */
export interface LevenbergMarquardtOptions extends Bounds {
  /** The damping at first, relative to the diagonal of the normal matrix; 1e-3 if not given, 0 for a Gauss-Newton step. */
  readonly damping?: number;
}

/** What Levenberg-Marquardt found. */
export interface LeastSquaresResult extends Result {
  /** Jᵀ W J at the parameters; missing when the run ended before it was known. */
  readonly normal?: Matrix;
  /** The parameters on which nothing depended at any step; they have not moved. */
  readonly undetermined: readonly number[];
}

type Evaluated = NormalEquations & Point;

/** The damping from which on a step is nothing. */
const maxDamping = 1e40;
/** The damping after an undamped step has failed, and the one to begin with. */
const firstDamping = 1e-3;

/**
 * Minimises a sum of squares by damped Gauss-Newton steps: (N + damping D²) step = -gradient, D² being the largest
 * diagonal of N so far, which makes the method independent of the parameters' units. The damping follows the ratio of
 * the value's fall to the fall that the normal equations promised. Within bounds, a step that would leave them is
 * made anew with the leaving parameters set on their bounds. A parameter whose row of N is 0 does not move.
 * @param start moved to the nearest point within the bounds
 * @returns `evaluations` counts calls of both functions
 * @throws InputError when the options, the bounds or the stop conditions are wrong, or at the start the sums are not finite or the
 *   diagonal is negative
 * @see Marquardt, J. SIAM 11 (1963) 431; D: Moré, Lecture Notes in Mathematics 630 (1978) 105, eq. 6.3; the damping: Nielsen,
 *   report IMM-REP-1999-05, Technical University of Denmark, eq. 2.5
 */
export async function levenbergMarquardt(
  problem: LeastSquares,
  start: Vector,
  stop: StopConditions = {},
  options: LevenbergMarquardtOptions = {},
): Promise<LeastSquaresResult> {
  checkOptions("levenbergMarquardt", options, { damping: true, lower: true, upper: true });
  let { damping = firstDamping } = options;
  if (!(damping >= 0)) throw new InputError(`the damping is ${damping}; it must be a number of at least 0`);
  checkBounds(options, start.length);
  let scale: Vector = start.map(() => 0);
  let here: Evaluated | undefined;
  const result = await minimise(project(start, options), stop, async (run) => {
    here = await run.begin(problem.normalEquations);
    checkNormal(here.normal, start.length);
    for (;;) {
      scale = columnNorms(here.normal, scale);
      const why = await run.accept(here, cosine(here, options), scale);
      if (why !== undefined) return why;
      const tried = await step(run, problem, here, scale, damping, options);
      if (typeof tried === "string") return tried;
      ({ point: here, damping } = tried);
    }
  });
  if (here === undefined) return { ...result, undetermined: [] };
  const undetermined = [...scale.keys()].filter((i) => scale[i] === 0);
  return here.parameters === result.parameters ? { ...result, normal: here.normal, undetermined } : { ...result, undetermined };
}

/** Tries steps, each damped more than the one before, until one lowers the value; then the damping for the next one. */
async function step(
  run: Run,
  problem: LeastSquares,
  here: Evaluated,
  scale: Vector,
  damping: number,
  bounds: Bounds,
): Promise<{ readonly point: Evaluated; readonly damping: number } | Why> {
  const noise = Math.max(run.stop.valueTolerance, rounding) * Math.abs(here.value);
  let failure: Why = "lineSearchFailed";
  let isFirst = true;
  for (let growth = 2; ; growth *= 2) {
    const target = dampedStep(here, scale, damping, bounds);
    if (target?.every((element, i) => element === here.parameters[i]) || damping > maxDamping) return failure;
    const promised = target === undefined ? 0 : promisedFall(here, target);
    // Without a target the matrix is singular within rounding; without a promise the bounds cut the step the wrong way.
    if (target !== undefined && promised > 0) {
      const { value } = await run.evaluate(target, async (parameters) => ({ value: await problem.value(parameters) }));
      const gain = (here.value - value) / promised;
      if (gain > 0) {
        const point = await run.evaluate(target, problem.normalEquations);
        if (isUsable(point) && point.normal.every(allFinite)) {
          return { point, damping: damping * Math.max(1 / 3, 1 - (2 * gain - 1) ** 3) };
        }
        failure = "notFinite";
      } else if (!Number.isFinite(value)) failure = "notFinite";
      else if (isFirst && promised <= noise) return "value";
      else failure = "lineSearchFailed";
      isFirst = false;
    }
    damping = damping === 0 ? firstDamping : damping * growth;
  }
}

/** The point where (N + damping D²) step = -gradient leads, or undefined when that matrix is singular within rounding. */
function dampedStep(here: Evaluated, scale: Vector, damping: number, bounds: Bounds): number[] | undefined {
  const { parameters, gradient, normal } = here;
  const target = [...parameters];
  let free = [...parameters.keys()].filter((i) => scale[i] > 0 && !isHeld(i, parameters, gradient, bounds));
  for (;;) {
    const moved = subtract(target, parameters);
    const factor = cholesky(free.map((i) => free.map((j) => normal[i][j] / (scale[i] * scale[j]) + (i === j ? damping : 0))));
    if (factor === undefined) return undefined;
    const solution = solveCholesky(factor, free.map((i) => -(gradient[i] + dot(normal[i], moved)) / scale[i]));
    const wanted = free.map((i, k) => parameters[i] + solution[k] / scale[i]);
    const leaving = free.filter((i, k) => {
      const [low, high] = limits(bounds, i);
      return wanted[k] < low || wanted[k] > high;
    });
    free.forEach((i, k) => {
      const [low, high] = limits(bounds, i);
      if (leaving.length === 0) target[i] = wanted[k];
      else if (leaving.includes(i)) target[i] = wanted[k] < low ? low : high;
    });
    if (leaving.length === 0) return target;
    free = free.filter((i) => !leaving.includes(i));
  }
}

/** The fall of the value on the way to a point, as the normal equations have it. */
function promisedFall({ parameters, gradient, normal }: Evaluated, target: Vector): number {
  const moved = subtract(target, parameters);
  return -dot(gradient, moved) - dot(moved, normal.map((row) => dot(row, moved))) / 2;
}

/** D: the root of the largest diagonal element so far, parameter by parameter. */
function columnNorms(normal: Matrix, soFar: Vector): number[] {
  return soFar.map((largest, i) => Math.max(largest, Math.sqrt(Math.max(normal[i][i], 0))));
}

/**
 * The largest cosine of the angles between the residuals and the columns of the Jacobian.
 * @see Moré (1978), eq. 8.1
 */
function cosine({ parameters, value, gradient, normal }: Evaluated, bounds: Bounds): number {
  return gradient.reduce((largest, slope, i) => {
    if (slope === 0 || normal[i][i] === 0 || isHeld(i, parameters, gradient, bounds)) return largest;
    // Where the curvature is negative no slope is small.
    return Math.max(largest, Math.abs(slope) / Math.sqrt(2 * Math.abs(value) * Math.max(normal[i][i], 0)));
  }, 0);
}

function checkNormal(normal: Matrix, count: number): void {
  if (normal.length !== count || normal.some((row) => row.length !== count)) {
    throw new InputError(`the normal matrix of ${count} parameters must have ${count} rows and columns`);
  }
  const wrong = normal.findIndex((row) => !allFinite(row));
  if (wrong >= 0) throw new InputError(`row ${wrong} of the normal matrix is not finite at the start; begin where it is`);
  const negative = normal.findIndex((row, i) => row[i] < 0);
  if (negative >= 0) {
    const found = normal[negative][negative];
    throw new InputError(`the normal matrix has ${found} on its diagonal for parameter ${negative}; a sum of squares has no number below 0 there`);
  }
}
