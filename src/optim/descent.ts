import { checkBounds, project, projectedGradient, type Bounds } from "./bounds.js";
import { checkOptions } from "../ndarray/fields.js";
import type { Evaluation, Objective } from "./objective.js";
import { isUsable, minimise, type Run } from "./run.js";
import type { Point, Result, StopConditions } from "./stop.js";
import type { Transformation } from "./transformation.js";
import { addScaled, maxAbs, type Vector } from "./vector.js";

/** So often an update is halved before the run gives up: to less than 1e-9 of its length. */
const maxHalvings = 30;

/**
 * Minimises by adding transformed gradients to the parameters. The value may rise on the way; the result is the lowest
 * point that was seen.
 * @param start moved to the nearest point within the bounds
 * @param transformation `adam(...)`, say; it gets the gradient with 0 for the parameters that are held at a bound
 * @throws InputError when the bounds or the stop conditions are wrong, or the objective is not finite at the start
 */
export async function descend(
  objective: Objective,
  start: Vector,
  transformation: Transformation,
  stop: StopConditions = {},
  bounds: Bounds = {},
): Promise<Result> {
  checkOptions("descend", bounds, { lower: true, upper: true });
  checkBounds(bounds, start.length);
  return minimise(project(start, bounds), stop, async (run) => {
    let point = await run.begin(objective);
    let state = transformation.init(point.parameters);
    for (;;) {
      const gradient = projectedGradient(point.parameters, point.gradient, bounds);
      const why = await run.accept(point, maxAbs(gradient));
      if (why !== undefined) return why;
      const transformed = transformation.update(gradient, state);
      const next = await firstFinite(run, objective, point.parameters, transformed.update, bounds);
      if (next === undefined) return "notFinite";
      point = next;
      state = transformed.state;
    }
  });
}

/** Where the whole update leads, or half of it, or a quarter: the first point where the objective is finite. */
async function firstFinite(
  run: Run,
  objective: Objective,
  parameters: Vector,
  update: Vector,
  bounds: Bounds,
): Promise<(Evaluation & Point) | undefined> {
  for (let halvings = 0; halvings <= maxHalvings; halvings++) {
    const point = await run.evaluate(project(addScaled(parameters, 0.5 ** halvings, update), bounds), objective);
    if (isUsable(point)) return point;
  }
  return undefined;
}
