import { toWindow, type Camera, type Size } from "./camera.js";
import { cornersOf, type Placement } from "./placement.js";
import type { Level, Pyramid } from "./pyramid.js";

/** An image and where it lies. */
export interface PlacedImage {
  readonly pyramid: Pyramid;
  readonly placement: Placement;
}

/**
 * Paints images as a camera sees them, every pixel of the window the colour of the detector's pixel below it.
 * @param target receives the pixels of the window, row by row; what no image covers stays as it is
 * @param table colours, as `colourTable` gives them
 */
export function paint(target: Int32Array, window: Size, camera: Camera, images: readonly PlacedImage[], table: Int32Array): void {
  for (const { pyramid, placement } of images) {
    const depth = Math.max(0, Math.floor(Math.log2(1 / camera.zoom)));
    const at = Math.min(depth, pyramid.levels.length - 1);
    paintLevel(target, window, camera, pyramid.levels[at], pyramid.levels[0], placement, 2 ** at, table);
  }
}

function paintLevel(
  target: Int32Array,
  window: Size,
  camera: Camera,
  { bits, width, height }: Level,
  whole: Size,
  placement: Placement,
  shrunk: number,
  table: Int32Array,
): void {
  const corners = cornersOf(placement, whole).map((corner) => toWindow(camera, window, corner));
  const clipped = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const left = clipped(Math.floor(Math.min(...corners.map(({ x }) => x))), window.width);
  const right = clipped(Math.ceil(Math.max(...corners.map(({ x }) => x))), window.width);
  const top = clipped(Math.floor(Math.min(...corners.map(({ y }) => y))), window.height);
  const bottom = clipped(Math.ceil(Math.max(...corners.map(({ y }) => y))), window.height);
  const { origin, fast, slow } = placement;
  const area = (fast.x * slow.y - fast.y * slow.x) * camera.zoom * shrunk;
  // Pixels of the level for each step to the right and downwards in the window.
  const [fastRight, fastDown] = [slow.y / area, -slow.x / area];
  const [slowRight, slowDown] = [-fast.y / area, fast.x / area];
  const corner = toWindow(camera, window, origin);
  for (let y = top; y < bottom; y++) {
    let column = (left + 0.5 - corner.x) * fastRight + (y + 0.5 - corner.y) * fastDown;
    let row = (left + 0.5 - corner.x) * slowRight + (y + 0.5 - corner.y) * slowDown;
    const start = y * window.width;
    for (let x = left; x < right; x++) {
      if (column >= 0 && row >= 0 && column < width && row < height) target[start + x] = table[bits[(row | 0) * width + (column | 0)]];
      column += fastRight;
      row += slowRight;
    }
  }
}
