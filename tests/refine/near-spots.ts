import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";

/** A mask of the pixels that have many counts, and of their neighbours: the others of a detector with few spots only cost time. */
export function nearSpots(counts: NdArray, many = 10): NdArray {
  const [slow, fast] = counts.shape;
  const mask = zeros(counts.shape);
  const around = (at: number, extent: number): number[] => [at - 1, at, at + 1].filter((index) => index >= 0 && index < extent);
  for (let i = 0; i < slow; i++) {
    for (let j = 0; j < fast; j++) {
      if (counts.get(i, j) < many) continue;
      for (const row of around(i, slow)) for (const column of around(j, fast)) mask.data[row * fast + column] = 1;
    }
  }
  return mask;
}
