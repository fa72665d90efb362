import { copy, type NdArray } from "../ndarray/ndarray.js";
import { slice } from "../ndarray/views.js";
import type { Geometry } from "./geometry.js";

/**
 * The images of the panels of a detector, each of its own size, [slow, fast].
 * @param image of the shape [slow, fast] or, of many panels, [panel, slow, fast]
 */
export function panelImages(image: NdArray, { panels }: Geometry): NdArray[] {
  if (image.rank === 2) return [image];
  return panels.map(({ pixels }, panel) => copy(slice(image, panel, { start: 0, stop: pixels.slow }, { start: 0, stop: pixels.fast })));
}
