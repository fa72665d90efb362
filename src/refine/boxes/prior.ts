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

/**
 * The misfit of boxes with priors beside it.
 * @param weight the misfit of a pixel beyond noise: what the model cannot explain is no evidence against the priors
 */
export function withPriors(likelihood: BoxLikelihood, priors: readonly PriorAt[], weight: number): LeastSquares {
  const at = (x: Vector, isValueEnough: boolean): Prior[] | undefined => {
    const values = likelihood.valuesAt(x);
    const found = priors.flatMap((prior) => prior(values, isValueEnough) ?? []);
    return found.length === priors.length ? found : undefined;
  };
  return {
    value: (x) => {
      const own = at(x, true);
      return own ? own.reduce((sum, { value }) => sum + weight * value, likelihood.value(x)) : Infinity;
    },
    normalEquations: (x) => {
      const own = at(x, false);
      const found = likelihood.normalEquations(x);
      return own ? own.reduce((sum, prior) => plus(sum, prior, weight), found) : { ...found, value: Infinity };
    },
  };
}

function plus({ value, gradient, normal }: NormalEquations, prior: Prior, weight: number): NormalEquations {
  return {
    value: value + weight * prior.value,
    gradient: gradient.map((slope, i) => slope + weight * prior.gradient[i]),
    normal: normal.map((row, i) => row.map((element, j) => element + weight * prior.normal[i][j])),
  };
}
