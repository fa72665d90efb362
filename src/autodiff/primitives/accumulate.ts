import { assign, zeros, type NdArray } from "../../ndarray/ndarray.js";

/**
 * Adds up in float64 what goes into float32, where a sum stops growing at 2²⁴ and loses digits on the way.
 * @param output holds zeros
 * @param add adds to the elements of an array of the output's shape
 */
export function accumulate(output: NdArray, add: (sums: NdArray) => void): void {
  if (output.dtype !== "float32") return add(output);
  const sums = zeros(output.shape, "float64");
  add(sums);
  assign(output, sums);
}
