import { leavesAlong } from "./pixel-block.js";
import type { LiveLeaves } from "./live-leaves.js";

/** A square of pixels, which is part of a patch. */
export interface Region {
  /** indices of its centre along the detector's axes */
  readonly fast: number;
  readonly slow: number;
  /** from there to the outermost pixels */
  readonly half: number;
  /** blocks along an edge */
  readonly blocks: number;
  /** its first leaf in the patch */
  readonly row: number;
  readonly column: number;
}

/** Finds live steps in regions. */
export interface Search {
  /** reflections that were looked at one by one, so far */
  readonly looked: number;
  /**
   * Marks which steps are live.
   * @returns false, and marks nothing, where it is better done for the quarters of the region
   */
  mark(region: Region, found: LiveLeaves): boolean;
}

export function quartersOf({ fast, slow, half, blocks, row, column }: Region): Region[] {
  // The outermost pixels of two quarters are one pixel apart.
  const halfOfQuarter = (half - 0.5) / 2;
  const leaves = (blocks / 2) * leavesAlong;
  const apart = halfOfQuarter + 0.5;
  const quarter = (down: number, right: number): Region => ({
    fast: fast + (2 * right - 1) * apart,
    slow: slow + (2 * down - 1) * apart,
    half: halfOfQuarter,
    blocks: blocks / 2,
    row: row + down * leaves,
    column: column + right * leaves,
  });
  return [quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1)];
}

/** Room for the rounding of places, in pixels. */
export const margin = 1e-3;

export function markAll({ blocks, row, column }: Region, step: number, found: LiveLeaves): void {
  const last = blocks * leavesAlong - 1;
  found.add(step, row, row + last, column, column + last);
}
