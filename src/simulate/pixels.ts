import { allocate, type Data } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { equals, fromData, type NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { tilesIn, type Blocks } from "./live/blocks.js";
import { regionOf, type Roi } from "./statistics.js";

/** Which pixels of a detector are worked on. */
export interface PixelSelection {
  /** only this rectangle; all unless given */
  readonly roi?: Roi | undefined;
  /** [slow, fast]; pixels where it is 0 are left out */
  readonly mask?: NdArray | undefined;
}

/** The selected pixels: a rectangle, row by row, fast axis first, or a list of places in it. Plain data, which a worker can receive. */
export interface Pixels {
  /** of the image: [slow, fast] */
  readonly shape: Shape;
  readonly roi: Roi;
  readonly size: number;
  /** indices of the pixels in the image, where a mask leaves some out or they stand in another order */
  readonly places: Data | undefined;
  /** numbers of each tile's first pixel, and that of all pixels; unless given, all tiles but the last are of one size */
  readonly tiles?: Data | undefined;
  /** where the tiles are blocks of the detector, how they stand */
  readonly blocks?: Blocks | undefined;
  /** where panels stand one below the other in the image: the rows of each, and the numbers of its first pixels, with that of all pixels at the end */
  readonly panels?: { readonly rows: number; readonly first: Data };
}

/**
 * The pixels of an image that are worked on.
 * @param shape [slow, fast]
 * @throws ShapeError when the mask has another shape; InputError when no pixel is left
 */
export function selectPixels(shape: Shape, { roi, mask }: PixelSelection): Pixels {
  const inside = regionOf(shape, roi);
  const size = widthOf(inside) * (inside.slowMax - inside.slowMin + 1);
  if (mask === undefined) return { shape, roi: inside, size, places: undefined };
  if (!sameShape(mask.shape, shape)) {
    throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(shape)}`);
  }
  const kept = allocate("int32", size);
  let count = 0;
  for (let slow = inside.slowMin; slow <= inside.slowMax; slow++) {
    for (let fast = inside.fastMin; fast <= inside.fastMax; fast++) {
      if (mask.data[mask.offset + slow * mask.strides[0] + fast * mask.strides[1]] !== 0) kept[count++] = slow * shape[1] + fast;
    }
  }
  if (count === 0) throw new InputError("the region and the mask leave no pixel");
  return { shape, roi: inside, size: count, places: kept.subarray(0, count) };
}

/** Whether two selections are of the same pixels. */
export function samePixels(a: Pixels, b: Pixels): boolean {
  const isSame = sameShape(a.shape, b.shape) && a.size === b.size && (a.places === undefined) === (b.places === undefined);
  if (!isSame || widthOf(a.roi) !== widthOf(b.roi) || a.roi.fastMin !== b.roi.fastMin || a.roi.slowMin !== b.roi.slowMin) return false;
  return a.places === undefined || b.places === undefined || equals(fromData(a.places), fromData(b.places));
}

/** How many tiles of a size hold the pixels. */
export function tileCount({ size: pixels, tiles, blocks }: Pixels, size: number): number {
  if (blocks) return tilesIn(blocks);
  return tiles ? tiles.length - 1 : Math.ceil(pixels / size);
}

/** Which pixels a tile has: the number of the first one, and how many. */
export function pixelsOfTile({ size: pixels, tiles }: Pixels, tile: number, size: number): { readonly first: number; readonly count: number } {
  if (tiles) return { first: tiles[tile], count: tiles[tile + 1] - tiles[tile] };
  return { first: tile * size, count: Math.min(size, pixels - tile * size) };
}

/** How many rows of the image, from the first on, have none of the selected pixels from a number on; the pixels stand in the image's order. */
export function rowsBefore({ shape, roi, places, size }: Pixels, pixel: number): number {
  if (pixel >= size) return shape[0];
  return places ? Math.floor(places[pixel] / shape[1]) : roi.slowMin + Math.floor(pixel / widthOf(roi));
}

const widthOf = ({ fastMin, fastMax }: Roi): number => fastMax - fastMin + 1;

/**
 * Visits some of the selected pixels in stretches that stand one after another in a row of the image.
 * @param first number of the first pixel among the selected ones
 * @param visit called with the number of a stretch's first pixel, counted from `first`, its index in the image, and its length
 */
export function forEachStretch(
  { shape, roi, places }: Pixels,
  first: number,
  count: number,
  visit: (at: number, place: number, length: number) => void,
): void {
  const width = widthOf(roi);
  let at = 0;
  while (at < count) {
    const number = first + at;
    const row = Math.floor(number / width);
    const column = number - row * width;
    const place = places ? places[number] : (roi.slowMin + row) * shape[1] + roi.fastMin + column;
    const longest = Math.min(count - at, places ? shape[1] - (place % shape[1]) : width - column);
    let length = 1;
    if (places === undefined) length = longest;
    else while (length < longest && places[number + length] === place + length) length++;
    visit(at, place, length);
    at += length;
  }
}

/**
 * Writes the coordinates of a run of pixels; behind the last one, that one again.
 * @param first number of the run's first pixel among the selected ones
 * @param fast, slow receive the coordinates, one after another
 */
export function writeCoordinates(pixels: Pixels, first: number, count: number, fast: NdArray, slow: NdArray): void {
  if (pixels.places) writeScattered(pixels, first, count, fast, slow);
  else writeRows(pixels, first, count, fast, slow);
  fillUp(fast, count);
  fillUp(slow, count);
}

function writeScattered(pixels: Pixels, first: number, count: number, fast: NdArray, slow: NdArray): void {
  const width = pixels.shape[1];
  const height = pixels.panels?.rows ?? Infinity;
  forEachStretch(pixels, first, count, (at, place, length) => {
    const row = Math.floor(place / width);
    let column = place - row * width;
    for (let i = fast.offset + at; i < fast.offset + at + length; i++) fast.data[i] = column++;
    slow.data.fill(row % height, slow.offset + at, slow.offset + at + length);
  });
}

/** The same of whole rows of a rectangle, which can be short. */
function writeRows({ roi, panels }: Pixels, first: number, count: number, fast: NdArray, slow: NdArray): void {
  const width = widthOf(roi);
  const before = Math.floor(first / width);
  const columns = fast.data;
  const rows = slow.data;
  let column = roi.fastMin + first - before * width;
  let row = roi.slowMin + before;
  if (panels) row %= panels.rows;
  for (let done = 0; done < count; ) {
    const length = Math.min(roi.fastMax + 1 - column, count - done);
    const at = fast.offset + done;
    for (let i = 0; i < length; i++) columns[at + i] = column + i;
    rows.fill(row, slow.offset + done, slow.offset + done + length);
    done += length;
    column = roi.fastMin;
    row++;
    if (row === panels?.rows) row = 0;
  }
}

/** Whether the selected pixels stand one behind another in the image, as whole rows do. */
function hasWholeRows({ shape, roi, places }: Pixels): boolean {
  return places === undefined && widthOf(roi) === shape[1];
}

/** Writes numbers of some of the selected pixels into an image, contiguous in memory. */
export function placePixels(pixels: Pixels, first: number, count: number, from: Data, to: Data): void {
  const { places } = pixels;
  if (places) for (let i = 0; i < count; i++) to[places[first + i]] = from[i];
  else if (hasWholeRows(pixels)) to.set(from.subarray(0, count), pixels.roi.slowMin * pixels.shape[1] + first);
  else {
    forEachStretch(pixels, first, count, (at, place, length) => {
      to.set(from.subarray(at, at + length), place);
    });
  }
}

/** Reads an image, contiguous in memory from an index on, at some of the selected pixels. */
export function pickPixels(pixels: Pixels, first: number, count: number, { data: from, offset }: NdArray, { data: to, offset: start }: NdArray): void {
  const { places } = pixels;
  const begin = offset + pixels.roi.slowMin * pixels.shape[1] + first;
  if (places) for (let i = 0; i < count; i++) to[start + i] = from[offset + places[first + i]];
  else if (hasWholeRows(pixels)) to.set(from.subarray(begin, begin + count), start);
  else {
    forEachStretch(pixels, first, count, (at, place, length) => {
      to.set(from.subarray(offset + place, offset + place + length), start + at);
    });
  }
}

/** Repeats the last of the first `count` numbers behind them; they stand one after another. */
export function fillUp({ data, offset, size }: NdArray, count: number): void {
  data.fill(data[offset + count - 1], offset + count, offset + size);
}
