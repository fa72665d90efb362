import { allocate, type Data } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import type { Pixels } from "./pixels.js";

/**
 * The pixels of some panels, one panel below the other in an image of all.
 * @param sizes of all panels
 * @param shape [panel, slow, fast]
 * @param isChosen whether a panel is worked on
 * @param mask [panel, slow, fast]; pixels where it is 0 are left out
 */
export function panelPixels(sizes: readonly { readonly fast: number; readonly slow: number }[], shape: Shape, isChosen: (panel: number) => boolean, mask?: NdArray): Pixels {
  const [panels, rows, width] = shape;
  const first = allocate("int32", panels + 1);
  const roi = { fastMin: 0, fastMax: width - 1, slowMin: 0, slowMax: panels * rows - 1 };
  const whole = { shape: [panels * rows, width], roi, panels: { rows, first } };
  const isWhole = mask === undefined && sizes.every(({ fast, slow }, panel) => isChosen(panel) && fast === width && slow === rows);
  if (isWhole) {
    for (let panel = 0; panel <= panels; panel++) first[panel] = panel * rows * width;
    return { ...whole, size: panels * rows * width, places: undefined };
  }
  const places = allocate("int32", panels * rows * width);
  let count = 0;
  sizes.forEach((size, panel) => {
    first[panel] = count;
    if (!isChosen(panel)) return;
    for (let slow = 0; slow < size.slow; slow++) {
      for (let fast = 0; fast < size.fast; fast++) {
        const isKept = mask === undefined || mask.data[mask.offset + panel * mask.strides[0] + slow * mask.strides[1] + fast * mask.strides[2]] !== 0;
        if (isKept) places[count++] = (panel * rows + slow) * width + fast;
      }
    }
  });
  first[panels] = count;
  return { ...whole, size: count, places: places.subarray(0, count) };
}

/** The panel that a selected pixel is on; 0 where there is only one. */
export function panelOf({ panels, places, shape }: Pixels, pixel: number): number {
  return panels ? Math.floor((places ? places[pixel] : pixel) / (panels.rows * shape[1])) : 0;
}

/** Tiles of panels, as many of each, and how many of one panel have their sums in one row. */
interface PanelTiles {
  readonly pixels: Pixels;
  readonly tilesOfBlock: number;
}

/**
 * Pixels whose tiles end where a panel ends. Each panel has as many; those that a panel does not need are empty.
 * @param size of a tile
 * @param mostBlocks of tiles with sums of their own
 */
export function inPanels(pixels: Pixels, { first }: NonNullable<Pixels["panels"]>, size: number, mostBlocks: number): PanelTiles {
  const panels = first.length - 1;
  const ends = Array.from({ length: panels }, (_, panel) => endsOfTiles(first, panel, size));
  const longest = Math.max(...ends.map(({ length }) => length));
  if (longest === 0) throw new InputError("the mask leaves no pixel");
  const tilesOfBlock = Math.ceil(longest / Math.max(1, Math.floor(mostBlocks / panels)));
  const each = Math.ceil(longest / tilesOfBlock) * tilesOfBlock;
  const tiles = allocate("int32", panels * each + 1);
  ends.forEach((own, panel) => {
    for (let i = 0; i < each; i++) tiles[panel * each + i + 1] = own[i] ?? first[panel + 1];
  });
  return { pixels: { ...pixels, tiles }, tilesOfBlock };
}

function endsOfTiles(first: Data, panel: number, size: number): number[] {
  const ends: number[] = [];
  for (let at = first[panel]; at < first[panel + 1]; at += size) ends.push(Math.min(at + size, first[panel + 1]));
  return ends;
}
