import { blockEdge, groupPixels, leafEdge } from "./pixel-block.js";
import type { LiveLeaves } from "./live-leaves.js";

/** A square of blocks, which is part of a patch, as far as the detector or what is selected of it has pixels there. */
export interface Region {
  /** indices of its centre along the detector's axes */
  readonly fast: number;
  readonly slow: number;
  /** from there to the outermost pixels */
  readonly halfX: number;
  readonly halfY: number;
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
  /** where more have been looked at, nothing further is marked */
  mostLooked: number;
  /**
   * Marks which steps are live.
   * @returns false, and marks nothing, where it is better done for the quarters of the region
   */
  mark(region: Region, found: LiveLeaves): boolean;
}

/**
 * The region of some blocks.
 * @param fast, slow indices of its first pixel
 * @param width, height pixels that there are from there on
 * @param blocks along an edge
 * @param row, column its first leaf in the patch
 * @returns undefined where there is no pixel
 */
export function regionFrom(fast: number, slow: number, width: number, height: number, blocks: number, row: number, column: number): Region | undefined {
  if (width <= 0 || height <= 0) return undefined;
  const halfX = (Math.min(width, blocks * blockEdge) - 1) / 2;
  const halfY = (Math.min(height, blocks * blockEdge) - 1) / 2;
  return { fast: fast + halfX, slow: slow + halfY, halfX, halfY, blocks, row, column };
}

/** Rows of leaves that have pixels of a region. */
export function groupsIn({ halfX, halfY }: Region): number {
  return (2 * halfY + 1) * Math.ceil((2 * halfX + 1) / groupPixels);
}

/** The quarters of a region that have pixels. */
export function quartersOf({ fast, slow, halfX, halfY, blocks, row, column }: Region): Region[] {
  const edge = (blocks / 2) * blockEdge;
  const quarters: Region[] = [];
  for (const down of [0, 1]) {
    for (const right of [0, 1]) {
      const [x, y] = [right * edge, down * edge];
      const quarter = regionFrom(fast - halfX + x, slow - halfY + y, 2 * halfX + 1 - x, 2 * halfY + 1 - y, blocks / 2, row + y / leafEdge, column + x / leafEdge);
      if (quarter) quarters.push(quarter);
    }
  }
  return quarters;
}

/** Room for the rounding of places, in pixels. */
export const margin = 1e-3;

export function markAll({ halfX, halfY, row, column }: Region, step: number, found: LiveLeaves): void {
  found.add(step, row, row + ((2 * halfY) >> 1), column, column + ((2 * halfX) >> 1));
}
