import type { Data } from "../ndarray/dtype.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";

/**
 * Normal equations of parameters from those of numbers that the parameters make: with the matrix A of derivatives, A^T g and A^T N A.
 * @param sums the loss, its derivatives by the numbers, and the lower half of the products of the image's derivatives, row by row
 * @param rows derivatives of each number by all parameters
 * @param count of the parameters
 * @returns the same by the parameters, shape [1, sums]
 */
export function chained([loss, ...sums]: readonly number[], rows: readonly Data[], count: number): NdArray {
  const product = (i: number, j: number): number => sums[rows.length + (i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i)];
  const result = zeros([1, 1 + count + (count * (count + 1)) / 2]);
  const { data } = result;
  data[0] = loss;
  let at = 1;
  for (let k = 0; k < count; k++) data[at++] = rows.reduce((sum, row, i) => sum + row[k] * sums[i], 0);
  for (let k = 0; k < count; k++) {
    const half = rows.map((_, i) => rows.reduce((sum, row, j) => sum + product(i, j) * row[k], 0));
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      for (let i = 0; i < rows.length; i++) sum += half[i] * rows[i][l];
      data[at++] = sum;
    }
  }
  return result;
}
