import type { Data } from "../../ndarray/dtype.js";
import { blocksOfPatch, patchEdge } from "./blocked-pixels.js";
import type { LeafSet } from "./leaf-set.js";
import { blockEdge, groupsOfBlock, leafAt, leafEdge, leavesAlong } from "./pixel-block.js";

/** Numbers of an entry: its step; the row of pixels, and its first and last column of leaves, in their block; and the block's next entry. */
const perEntry = 3;
const none = -1;
/** A row of a patch's pixels, and a column of its leaves, are in the block whose number they are without these bits. */
const [rowBits, columnBits] = [Math.log2(blockEdge), Math.log2(leavesAlong)];
const lastOfBlock = leavesAlong - 1;

interface PlaceInPatch {
  readonly row: number;
  readonly column: number;
}

/** For which pixels of a patch each step is live, as rows of pixels, in which leaves are live or not. */
export class LiveLeaves {
  #entries = new Int32Array(perEntry * 1024);
  #count = 0;
  /** of each block: its first entry, how many pairs of a step and a row of a leaf it has, and of each row of its leaves the live columns as bits */
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
    for (let row = leafEdge * firstRow; row < leafEdge * (lastRow + 1); row++) this.addRow(step, row, firstColumn, lastColumn);
  }

  /** The same in a row of the patch's pixels, from one of its columns of leaves to another. */
  addRow(step: number, row: number, firstColumn: number, lastColumn: number): void {
    const inBlock = row & (blockEdge - 1);
    const firstBlock = firstColumn >> columnBits;
    const lastBlock = lastColumn >> columnBits;
    const blocks = (row >> rowBits) * patchEdge;
    const left = firstColumn & lastOfBlock;
    const right = lastColumn & lastOfBlock;
    if (firstBlock === lastBlock) return this.#push(blocks + firstBlock, step, inBlock, left, right);
    this.#push(blocks + firstBlock, step, inBlock, left, lastOfBlock);
    for (let block = firstBlock + 1; block < lastBlock; block++) this.#push(blocks + block, step, inBlock, 0, lastOfBlock);
    this.#push(blocks + lastBlock, step, inBlock, 0, right);
  }

  #push(block: number, step: number, row: number, left: number, right: number): void {
    const at = perEntry * this.#count++;
    if (at === this.#entries.length) this.#grow();
    const entries = this.#entries;
    const first = this.#first;
    entries[at] = step;
    entries[at + 1] = (row << 8) | (left << 4) | right;
    entries[at + 2] = first[block];
    first[block] = at;
    this.#pairs[block] += right - left + 1;
    this.#columns[leavesAlong * block + (row >> 1)] |= (2 << right) - (1 << left);
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#entries.length);
    grown.set(this.#entries);
    this.#entries = grown;
  }

  /**
   * Sets which leaves of a block are live at all.
   * @param place the block's row and column in the patch
   * @returns how many pairs of a step and a row of a leaf are live; those that two of a step's spots share count twice
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
   * @param slots where each of its leaves, row by row, stands in a row of the mask, or -1
   * @param mask receives 1 for each step and row of a leaf that are live, those of all leaves for each step, from an index on
   */
  writeMask(place: PlaceInPatch, slots: Int32Array, mask: Data, from: number): void {
    const entries = this.#entries;
    for (let at = this.#first[blockAt(place)]; at !== none; at = entries[at + 2]) {
      const columns = entries[at + 1];
      const row = columns >> 8;
      const ofStep = from + groupsOfBlock * entries[at] + (row & 1);
      const ofRow = leavesAlong * (row >> 1);
      const last = ofRow + (columns & 15);
      for (let leaf = ofRow + ((columns >> 4) & 15); leaf <= last; leaf++) {
        const slot = slots[leaf];
        if (slot >= 0) mask[ofStep + leafEdge * slot] = 1;
      }
    }
  }
}

function blockAt({ row, column }: PlaceInPatch): number {
  return row * patchEdge + column;
}
