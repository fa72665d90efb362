/** How well a model explains each panel of a detector of many. */
import type { PanelledDetector } from "../models/panels.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { fewPhotons } from "./goodness.js";
import type { Loss } from "./loss.js";
import type { Offsets } from "./offsets.js";

/** What is known of a panel after a refinement. */
export interface PanelFit {
  readonly name: string;
  /** those that were used */
  readonly pixels: number;
  /** photons in a pixel */
  readonly counted: number;
  readonly expected: number;
  /** in which pixels of few photons weigh little: 1 where the model is right; null where none is expected */
  readonly chiSquare: number | null;
  /** of its spots from where the model has them; undefined where none is seen */
  readonly offsets?: Offsets;
}

/**
 * @param counts [panel, slow, fast], as are model and mask
 * @param mask int32, 0 where a pixel was not used
 * @param offsets of each panel
 */
export function panelFits({ panels }: PanelledDetector, counts: NdArray, model: NdArray, mask: NdArray, loss: Loss, offsets: readonly (Offsets | undefined)[]): PanelFit[] {
  const [, rows, columns] = counts.shape;
  return panels.map(({ name }, panel) => {
    let [pixels, counted, expected, squares, weights] = [0, 0, 0, 0, 0];
    for (let at = panel * rows * columns; at < (panel + 1) * rows * columns; at++) {
      if (mask.data[at] === 0) continue;
      const [count, photons] = [counts.data[at], model.data[at]];
      const variance = loss.variance(photons);
      pixels++;
      counted += count;
      expected += photons;
      squares += (count - photons) ** 2 / (variance + fewPhotons);
      weights += variance / (variance + fewPhotons);
    }
    const own = offsets[panel];
    const perPixel = (sum: number): number => (pixels > 0 ? sum / pixels : 0);
    return { name, pixels, counted: perPixel(counted), expected: perPixel(expected), chiSquare: weights > 0 ? squares / weights : null, ...(own && { offsets: own }) };
  });
}
