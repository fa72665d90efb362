import { leavesOfBlock } from "./pixel-block.js";

const bitsOfWord = 32;

/** Some of the leaves of a block. */
export class LeafSet {
  /** one bit for each leaf */
  readonly #words = new Int32Array(leavesOfBlock / bitsOfWord);

  clear(): void {
    this.#words.fill(0);
  }

  add(leaf: number): void {
    this.#words[leaf >> 5] |= 1 << (leaf & 31);
  }

  has(leaf: number): boolean {
    return (this.#words[leaf >> 5] & (1 << (leaf & 31))) !== 0;
  }

  /** The first one from a leaf on, or -1. */
  next(from: number): number {
    const words = this.#words;
    for (let word = from >> 5, first = from & 31; word < words.length; word++, first = 0) {
      const rest = words[word] & (-1 << first);
      if (rest !== 0) return bitsOfWord * word + 31 - Math.clz32(rest & -rest);
    }
    return -1;
  }
}
