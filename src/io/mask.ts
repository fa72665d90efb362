import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Smv } from "./smv.js";

/** The mask that an SMV image is: int32 of shape [slow, fast], 0 where a pixel is skipped (its value is 0 or NaN), else 1. */
export function maskOf({ image, shape }: Pick<Smv, "image" | "shape">): NdArray<"int32"> {
  const mask = zeros(shape, "int32");
  const values = flatData(image);
  for (let i = 0; i < values.length; i++) mask.data[i] = values[i] === 0 || Number.isNaN(values[i]) ? 0 : 1;
  return mask;
}
