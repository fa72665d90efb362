import type { NdArray } from "../../ndarray/ndarray.js";
import type { Data } from "../../ndarray/dtype.js";
import type { Pixels } from "../pixels.js";
import { writeLeaf, type BlockOfPanel } from "./blocked-pixels.js";
import type { Blocks } from "./blocks.js";
import { blockPixels, leafPixels, leavesOfBlock } from "./pixel-block.js";

/** Leaves of one block or several that are worked on as one tile. */
export class LeafTile {
  /** of each pixel the index in the image, or -1 where it is none of those that are selected */
  readonly #places = new Int32Array(blockPixels).fill(-1);
  #leaves = 0;

  /** number of leaves */
  get leaves(): number {
    return this.#leaves;
  }

  get isFull(): boolean {
    return this.#leaves === leavesOfBlock;
  }

  /** Adds a leaf of a block, unless none of its pixels is selected; returns whether it was added. */
  add(pixels: Pixels, blocks: Blocks, block: BlockOfPanel, leaf: number): boolean {
    const selected = writeLeaf(pixels, blocks, block, leaf, this.#places, this.#leaves * leafPixels);
    if (selected > 0) this.#leaves++;
    return selected > 0;
  }

  clear(): void {
    this.#places.fill(-1);
    this.#leaves = 0;
  }

  /** Writes the pixels' coordinates, those of another pixel of the tile where there is none. */
  writeCoordinates({ shape: [, width], panels }: Pixels, fast: NdArray, slow: NdArray): void {
    const columns = fast.data;
    const rows = slow.data;
    const places = this.#places;
    const height = panels?.rows ?? Infinity;
    let last = this.#firstPlace();
    for (let i = 0; i < blockPixels; i++) {
      if (places[i] >= 0) last = places[i];
      const row = Math.floor(last / width);
      columns[fast.offset + i] = last - row * width;
      rows[slow.offset + i] = height === Infinity ? row : row % height;
    }
  }

  /** Reads an image, contiguous in memory from an index on, at the pixels. */
  pick({ data: from, offset }: NdArray, { data: to, offset: start }: NdArray): void {
    const places = this.#places;
    let last = this.#firstPlace();
    for (let i = 0; i < blockPixels; i++) {
      if (places[i] >= 0) last = places[i];
      to[start + i] = from[offset + last];
    }
  }

  /** Writes 1 for each pixel and 0 where there is none. */
  writeCounting({ data, offset }: NdArray): void {
    for (let i = 0; i < blockPixels; i++) data[offset + i] = this.#places[i] < 0 ? 0 : 1;
  }

  /** Writes the pixels' numbers into an image, contiguous in memory. */
  place(from: Data, to: Data): void {
    const places = this.#places;
    const end = this.#leaves * leafPixels;
    for (let i = 0; i < end; i++) if (places[i] >= 0) to[places[i]] = from[i];
  }

  #firstPlace(): number {
    return this.#places.find((place) => place >= 0) ?? 0;
  }
}
