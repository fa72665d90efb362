import type { NdArray } from "../ndarray/ndarray.js";
import type { PredictedSpot } from "./predicted-spots.js";

/** A spot with what was measured around it. */
export interface ListedSpot {
  /** undefined where nobody knows them */
  readonly indices: readonly [number, number, number] | undefined;
  readonly panel: number;
  readonly fast: number;
  readonly slow: number;
  /** in Å; NaN where nobody knows it */
  readonly resolution: number;
  /** the brightest pixel */
  readonly peak: number;
  /** root mean square of the residual around it, in sigmas; NaN without a model */
  readonly misfit: number;
}

const reach = 3;

/** What images say of predicted spots. */
export function listedSpots(spots: readonly PredictedSpot[], images: readonly NdArray[], residuals: readonly NdArray[]): ListedSpot[] {
  return spots.map(({ indices, panel, fast, slow, resolution }) => ({
    indices,
    panel,
    fast,
    slow,
    resolution,
    ...seenAround(images[panel], residuals[panel], fast, slow),
  }));
}

function seenAround(image: NdArray, residual: NdArray | undefined, fast: number, slow: number): { readonly peak: number; readonly misfit: number } {
  let peak = -Infinity;
  let [squares, count] = [0, 0];
  const [rows, columns] = image.shape;
  const [middleRow, middleColumn] = [Math.floor(slow), Math.floor(fast)];
  for (let row = Math.max(0, middleRow - reach); row <= Math.min(rows - 1, middleRow + reach); row++) {
    for (let column = Math.max(0, middleColumn - reach); column <= Math.min(columns - 1, middleColumn + reach); column++) {
      const value = image.get(row, column);
      if (value > peak) peak = value;
      const sigmas = residual?.get(row, column) ?? NaN;
      if (Number.isNaN(sigmas)) continue;
      squares += sigmas ** 2;
      count++;
    }
  }
  return { peak, misfit: count > 0 ? Math.sqrt(squares / count) : NaN };
}

const mostPeaks = 200;
const apart = 4;

/** The brightest places of an image that stand alone, brightest first, for an image of which nothing else is known. */
export function brightestSpots(image: NdArray, panel: number): ListedSpot[] {
  const [rows, columns] = image.shape;
  const { data } = image;
  const candidates: { readonly at: number; readonly value: number }[] = [];
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const at = row * columns + column;
      const value = data[at];
      const isHighest = value > data[at - 1] && value >= data[at + 1] && value > data[at - columns] && value >= data[at + columns];
      if (isHighest) candidates.push({ at, value });
    }
  }
  candidates.sort((one, other) => other.value - one.value);
  const spots: ListedSpot[] = [];
  for (const { at, value } of candidates) {
    const [fast, slow] = [(at % columns) + 0.5, Math.floor(at / columns) + 0.5];
    if (spots.some((spot) => Math.max(Math.abs(spot.fast - fast), Math.abs(spot.slow - slow)) < apart)) continue;
    spots.push({ indices: undefined, panel, fast, slow, resolution: NaN, peak: value, misfit: NaN });
    if (spots.length === mostPeaks) break;
  }
  return spots;
}
