/**
 * Pixels in the order of blocks of the detector, each block a tile of its own, and the blocks in the order of patches of several. Blocks
 * at the edges may have pixels that are not selected, or none at all.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Pixels } from "../pixels.js";
import type { Blocks } from "./blocks.js";
import { blockEdge, blockPixels, leafColumn, leafEdge, leafPixels, leafRow } from "./pixel-block.js";

/** Blocks along an edge of a patch. */
export const patchEdge = 4;
export const blocksOfPatch = patchEdge ** 2;

const arranged = new WeakMap<Pixels, Pixels>();

/** The same pixels, block by block. */
export function inBlocks(pixels: Pixels): Pixels {
  const known = arranged.get(pixels) ?? arrange(pixels);
  arranged.set(pixels, known);
  return known;
}

function arrange(pixels: Pixels): Pixels {
  const { shape, roi, places, panels } = pixels;
  const along = (length: number): number => Math.ceil(length / (blockEdge * patchEdge));
  const rows = panels?.rows ?? roi.slowMax - roi.slowMin + 1;
  const columns = along(roi.fastMax - roi.fastMin + 1);
  const patches = columns * along(rows);
  const kept = places && allocate("int32", Math.ceil((shape[0] * shape[1]) / 32));
  if (places && kept) for (const place of places) kept[place >> 5] |= 1 << (place & 31);
  const blocks = { columns, patches, rows, panels: panels ? panels.first.length - 1 : 1, tilesOfPanel: patches * blocksOfPatch, kept };
  return { ...pixels, places: undefined, blocks };
}

/**
 * Blocks of panels, with as many tiles of each as make whole rows of sums.
 * @param mostRows of sums
 */
export function blocksInPanels(pixels: Pixels, blocks: Blocks, mostRows: number): { readonly pixels: Pixels; readonly tilesOfBlock: number } {
  const needed = blocks.patches * blocksOfPatch;
  const tilesOfBlock = Math.ceil(needed / Math.max(1, Math.floor(mostRows / blocks.panels)));
  const tilesOfPanel = Math.ceil(needed / tilesOfBlock) * tilesOfBlock;
  return { pixels: { ...pixels, blocks: { ...blocks, tilesOfPanel } }, tilesOfBlock };
}

/** A block of a panel. */
export interface BlockOfPanel {
  readonly panel: number;
  /** number of its patch in the panel */
  readonly patch: number;
  /** row and column in the patch */
  readonly row: number;
  readonly column: number;
}

/** The block that is a tile; undefined where the tile has none with pixels. */
export function blockOfTile({ roi }: Pixels, { columns, patches, rows, tilesOfPanel }: Blocks, tile: number): BlockOfPanel | undefined {
  const panel = Math.floor(tile / tilesOfPanel);
  const own = tile - panel * tilesOfPanel;
  const patch = Math.floor(own / blocksOfPatch);
  const inPatch = own - patch * blocksOfPatch;
  const block = { panel, patch, row: Math.floor(inPatch / patchEdge), column: inPatch % patchEdge };
  const first = firstOfPatch(columns, patch);
  const isInside = patch < patches && first.slow + block.row * blockEdge < rows && first.fast + block.column * blockEdge <= roi.fastMax - roi.fastMin;
  return isInside ? block : undefined;
}

/** Row and column of a patch's first pixel, from the first of the panel or rectangle. */
export function firstOfPatch(columns: number, patch: number): { readonly slow: number; readonly fast: number } {
  const row = Math.floor(patch / columns);
  return { slow: row * blockEdge * patchEdge, fast: (patch - row * columns) * blockEdge * patchEdge };
}

/** Pixels that are worked on together: of each its index in the image, or -1 where it is not selected, and its column and row on the panel. */
export interface PlacedPixels {
  readonly places: Int32Array;
  readonly columns: Data;
  readonly rows: Data;
}

/**
 * Writes where a leaf's pixels stand, from an index on; a pixel that is not selected has the column and row of one that is.
 * @returns how many are selected
 */
export function writeLeaf({ shape, roi }: Pixels, standing: Blocks, { panel, patch, row, column }: BlockOfPanel, leaf: number, into: PlacedPixels, from: number): number {
  const { places, columns, rows } = into;
  const patchRow = Math.floor(patch / standing.columns);
  const firstRow = (patchRow * patchEdge + row) * blockEdge + leafRow[leaf] * leafEdge;
  const firstColumn = roi.fastMin + ((patch - patchRow * standing.columns) * patchEdge + column) * blockEdge + leafColumn[leaf] * leafEdge;
  const above = roi.slowMin + panel * standing.rows;
  let selected = 0;
  let last = 0;
  let at = from;
  for (let y = firstRow; y < firstRow + leafEdge; y++) {
    for (let x = firstColumn; x < firstColumn + leafEdge; x++) {
      const place = (above + y) * shape[1] + x;
      const isOne = y < standing.rows && x <= roi.fastMax && isKept(standing, place);
      places[at] = isOne ? place : -1;
      columns[at] = x;
      rows[at] = roi.slowMin + y;
      if (isOne) {
        selected++;
        last = at;
      }
      at++;
    }
  }
  if (selected === leafPixels || selected === 0) return selected;
  for (let i = from; i < at; i++) {
    if (places[i] >= 0) continue;
    columns[i] = columns[last];
    rows[i] = rows[last];
  }
  return selected;
}

/** Whether a pixel of the rectangle is selected, by its index in the image. */
function isKept({ kept }: Blocks, place: number): boolean {
  return kept === undefined || (kept[place >> 5] & (1 << (place & 31))) !== 0;
}

/** Where the first pixel of a block stands in the image, all of whose pixels are selected; -1 for other blocks. */
export function placeOfBlock({ shape, roi }: Pixels, { columns, rows, kept }: Blocks, { panel, patch, row, column }: BlockOfPanel): number {
  const { slow, fast } = firstOfPatch(columns, patch);
  const firstRow = slow + row * blockEdge;
  const firstColumn = roi.fastMin + fast + column * blockEdge;
  if (kept || firstRow + blockEdge > rows || firstColumn + blockEdge > roi.fastMax + 1) return -1;
  return (roi.slowMin + panel * rows + firstRow) * shape[1] + firstColumn;
}

/**
 * Writes where a block's pixels stand in the image, row by row, and -1 for those that are not selected.
 * @returns how many are selected
 */
export function writeBlock({ shape, roi }: Pixels, standing: Blocks, { panel, patch, row, column }: BlockOfPanel, places: Int32Array): number {
  const { slow, fast } = firstOfPatch(standing.columns, patch);
  const firstRow = slow + row * blockEdge;
  const firstColumn = roi.fastMin + fast + column * blockEdge;
  const above = roi.slowMin + panel * standing.rows;
  let selected = 0;
  for (let i = 0; i < blockPixels; i++) {
    const y = firstRow + Math.floor(i / blockEdge);
    const x = firstColumn + (i % blockEdge);
    const place = (above + y) * shape[1] + x;
    const isOne = y < standing.rows && x <= roi.fastMax && isKept(standing, place);
    places[i] = isOne ? place : -1;
    if (isOne) selected++;
  }
  return selected;
}
