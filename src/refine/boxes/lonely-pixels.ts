import { copy, type NdArray } from "../../ndarray/ndarray.js";
import type { PredictedReflection } from "./prediction.js";

/** A pixel of so many times the counts of any neighbour is no spot's: one that is 0.27 pixels wide still gives 1/30 to the next pixel. */
const timesNeighbours = 30;
/** In pixels: spots stand so near to predicted reflections, and hot pixels do not more often than by chance. */
const nearby = 4;
/** Part of the lonely pixels that stand near reflections beyond chance, from which on they are taken for spots. */
const partOfSpots = 0.25;

/** An image's mask without its hot pixels. */
export interface WithoutLonely {
  readonly mask: NdArray;
  /** number of pixels that were left out */
  readonly lonely: number;
}

/**
 * Leaves out pixels that stand alone far above everything around them, as hot pixels and traces of cosmic rays do; spots that are so
 * narrow stand near predicted reflections, and stay.
 * @param counts photons, [slow, fast] or [panel, slow, fast]
 * @param mask int32, of the same shape: 0 where a pixel is left out already
 * @param predicted reflections of all crystals
 */
export function withoutLonelyPixels(counts: NdArray, mask: NdArray, predicted: readonly PredictedReflection[]): WithoutLonely {
  const [slowCount, fastCount] = counts.shape.slice(-2);
  const lonely: number[] = [];
  for (let at = 0; at < counts.size; at++) {
    if (counts.data[at] > timesNeighbours && mask.data[at] !== 0 && counts.data[at] > timesNeighbours * (1 + brightestAround(at))) lonely.push(at);
  }
  const places = new Set<number>();
  for (const { panel, fast, slow } of predicted) {
    const first = panel * slowCount * fastCount;
    const [f, s] = [Math.floor(fast), Math.floor(slow)];
    for (let y = Math.max(0, s - nearby); y <= Math.min(slowCount - 1, s + nearby); y++) {
      for (let x = Math.max(0, f - nearby); x <= Math.min(fastCount - 1, f + nearby); x++) places.add(first + y * fastCount + x);
    }
  }
  const byChance = lonely.length * (places.size / counts.size);
  const near = lonely.filter((at) => places.has(at)).length;
  if (lonely.length === 0 || near - byChance > partOfSpots * lonely.length) return { mask, lonely: 0 };
  const without = copy(mask);
  for (const at of lonely) without.data[at] = 0;
  return { mask: without, lonely: lonely.length };

  function brightestAround(at: number): number {
    return around(at, 1).reduce((brightest, place) => (place !== at && mask.data[place] !== 0 ? Math.max(brightest, counts.data[place]) : brightest), 0);
  }

  /** Pixels of the same panel within a square. */
  function around(at: number, reach: number): number[] {
    const fast = at % fastCount;
    const slow = Math.floor(at / fastCount) % slowCount;
    const places: number[] = [];
    for (let s = Math.max(0, slow - reach); s <= Math.min(slowCount - 1, slow + reach); s++) {
      for (let f = Math.max(0, fast - reach); f <= Math.min(fastCount - 1, fast + reach); f++) places.push(at + (s - slow) * fastCount + f - fast);
    }
    return places;
  }
}
