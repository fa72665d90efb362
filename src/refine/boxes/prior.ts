import type { Matrix } from "../../optim/linear-algebra.js";
import type { LeastSquares, NormalEquations } from "../../optim/levenberg-marquardt.js";
import type { Vector } from "../../optim/vector.js";
import type { BoxLikelihood } from "./box-likelihood.js";

/** What is known of the parameters besides the pixels of boxes: a negative logarithm of likelihood, by the minimiser's coordinates. */
export interface Prior {
  readonly value: number;
  readonly gradient: Vector;
  readonly normal: Matrix;
}

/**
 * Gives a prior at values of the parameters; undefined where they cannot be.
 * @param isValueEnough whether slope and curvature may be left at 0
 */
export type PriorAt = (values: Vector, isValueEnough: boolean) => Prior | undefined;

/** A prior, and how much it counts beside the pixels. */
export interface WeightedPrior {
  readonly at: PriorAt;
  readonly weight: number;
}

/** The misfit of boxes with priors beside it. */
export function withPriors(likelihood: Pick<BoxLikelihood, "valuesAt" | "value" | "normalEquations">, priors: readonly WeightedPrior[]): LeastSquares {
  const at = (x: Vector, isValueEnough: boolean): Prior[] | undefined => {
    const values = likelihood.valuesAt(x);
    const found = priors.flatMap((prior) => scaled(prior.at(values, isValueEnough), prior.weight) ?? []);
    return found.length === priors.length ? found : undefined;
  };
  return {
    value: (x) => {
      const own = at(x, true);
      return own ? own.reduce((sum, { value }) => sum + value, likelihood.value(x)) : Infinity;
    },
    normalEquations: (x) => {
      const own = at(x, false);
      const found = likelihood.normalEquations(x);
      return own ? own.reduce((sum, prior) => plus(sum, prior), found) : { ...found, value: Infinity };
    },
  };
}

function scaled(prior: Prior | undefined, weight: number): Prior | undefined {
  return prior && { value: weight * prior.value, gradient: prior.gradient.map((slope) => weight * slope), normal: prior.normal.map((row) => row.map((element) => weight * element)) };
}

function plus({ value, gradient, normal }: NormalEquations, prior: Prior): NormalEquations {
  return {
    value: value + prior.value,
    gradient: gradient.map((slope, i) => slope + prior.gradient[i]),
    normal: normal.map((row, i) => row.map((element, j) => element + prior.normal[i][j])),
  };
}
