import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { deadMark, gapMark } from "../simulate/detector-effects.js";
import { largestCount } from "../simulate/intensity-scale.js";

/** Whole counts of 16 bits; what is marked, and what noise brought below 0, is 0. */
export function smvCountsOf(counts: NdArray): NdArray<"int32"> {
  return each(counts, (value) => (value === gapMark || value === deadMark ? 0 : Math.min(largestCount, Math.max(0, Math.round(value)))));
}

/**
 * Whole counts, with the marks of pixels that count nothing.
 * @param offset taken off all others
 */
export function recordedCounts(counts: NdArray, offset = 0): NdArray<"int32"> {
  return each(counts, (value) => (value === gapMark || value === deadMark ? value : Math.max(0, Math.round(value - offset))));
}

function each(counts: NdArray, f: (value: number) => number): NdArray<"int32"> {
  const found = zeros(counts.shape, "int32");
  const values = flatData(counts);
  for (let i = 0; i < found.size; i++) found.data[i] = f(values[i]);
  return found;
}
