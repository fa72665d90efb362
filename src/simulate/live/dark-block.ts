import type { Data } from "../../ndarray/dtype.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { Pixels } from "../pixels.js";
import { placeOfBlock, writeBlock, type BlockOfPanel } from "./blocked-pixels.js";
import type { Blocks } from "./blocks.js";
import type { LeafSet } from "./leaf-set.js";
import { blockEdge, blockPixels, leafColumn, leafEdge, leafPixels, leafRow, leavesOfBlock } from "./pixel-block.js";

/** The pixels of a block that no step reaches, row by row. */
export class DarkBlock {
  /** of each pixel the index in the image, or -1 where it is lit or none of those that are selected; not written of a whole block */
  readonly #places = new Int32Array(blockPixels);
  /** pixels of lit leaves */
  readonly #lit = new Int32Array(blockPixels);
  #litCount = 0;
  /** a place that counts */
  #some = 0;
  /** whether all pixels of the block are selected, which stand in rows from a place on */
  #isWhole = false;
  #first = 0;
  #width = 0;

  /** Takes the pixels of a block that are in none of the lit leaves; returns how many are selected. */
  take(pixels: Pixels, blocks: Blocks, block: BlockOfPanel, lit: LeafSet): number {
    this.#litCount = 0;
    for (let leaf = lit.next(0); leaf >= 0; leaf = lit.next(leaf + 1)) {
      const first = (leafRow[leaf] * blockEdge + leafColumn[leaf]) * leafEdge;
      for (let i = 0; i < leafPixels; i++) this.#lit[this.#litCount++] = first + Math.floor(i / leafEdge) * blockEdge + (i % leafEdge);
    }
    const first = placeOfBlock(pixels, blocks, block);
    this.#isWhole = first >= 0;
    if (!this.#isWhole) return this.#takeSome(pixels, blocks, block);
    this.#first = first;
    this.#width = pixels.shape[1];
    for (let leaf = 0; leaf < leavesOfBlock; leaf++) {
      if (lit.has(leaf)) continue;
      this.#some = first + (leafRow[leaf] * this.#width + leafColumn[leaf]) * leafEdge;
      break;
    }
    return blockPixels - this.#litCount;
  }

  #takeSome(pixels: Pixels, blocks: Blocks, block: BlockOfPanel): number {
    const places = this.#places;
    let selected = writeBlock(pixels, blocks, block, places);
    for (let i = 0; i < this.#litCount; i++) {
      const at = this.#lit[i];
      if (places[at] >= 0) selected--;
      places[at] = -1;
    }
    this.#some = places.find((place) => place >= 0) ?? 0;
    return selected;
  }

  /** Reads an image, contiguous in memory from an index on, at the pixels, and at one of them where there is none. */
  pick({ data: from, offset }: NdArray, { data: to, offset: start }: NdArray): void {
    const some = from[offset + this.#some];
    if (this.#isWhole) {
      pickRows(from, offset + this.#first, this.#width, to, start);
      for (let i = 0; i < this.#litCount; i++) to[start + this.#lit[i]] = some;
      return;
    }
    const places = this.#places;
    for (let i = 0; i < blockPixels; i++) to[start + i] = places[i] < 0 ? some : from[offset + places[i]];
  }

  /** Writes 1 for each pixel and 0 where there is none. */
  writeCounting({ data, offset }: NdArray): void {
    if (!this.#isWhole) {
      for (let i = 0; i < blockPixels; i++) data[offset + i] = this.#places[i] < 0 ? 0 : 1;
      return;
    }
    data.fill(1, offset, offset + blockPixels);
    for (let i = 0; i < this.#litCount; i++) data[offset + this.#lit[i]] = 0;
  }
}

/** Copies the rows of a block from an index on. */
function pickRows(from: Data, first: number, width: number, to: Data, start: number): void {
  for (let row = 0; row < blockEdge; row++) {
    const ofRow = first + row * width;
    const at = start + row * blockEdge;
    for (let x = 0; x < blockEdge; x++) to[at + x] = from[ofRow + x];
  }
}
