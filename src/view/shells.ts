import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { fewPhotons } from "../refine/goodness.js";
import { positionOf, resolutionAt, type Geometry, type PanelGeometry } from "./geometry.js";

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

/**
 * Statistics of used pixels in shells of equal volume in reciprocal space.
 * @param counts a panel each, [slow, fast], as is the model; NaN where a pixel is not used
 * @param variance of counts where so many photons are expected
 */
export function shellsOf(counts: readonly NdArray[], model: readonly NdArray[], variance: (photons: number) => number, geometry: Geometry): Shell[] {
  const inverseCube = (plane: PanelGeometry, fast: number, slow: number): number => resolutionAt(geometry, positionOf(plane, fast, slow)) ** -3;
  const widest = Math.max(...geometry.panels.flatMap((plane) => {
    const { fast, slow } = plane.pixels;
    return [[0, 0], [fast, 0], [0, slow], [fast, slow]].map(([i, j]) => inverseCube(plane, i, j));
  }));
  const sums = Array.from({ length: shellCount }, () => ({ pixels: 0, counted: 0, expected: 0, squares: 0, weights: 0 }));
  for (const [panel, plane] of geometry.panels.entries()) {
    const [values, expected] = [flatData(counts[panel]), flatData(model[panel])];
    const [, columns] = counts[panel].shape;
    for (let at = 0; at < values.length; at++) {
      const [count, photons] = [values[at], expected[at]];
      if (Number.isNaN(count) || Number.isNaN(photons)) continue;
      const place = Math.floor((inverseCube(plane, (at % columns) + 0.5, Math.floor(at / columns) + 0.5) / widest) * shellCount);
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
