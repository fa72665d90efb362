import { patchEdge } from "./blocked-pixels.js";
import { leafAt, leavesAlong, leavesOfBlock } from "./pixel-block.js";

/** Numbers of an entry: its step; rows and columns of the leaves in their block, first and last; and the block's next entry. */
const perEntry = 3;
const none = -1;

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
   * Sets which leaves of a block are live at all, and at which steps.
   * @param block its row and column in the patch
   * @param leaves receives 1 for each leaf where a step is live, else 0
   * @param mask receives 1 for each step and leaf that are live, a row of steps for each leaf, else 0
   * @returns how many steps and leaves are live
   */
  write(block: { readonly row: number; readonly column: number }, leaves: Uint8Array, mask: Uint8Array): number {
    leaves.fill(0);
    const entries = this.#entries;
    let at = this.#first[block.row * patchEdge + block.column];
    if (at === none) return 0;
    mask.fill(0);
    const steps = mask.length / leavesOfBlock;
    let live = 0;
    for (; at !== none; at = entries[at + 2]) {
      const step = entries[at];
      const rectangle = entries[at + 1];
      const right = rectangle >> 12;
      for (let y = rectangle & 15; y <= ((rectangle >> 4) & 15); y++) {
        for (let x = (rectangle >> 8) & 15; x <= right; x++) {
          const leaf = leafAt[y * leavesAlong + x];
          live += 1 - mask[steps * leaf + step];
          mask[steps * leaf + step] = 1;
          leaves[leaf] = 1;
        }
      }
    }
    return live;
  }
}
