import { allocate, type Data } from "../../ndarray/dtype.js";
import { flatData, type NdArray } from "../../ndarray/ndarray.js";

const bitsOfWord = 32;
const wordsOfPiece = 64;

/** Which reflections of a grid of amplitudes are not 0. Plain data. */
export interface ScatteringReflections {
  /** indices of the grid's first point */
  readonly min: readonly number[];
  readonly shape: readonly number[];
  /** int32, one bit for each point of the grid */
  readonly bits: Data;
  /** whether those beside the grid are not 0 */
  readonly beyond: boolean;
}

/** What there is to know of amplitudes: found anew for each image, so that they may change in their place. */
export interface AmplitudeSurvey {
  readonly reflections: ScatteringReflections;
  /** the size of the largest one; NaN where one is not finite */
  readonly largest: number;
}

/**
 * @param grid amplitudes, shape [h, k, l]
 * @param min indices of its first point
 * @param beyond the amplitude of what the grid does not hold
 */
export function surveyAmplitudes(grid: NdArray, min: readonly number[], beyond: number): AmplitudeSurvey {
  const amplitudes = flatData(grid);
  const bits = allocate("int32", Math.ceil(amplitudes.length / bitsOfWord));
  let largest = Math.abs(beyond);
  // Piece by piece: a loop that runs once a call is compiled anew in each, by engines that compile what is called often.
  for (let word = 0; word < bits.length; word += wordsOfPiece) largest = surveyPiece(amplitudes, bits, word, Math.min(word + wordsOfPiece, bits.length), largest);
  return { reflections: { min, shape: grid.shape, bits, beyond: beyond !== 0 }, largest: largest < Infinity ? largest : NaN };
}

/** Writes some words of bits; returns the largest of their amplitudes' sizes and a further one, or NaN where one is. */
function surveyPiece(amplitudes: Data, bits: Data, first: number, end: number, further: number): number {
  let largest = further;
  for (let word = first, i = first * bitsOfWord; word < end; word++) {
    let own = 0;
    for (const last = Math.min(i + bitsOfWord, amplitudes.length); i < last; i++) {
      const size = Math.abs(amplitudes[i]);
      if (size !== 0) own |= 1 << (i & (bitsOfWord - 1));
      if (!(size <= largest)) largest = size > largest ? size : NaN;
    }
    bits[word] = own;
  }
  return largest;
}

/** Whether a reflection scatters. */
export function isScattering({ min, shape, bits, beyond }: ScatteringReflections, h: number, k: number, l: number): boolean {
  const i = h - min[0];
  const j = k - min[1];
  const n = l - min[2];
  if (i < 0 || j < 0 || n < 0 || i >= shape[0] || j >= shape[1] || n >= shape[2]) return beyond;
  const at = (i * shape[1] + j) * shape[2] + n;
  return (bits[at >> 5] & (1 << (at & 31))) !== 0;
}

/** Whether any reflection of a box scatters: one of whole numbers, the three lowest and the three highest of which stand from an index on. */
export function isAnyScattering(reflections: ScatteringReflections, low: Data, high: Data, at: number): boolean {
  const { min, shape, beyond } = reflections;
  const lowH = low[at];
  const lowK = low[at + 1];
  const lowL = low[at + 2];
  const highH = high[at];
  const highK = high[at + 1];
  const highL = high[at + 2];
  const endH = min[0] + shape[0];
  const endK = min[1] + shape[1];
  const endL = min[2] + shape[2];
  const isInside = lowH >= min[0] && highH < endH && lowK >= min[1] && highK < endK && lowL >= min[2] && highL < endL;
  if (beyond && !isInside) return true;
  for (let h = Math.max(lowH, min[0]); h <= highH && h < endH; h++) {
    for (let k = Math.max(lowK, min[1]); k <= highK && k < endK; k++) {
      for (let l = Math.max(lowL, min[2]); l <= highL && l < endL; l++) if (isScattering(reflections, h, k, l)) return true;
    }
  }
  return false;
}
