import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { addScaled, dot, norm, type Vector } from "./vector.js";

/** When the solution is good enough. */
export interface ConjugateGradientsOptions {
  /** the norm of b - A x, relative to that of b; 1e-10 unless given */
  readonly tolerance?: number;
  /** products with A at most; ten for each element unless given */
  readonly maxProducts?: number;
}

/**
 * The x with A x = b for a symmetric positive definite matrix that is known by its products alone, as a Hessian is by
 * `hessianProduct`.
 * @param product A times a vector
 * @throws InputError when A is not positive definite along a direction that is tried, or the products do not suffice
 * @see Nocedal & Wright, Numerical Optimization, 2nd ed., algorithm 5.2
 */
export function conjugateGradients(product: (vector: Vector) => Vector, b: Vector, options: ConjugateGradientsOptions = {}): number[] {
  checkOptions("conjugateGradients", options, { tolerance: true, maxProducts: true });
  const { tolerance = 1e-10, maxProducts = 10 * b.length } = options;
  let x = b.map(() => 0);
  let residual: number[] = [...b];
  let direction: number[] = residual;
  for (let products = 0; norm(residual) > tolerance * norm(b); products++) {
    if (products >= maxProducts) {
      throw new InputError(`after ${products} products with the matrix the residual is still ${(norm(residual) / norm(b)).toExponential(1)} of b; allow more of them, or a larger tolerance`);
    }
    const image = product(direction);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) throw new InputError(`the matrix is not positive definite: it has the curvature ${curvature} along a direction`);
    const step = dot(residual, residual) / curvature;
    x = addScaled(x, step, direction);
    const next = addScaled(residual, -step, image);
    direction = addScaled(next, dot(next, next) / dot(residual, residual), direction);
    residual = next;
  }
  return x;
}
