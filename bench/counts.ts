/** What images are compared with, and how. */
import { div, mul, sub } from "../src/autodiff/operations.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import { full, type NdArray } from "../src/ndarray/ndarray.js";
import type { PixelFunction, PixelLoss } from "../src/simulate/image-model.js";

export const chiSquare: PixelLoss = (photons, counts) => {
  const residual = sub(photons, counts);
  return mul(0.5, residual, residual);
};

/** Of the loss by a pixel's photons. */
export const curvature: PixelFunction = (photons) => div(photons, photons);

export function uniform(edge: number, dtype: FloatDType): NdArray {
  return full([edge, edge], 3, dtype);
}
