import type { Data } from "../../ndarray/dtype.js";
import { patchEdge } from "./blocked-pixels.js";
import type { LeafSet } from "./leaf-set.js";
import { leafAt, leavesAlong, leavesOfBlock } from "./pixel-block.js";

/** Numbers of an entry: its step; rows and columns of the leaves in their block, first and last; and the block's next entry. */
const perEntry = 3;
const none = -1;

interface PlaceInPatch {
  readonly row: number;
  readonly column: number;
}

/** For which leaves of a patch each step is live, as rectangles of leaves. */
export class LiveLeaves {
  #entries = new Int32Array(perEntry * 1024);
  #count = 0;
  readonly #first = new Int32Array(patchEdge ** 2).fill(none);

  clear(): void {
    this.#count = 0;
    this.#first.fill(none);
  }

  /** Makes a step live in a rectangle, of rows and columns of the patch's leaves. */
  add(step: number, firstRow: number, lastRow: number, firstColumn: number, lastColumn: number): void {
    for (let row = Math.floor(firstRow / leavesAlong); row * leavesAlong <= lastRow; row++) {
      for (let column = Math.floor(firstColumn / leavesAlong); column * leavesAlong <= lastColumn; column++) {
        const top = Math.max(0, firstRow - row * leavesAlong);
        const bottom = Math.min(leavesAlong - 1, lastRow - row * leavesAlong);
        const left = Math.max(0, firstColumn - column * leavesAlong);
        const right = Math.min(leavesAlong - 1, lastColumn - column * leavesAlong);
        this.#push(row * patchEdge + column, step, top | (bottom << 4) | (left << 8) | (right << 12));
      }
    }
  }

  #push(block: number, step: number, rectangle: number): void {
    const at = perEntry * this.#count++;
    if (at === this.#entries.length) {
      const grown = new Int32Array(2 * at);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[at] = step;
    this.#entries[at + 1] = rectangle;
    this.#entries[at + 2] = this.#first[block];
    this.#first[block] = at;
  }

  /**
   * Sets which leaves of a block are live at all.
   * @param block its row and column in the patch
   * @returns how many pairs of a step and a leaf are live; those that two of a step's spots share count twice
   */
  writeLeaves(block: PlaceInPatch, leaves: LeafSet): number {
    leaves.clear();
    const entries = this.#entries;
    let pairs = 0;
    for (let at = this.#firstOf(block); at !== none; at = entries[at + 2]) {
      const rectangle = entries[at + 1];
      const bottom = (rectangle >> 4) & 15;
      const left = (rectangle >> 8) & 15;
      const right = rectangle >> 12;
      for (let y = rectangle & 15; y <= bottom; y++) {
        for (let x = left; x <= right; x++) leaves.add(leafAt[y * leavesAlong + x]);
        pairs += right - left + 1;
      }
    }
    return pairs;
  }

  /**
   * Sets which steps are live in some leaves of a block.
   * @param slots where each of its leaves stands in a row of the mask, or -1
   * @param mask receives 1 for each step and leaf that are live, a row of leaves for each step, from an index on
   */
  writeMask(block: PlaceInPatch, slots: Int32Array, mask: Data, from: number): void {
    const entries = this.#entries;
    for (let at = this.#firstOf(block); at !== none; at = entries[at + 2]) {
      const rectangle = entries[at + 1];
      const row = from + leavesOfBlock * entries[at];
      const bottom = (rectangle >> 4) & 15;
      const left = (rectangle >> 8) & 15;
      const right = rectangle >> 12;
      for (let y = rectangle & 15; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          const slot = slots[leafAt[y * leavesAlong + x]];
          if (slot >= 0) mask[row + slot] = 1;
        }
      }
    }
  }

  #firstOf({ row, column }: PlaceInPatch): number {
    return this.#first[row * patchEdge + column];
  }
}
