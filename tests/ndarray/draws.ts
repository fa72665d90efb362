import * as fc from "fast-check";
import { allocate, type DType } from "../../src/ndarray/dtype.js";
import { fromData, NdArray } from "../../src/ndarray/ndarray.js";
import { anyShape, anyView } from "../arbitraries.js";

/** Two to four views of one shape. */
export const viewsOfOneShape = anyShape().chain((shape) => fc.array(anyView({ shape }), { minLength: 2, maxLength: 4 }));

/** A view whose elements all stand in memory of their own. */
export const viewWithoutRepeats = anyView().filter((view) => view.shape.every((extent, axis) => extent <= 1 || view.strides[axis] !== 0));

/** The numbers 0, 1, 2 and so on. */
export function range(length: number, dtype: DType = "float64"): NdArray {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = i;
  return fromData(data);
}
