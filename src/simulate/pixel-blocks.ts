import { allocate } from "../ndarray/dtype.js";
import { blockEdge, blockPixels, fastInBlock, slowInBlock } from "./pixel-block.js";
import type { Pixels } from "./pixels.js";

const arranged = new WeakMap<Pixels, Pixels>();

/**
 * The same pixels, block by block, each block a tile of its own. In a block they stand leaf by leaf, and the leaves along a curve that
 * passes from each to a neighbour (Hilbert's), so that a spot covers a short stretch of it.
 */
export function inBlocks(pixels: Pixels): Pixels {
  const known = arranged.get(pixels) ?? arrange(pixels);
  arranged.set(pixels, known);
  return known;
}

function arrange(pixels: Pixels): Pixels {
  const { shape, roi, size, places: kept, panels } = pixels;
  const width = roi.fastMax - roi.fastMin + 1;
  const height = panels?.rows ?? roi.slowMax - roi.slowMin + 1;
  const stacked = panels ? panels.first.length - 1 : 1;
  const blocks = [Math.ceil(height / blockEdge), Math.ceil(width / blockEdge)];
  const isKept = kept && new Uint8Array(shape[0] * shape[1]);
  if (kept && isKept) for (const place of kept) isKept[place] = 1;
  const places = allocate("int32", size);
  const tiles = allocate("int32", stacked * blocks[0] * blocks[1] + 1);
  let [count, tile] = [0, 0];
  for (let row = 0; row < stacked * blocks[0]; row++) {
    const panel = Math.floor(row / blocks[0]);
    for (let column = 0; column < blocks[1]; column++) {
      for (let i = 0; i < blockPixels; i++) {
        const slow = (row % blocks[0]) * blockEdge + slowInBlock[i];
        const fast = column * blockEdge + fastInBlock[i];
        if (slow >= height || fast >= width) continue;
        const place = (roi.slowMin + panel * height + slow) * shape[1] + roi.fastMin + fast;
        if (isKept === undefined || isKept[place] === 1) places[count++] = place;
      }
      if (count > tiles[tile]) tiles[++tile] = count;
    }
  }
  return { ...pixels, size, places, tiles: tiles.subarray(0, tile + 1) };
}
