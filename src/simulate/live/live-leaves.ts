import type { Data } from "../../ndarray/dtype.js";
import { blocksOfPatch, patchEdge } from "./blocked-pixels.js";
import type { LeafSet } from "./leaf-set.js";
import { leafAt, leavesAlong, leavesOfBlock } from "./pixel-block.js";

/** Numbers of an entry: its step; row, first and last column of the leaves in their block; and the block's next entry. */
const perEntry = 3;
const none = -1;

interface PlaceInPatch {
  readonly row: number;
  readonly column: number;
}

/** For which leaves of a patch each step is live, as rows of leaves. */
export class LiveLeaves {
  #entries = new Int32Array(perEntry * 1024);
  #count = 0;
  /** of each block: its first entry, how many pairs of a step and a leaf it has, and of each row of its leaves the live columns as bits */
  readonly #first = new Int32Array(blocksOfPatch).fill(none);
  readonly #pairs = new Int32Array(blocksOfPatch);
  readonly #columns = new Int32Array(blocksOfPatch * leavesAlong);

  clear(): void {
    this.#count = 0;
    this.#first.fill(none);
    this.#pairs.fill(0);
    this.#columns.fill(0);
  }

  /** Makes a step live in a rectangle, of rows and columns of the patch's leaves. */
  add(step: number, firstRow: number, lastRow: number, firstColumn: number, lastColumn: number): void {
    for (let row = firstRow; row <= lastRow; row++) this.addRow(step, row, firstColumn, lastColumn);
  }

  /** The same in a part of one row. */
  addRow(step: number, row: number, firstColumn: number, lastColumn: number): void {
    const inBlock = row % leavesAlong;
    const firstBlock = Math.floor(firstColumn / leavesAlong);
    const lastBlock = Math.floor(lastColumn / leavesAlong);
    const blocks = ((row - inBlock) / leavesAlong) * patchEdge;
    for (let block = firstBlock; block <= lastBlock; block++) {
      const left = block > firstBlock ? 0 : firstColumn - block * leavesAlong;
      const right = block < lastBlock ? leavesAlong - 1 : lastColumn - block * leavesAlong;
      this.#push(blocks + block, step, inBlock, left, right);
    }
  }

  #push(block: number, step: number, row: number, left: number, right: number): void {
    const at = perEntry * this.#count++;
    if (at === this.#entries.length) {
      const grown = new Int32Array(2 * at);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[at] = step;
    this.#entries[at + 1] = (row << 8) | (left << 4) | right;
    this.#entries[at + 2] = this.#first[block];
    this.#first[block] = at;
    this.#pairs[block] += right - left + 1;
    this.#columns[leavesAlong * block + row] |= (2 << right) - (1 << left);
  }

  /**
   * Sets which leaves of a block are live at all.
   * @param place the block's row and column in the patch
   * @returns how many pairs of a step and a leaf are live; those that two of a step's spots share count twice
   */
  writeLeaves(place: PlaceInPatch, leaves: LeafSet): number {
    leaves.clear();
    const block = blockAt(place);
    if (this.#pairs[block] === 0) return 0;
    for (let row = 0; row < leavesAlong; row++) {
      for (let rest = this.#columns[leavesAlong * block + row]; rest !== 0; rest &= rest - 1) leaves.add(leafAt[leavesAlong * row + 31 - Math.clz32(rest & -rest)]);
    }
    return this.#pairs[block];
  }

  /**
   * Sets which steps are live in some leaves of a block.
   * @param place the block's row and column in the patch
   * @param slots where each of its leaves stands in a row of the mask, or -1
   * @param mask receives 1 for each step and leaf that are live, a row of leaves for each step, from an index on
   */
  writeMask(place: PlaceInPatch, slots: Int32Array, mask: Data, from: number): void {
    const entries = this.#entries;
    for (let at = this.#first[blockAt(place)]; at !== none; at = entries[at + 2]) {
      const columns = entries[at + 1];
      const ofStep = from + leavesOfBlock * entries[at];
      const ofRow = leavesAlong * (columns >> 8);
      const last = ofRow + (columns & 15);
      for (let leaf = ofRow + ((columns >> 4) & 15); leaf <= last; leaf++) {
        const slot = slots[leafAt[leaf]];
        if (slot >= 0) mask[ofStep + slot] = 1;
      }
    }
  }
}

function blockAt({ row, column }: PlaceInPatch): number {
  return row * patchEdge + column;
}
