import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { checkBounds, limits, project, projectedGradient, type Bounds } from "./bounds.js";
import { backtrack, strongWolfe, type LineFailure, type LineSample } from "./line-search.js";
import type { Evaluation, Objective } from "./objective.js";
import { isUsable, minimise, rounding, type Run } from "./run.js";
import type { Point, Result, StopConditions } from "./stop.js";
import { addScaled, dot, maxAbs, norm, subtract, type Vector } from "./vector.js";

/** How L-BFGS runs, and when it ends. */
export interface LbfgsOptions extends Bounds {
  /** Steps whose curvature is remembered; 10 if not given. */
  readonly memory?: number;
}

/** A step, and how the gradient changed in it. */
interface Pair {
  readonly step: Vector;
  readonly change: Vector;
}

type Evaluated = Evaluation & Point;
type Failure = LineFailure | "value";

function isFailure(found: Evaluated | Failure): found is Failure {
  return typeof found === "string";
}

/**
 * Minimises by L-BFGS with a strong Wolfe line search; within bounds, by its two-metric projection: parameters that a
 * plain gradient step would carry to a bound make such a step, decoupled from the others; the others take the
 * quasi-Newton step of the curvature that was seen in their subspace. If no bound is met before the whole step, the
 * search is along the straight line, as without bounds; else it backtracks along the projected path, which reaches
 * many bounds at once. A parameter leaves its bound when the gradient leads inward. The first step is along the gradient
 * and at most 1 long: give parameters whose sizes are alike.
 * @param start moved to the nearest point within the bounds
 * @throws InputError when the options, the bounds or the stop conditions are wrong, or the objective is not finite at the start
 * @see Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5; the projection: Bertsekas, SIAM J. Control
 *   Optim. 20 (1982) 221; with L-BFGS: Schmidt, Kim & Sra, Projected Newton-type methods in machine learning (2011)
 */
export async function lbfgs(
  objective: Objective,
  start: Vector,
  stop: StopConditions = {},
  options: LbfgsOptions = {},
): Promise<Result> {
  checkOptions("lbfgs", options, { memory: true, lower: true, upper: true });
  const { memory = 10 } = options;
  if (!Number.isInteger(memory) || memory < 1) {
    throw new InputError(`the memory is ${memory}; it must be a whole number of at least 1`);
  }
  checkBounds(options, start.length);
  return minimise(project(start, options), stop, async (run) => {
    let point = await run.begin(objective);
    let pairs: readonly Pair[] = [];
    for (;;) {
      const why = await run.accept(point, maxAbs(projectedGradient(point.parameters, point.gradient, options)));
      if (why !== undefined) return why;
      let next = await search(run, objective, point, pairs, options);
      if (isFailure(next) && next !== "value" && pairs.length > 0) {
        pairs = [];
        next = await search(run, objective, point, pairs, options);
      }
      if (isFailure(next)) return next;
      const pair = { step: subtract(next.parameters, point.parameters), change: subtract(next.gradient, point.gradient) };
      if (dot(pair.step, pair.change) > 1e-10 * norm(pair.step) * norm(pair.change)) pairs = [...pairs, pair].slice(-memory);
      point = next;
    }
  });
}

/**
 * The direction of the two-metric projection; 0 for the parameters at a bound that it would cross. The first one, of
 * which nothing is known but the gradient, has a length of at most 1.
 */
function searchDirection({ parameters, gradient }: Evaluated, pairs: readonly Pair[], bounds: Bounds): number[] {
  const last = pairs.at(-1);
  const unit = last === undefined ? 1 / Math.max(1, norm(gradient)) : dot(last.step, last.change) / dot(last.change, last.change);
  const isFree = parameters.map((parameter, i) => {
    const [low, high] = limits(bounds, i);
    const target = parameter - unit * gradient[i];
    return low < high && !(gradient[i] > 0 && target <= low) && !(gradient[i] < 0 && target >= high);
  });
  const newton = quasiNewton(gradient, pairs, isFree, unit);
  return parameters.map((parameter, i) => {
    const element = isFree[i] ? newton[i] : -unit * gradient[i];
    const [low, high] = limits(bounds, i);
    return (parameter <= low && element < 0) || (parameter >= high && element > 0) ? 0 : element;
  });
}

/** -H gradient in the subspace of the free parameters, H being the inverse curvature that the pairs show there. */
function quasiNewton(gradient: Vector, pairs: readonly Pair[], isFree: readonly boolean[], unit: number): number[] {
  const restrict = (vector: Vector): number[] => vector.map((element, i) => (isFree[i] ? element : 0));
  // Where the step went mostly along parameters that are held now, the gradient of the free ones changed by those, not by their own curvature.
  const seen = pairs
    .map(({ step, change }) => ({ step: restrict(step), change: restrict(change), whole: norm(step) }))
    .filter(({ step, whole }) => norm(step) >= whole / 2)
    .map((pair) => ({ ...pair, curvature: dot(pair.step, pair.change) }))
    .filter(({ step, change, curvature }) => curvature > 1e-10 * norm(step) * norm(change));
  let q = restrict(gradient);
  const parts: number[] = [];
  for (const { step, change, curvature } of [...seen].reverse()) {
    const part = dot(step, q) / curvature;
    q = addScaled(q, -part, change);
    parts.push(part);
  }
  const last = seen.at(-1);
  const scale = last === undefined ? unit : last.curvature / dot(last.change, last.change);
  let r = q.map((element) => scale * element);
  for (const { step, change, curvature } of seen) {
    const part = parts.pop() ?? 0;
    r = addScaled(r, part - dot(change, r) / curvature, step);
  }
  return r.map((element) => -element);
}

/** The next point, or why there is none: "value" where the direction promises no more than the tolerance of the value. */
async function search(run: Run, objective: Objective, from: Evaluated, pairs: readonly Pair[], bounds: Bounds): Promise<Evaluated | Failure> {
  const direction = searchDirection(from, pairs, bounds);
  const isPlain = pairs.length === 0;
  const found = await searchAlong(run, objective, from, direction, bounds);
  if (!isFailure(found) && found.parameters.some((parameter, i) => parameter !== from.parameters[i])) return found;
  const within = subtract(project(addScaled(from.parameters, 1, direction), bounds), from.parameters);
  // Cut off by bounds, a quasi-Newton direction may lead uphill, or nowhere, and then promises nothing; the plain gradient never does.
  const promised = -dot(from.gradient, isPlain ? within : direction) / 2;
  if (promised <= Math.max(run.stop.valueTolerance, rounding) * Math.abs(from.value)) return "value";
  return isFailure(found) ? found : "lineSearchFailed";
}

/** Along the straight line if no bound is met before the whole step, else along the projected path. */
function searchAlong(
  run: Run,
  objective: Objective,
  from: Evaluated,
  direction: Vector,
  bounds: Bounds,
): Promise<Evaluated | LineFailure> {
  const evaluate = (step: number): Promise<Evaluated> =>
    run.evaluate(project(addScaled(from.parameters, step, direction), bounds), objective);
  const longest = reach(from.parameters, direction, bounds);
  if (longest < 1) {
    return backtrack(async (step) => {
      const point = await evaluate(step);
      const value = isUsable(point) ? point.value : NaN;
      const way = subtract(point.parameters, from.parameters);
      return { ...point, value, step, promised: dot(from.gradient, way), left: dot(point.gradient, way) };
    }, from.value);
  }
  const sampleAt = async (step: number): Promise<Evaluated & LineSample> => {
    const point = await evaluate(step);
    return { ...point, step, slope: dot(point.gradient, direction) };
  };
  return strongWolfe(sampleAt, { step: 0, value: from.value, slope: dot(from.gradient, direction) }, { longest });
}

/** The step along a direction at which the first bound is met. */
function reach(parameters: Vector, direction: Vector, bounds: Bounds): number {
  return direction.reduce((nearest, element, i) => {
    const [low, high] = limits(bounds, i);
    if (element === 0) return nearest;
    return Math.min(nearest, ((element > 0 ? high : low) - parameters[i]) / element);
  }, Infinity);
}
