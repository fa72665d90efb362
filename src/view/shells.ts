import type { NdArray } from "../ndarray/ndarray.js";
import { positionOf, resolutionAt, type Geometry } from "./geometry.js";

/** What pixels of a range of resolutions say together. */
export interface Shell {
  /** in Å */
  readonly from: number;
  readonly to: number;
  readonly pixels: number;
  /** photons a pixel */
  readonly counted: number;
  readonly expected: number;
  /** reduced chi-square, in which pixels of few photons weigh little: 1 where the model is right; NaN where none is expected */
  readonly chiSquare: number;
}

const shellCount = 10;
/** Photons from which on a pixel has its full say, as in the chi-square of the whole image. */
const fewPhotons = 1;

/**
 * Statistics of used pixels in shells of equal volume in reciprocal space.
 * @param counts [slow, fast], as is the model; NaN where a pixel is not used
 * @param variance of counts where so many photons are expected
 */
export function shellsOf(counts: NdArray, model: NdArray, variance: (photons: number) => number, geometry: Geometry, panel = 0): Shell[] {
  const [rows, columns] = counts.shape;
  const plane = geometry.panels[panel];
  const inverseCube = (fast: number, slow: number): number => resolutionAt(geometry, positionOf(plane, fast, slow)) ** -3;
  const widest = Math.max(inverseCube(0, 0), inverseCube(columns, 0), inverseCube(0, rows), inverseCube(columns, rows));
  const sums = Array.from({ length: shellCount }, () => ({ pixels: 0, counted: 0, expected: 0, squares: 0, weights: 0 }));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const [count, photons] = [counts.data[at], model.data[at]];
      if (Number.isNaN(count) || Number.isNaN(photons)) continue;
      const place = Math.floor((inverseCube(column + 0.5, row + 0.5) / widest) * shellCount);
      const sum = sums[Math.min(place, shellCount - 1)];
      sum.pixels++;
      sum.counted += count;
      sum.expected += photons;
      sum.squares += (count - photons) ** 2 / (variance(photons) + fewPhotons);
      sum.weights += variance(photons) / (variance(photons) + fewPhotons);
    }
  }
  const edge = (i: number): number => (i === 0 ? Infinity : ((widest * i) / shellCount) ** (-1 / 3));
  return sums.flatMap(({ pixels, counted, expected, squares, weights }, i) =>
    pixels === 0 ? [] : [{ from: edge(i), to: edge(i + 1), pixels, counted: counted / pixels, expected: expected / pixels, chiSquare: weights > 0 ? squares / weights : NaN }],
  );
}
