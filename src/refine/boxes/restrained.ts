import { slopeAt, type Parameter } from "../parameter.js";
import { pullOf, restraintsOf, type Pull, type Restraint } from "../restraint.js";
import type { Vector } from "../../optim/vector.js";
import type { PriorAt } from "./prior.js";

/** Where the restraints stand that speak of parameters which a run refines. */
export function pullsAt(restraints: readonly Restraint[], parameters: readonly Parameter[], values: Vector): Pull[] {
  return restraintsOf(restraints, parameters, parameters).map((restraint) => pullOf(restraint, parameters, values));
}

/** What restraints say of the parameters, beside the boxes. */
export function restrainedBy(restraints: readonly Restraint[], parameters: readonly Parameter[]): PriorAt {
  return (values) => {
    const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
    const pulls = pullsAt(restraints, parameters, values).map(({ restraint: { sigma }, difference, slopes: byValue }) => ({
      difference: difference / sigma,
      by: byValue.map((slope, i) => (slope * slopes[i]) / sigma),
    }));
    return {
      value: pulls.reduce((sum, { difference }) => sum + difference ** 2 / 2, 0),
      gradient: parameters.map((_, i) => pulls.reduce((sum, { difference, by }) => sum + difference * by[i], 0)),
      normal: parameters.map((_, i) => parameters.map((__, j) => pulls.reduce((sum, { by }) => sum + by[i] * by[j], 0))),
    };
  };
}
