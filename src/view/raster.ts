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
    const level = pyramid.at(depth);
    paintLevel(target, window, camera, level, pyramid.whole, placement, level.shrunk, table);
  }
}

/** Pixels by which a panel may lean across the window and still be painted as an upright one. */
const unseen = 1e-3;

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
  if (Math.abs(fastDown) * window.height < unseen && Math.abs(slowRight) * window.width < unseen) {
    paintUpright(target, window.width, { left, right, top, bottom }, { bits, width, height }, { column: (left + 0.5 - corner.x) * fastRight, columns: fastRight, row: (top + 0.5 - corner.y) * slowDown, rows: slowDown }, table);
    return;
  }
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

/** As `paintLevel`, of a panel that stands upright: each column of the window shows one of the panel's, and each row one. */
function paintUpright(
  target: Int32Array,
  stride: number,
  { left, right, top, bottom }: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
  { bits, width, height }: Pick<Level, "bits" | "width" | "height">,
  from: { readonly column: number; readonly columns: number; readonly row: number; readonly rows: number },
  table: Int32Array,
): void {
  const columns = new Int32Array(Math.max(0, right - left));
  let [first, end] = [columns.length, 0];
  for (let i = 0; i < columns.length; i++) {
    const column = from.column + i * from.columns;
    if (!(column >= 0 && column < width)) continue;
    columns[i] = column;
    first = Math.min(first, i);
    end = i + 1;
  }
  let painted = -1;
  for (let y = top; y < bottom; y++) {
    const row = Math.floor(from.row + (y - top) * from.rows);
    if (!(row >= 0 && row < height)) continue;
    const start = y * stride + left;
    // Where pixels are larger than the window's, rows repeat.
    if (row === painted) target.copyWithin(start + first, start - stride + first, start - stride + end);
    else for (let i = first; i < end; i++) target[start + i] = table[bits[row * width + columns[i]]];
    painted = row;
  }
}
