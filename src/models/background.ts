import { add, exp, mul, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity, Variable } from "../autodiff/tape.js";

/**
 * Photons that do not come from the crystal, smooth over the detector: e to the power of a polynomial, so that they are never below
 * 0. With u and v from -1 to 1 along fast and slow, the terms are 1, u, v, u² + v², u² - v², u v; those that are not given are 0.
 */
export type Background<Q = number> = readonly Q[];

export const mostBackgroundTerms = 6;

/**
 * Records the background of some pixels.
 * @param fast, slow indices of the pixels
 */
export function smoothBackground(
  terms: Background<Quantity>,
  fast: Variable,
  slow: Variable,
  pixels: { readonly fast: number; readonly slow: number },
): Quantity {
  const centred = (index: Variable, count: number): Quantity => sub(mul(index, 2 / count), 1 - 1 / count);
  const u = centred(fast, pixels.fast);
  const v = centred(slow, pixels.slow);
  const [uu, vv] = [mul(u, u), mul(v, v)];
  const basis = [1, u, v, add(uu, vv), sub(uu, vv), mul(u, v)];
  return exp(add(...terms.map((term, i) => mul(term, basis[i]))));
}
