import { levenbergMarquardt, type LeastSquaresResult } from "../optim/levenberg-marquardt.js";
import type { StopConditions } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import type { Likelihood } from "./likelihood.js";
import { coordinateOf, type Parameter } from "./parameter.js";

/**
 * Fits parameters within their bounds.
 * @param from coordinates to begin with
 * @param isFree which parameters move; all unless given
 */
export function fit(
  likelihood: Likelihood,
  from: Vector,
  stop: StopConditions,
  isFree: (parameter: Parameter) => boolean = () => true,
): Promise<LeastSquaresResult> {
  const limit = (side: "lower" | "upper"): number[] =>
    likelihood.parameters.map((parameter, i) => (isFree(parameter) ? coordinateOf(parameter, parameter[side]) : from[i]));
  return levenbergMarquardt(
    { normalEquations: (x) => likelihood.normalEquations(x), value: (x) => likelihood.value(x) },
    from,
    stop,
    { lower: limit("lower"), upper: limit("upper") },
  );
}
