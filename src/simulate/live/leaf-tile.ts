import type { NdArray } from "../../ndarray/ndarray.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Pixels } from "../pixels.js";
import { writeLeaf, type BlockOfPanel, type PlacedPixels } from "./blocked-pixels.js";
import type { Blocks } from "./blocks.js";
import { blockPixels, leafPixels, leavesOfBlock } from "./pixel-block.js";

/** Leaves of one block or several that are worked on as one tile. */
export class LeafTile {
  readonly #pixels: PlacedPixels = {
    places: new Int32Array(blockPixels).fill(-1),
    columns: allocate("float64", blockPixels),
    rows: allocate("float64", blockPixels),
  };
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
    const selected = writeLeaf(pixels, blocks, block, leaf, this.#pixels, this.#leaves * leafPixels);
    if (selected > 0) this.#leaves++;
    return selected > 0;
  }

  clear(): void {
    this.#pixels.places.fill(-1);
    this.#leaves = 0;
  }

  /** Writes the pixels' coordinates, those of another pixel of the tile where there is none. */
  writeCoordinates(fast: NdArray, slow: NdArray): void {
    const { columns, rows } = this.#pixels;
    const end = this.#leaves * leafPixels;
    writeFirst(fast, columns, end);
    writeFirst(slow, rows, end);
  }

  /** Reads an image, contiguous in memory from an index on, at the pixels. */
  pick({ data: from, offset }: NdArray, { data: to, offset: start }: NdArray): void {
    const { places } = this.#pixels;
    let last = this.#firstPlace();
    for (let i = 0; i < blockPixels; i++) {
      if (places[i] >= 0) last = places[i];
      to[start + i] = from[offset + last];
    }
  }

  /** Writes 1 for each pixel and 0 where there is none. */
  writeCounting({ data, offset }: NdArray): void {
    for (let i = 0; i < blockPixels; i++) data[offset + i] = this.#pixels.places[i] < 0 ? 0 : 1;
  }

  /** Writes the pixels' numbers into an image, contiguous in memory. */
  place(from: Data, to: Data): void {
    const { places } = this.#pixels;
    const end = this.#leaves * leafPixels;
    for (let i = 0; i < end; i++) if (places[i] >= 0) to[places[i]] = from[i];
  }

  #firstPlace(): number {
    return this.#pixels.places.find((place) => place >= 0) ?? 0;
  }
}

/** Writes the first numbers, and behind them the first one. */
function writeFirst({ data, offset, size }: NdArray, from: Data, end: number): void {
  for (let i = 0; i < end; i++) data[offset + i] = from[i];
  data.fill(from[0], offset + end, offset + size);
}
