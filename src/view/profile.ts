import type { Point } from "./camera.js";
import { pixelAt, type Placement } from "./placement.js";
import type { Layer } from "./layer.js";

/**
 * Values along a line, a step a pixel.
 * @returns x in pixels from the line's start; NaN where no panel is
 */
export function profileAlong({ images }: Pick<Layer, "images">, placements: readonly Placement[], from: Point, to: Point): { readonly x: number; readonly y: number }[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const steps = Math.max(1, Math.round(length));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const part = i / steps;
    const place = { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
    for (const [panel, image] of images.entries()) {
      const { fast, slow } = pixelAt(placements[panel], place);
      const [row, column] = [Math.floor(slow), Math.floor(fast)];
      if (row >= 0 && column >= 0 && row < image.shape[0] && column < image.shape[1]) return { x: part * length, y: image.get(row, column) };
    }
    return { x: part * length, y: NaN };
  });
}
