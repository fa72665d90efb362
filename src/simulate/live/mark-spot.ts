import type { LiveLeaves } from "./live-leaves.js";
import type { OwnCell } from "./own-cell.js";
import { leafEdge, leavesAlong } from "./pixel-block.js";
import { margin, type Region } from "./region.js";
import type { SpotOutline } from "./spot-outline.js";

/**
 * Marks the leaves of a region that have pixels in a spot, row by row.
 * @param outline of the spot, whose rows are written
 * @param cell outside of which the spot is not that of the step
 */
export function markSpot({ half, blocks, row, column }: Region, step: number, { rows, top, bottom }: SpotOutline, cell: OwnCell, found: LiveLeaves): void {
  const last = blocks * leavesAlong * leafEdge - 1;
  for (let leaf = Math.floor(top / leafEdge); leaf * leafEdge <= bottom; leaf++) {
    let first = Infinity;
    let end = -Infinity;
    const below = Math.min(bottom, leaf * leafEdge + leafEdge - 1);
    for (let y = Math.max(top, leaf * leafEdge); y <= below; y++) {
      const begin = Math.ceil(cell.lowest(y - half, rows[2 * y]) + half - margin);
      const behind = Math.floor(cell.highest(y - half, rows[2 * y + 1]) + half + margin);
      if (begin > behind) continue;
      if (begin < first) first = begin;
      if (behind > end) end = behind;
    }
    if (first <= end && end >= 0 && first <= last) {
      found.addRow(step, row + leaf, column + Math.floor(Math.max(0, first) / leafEdge), column + Math.floor(Math.min(last, end) / leafEdge));
    }
  }
}

/** Whether there is a pixel of a region in a box: spots can be smaller. */
export function hasPixels({ half }: Region, { box }: SpotOutline): boolean {
  return Math.ceil(box[0] + half - margin) <= Math.floor(box[1] + half + margin) && Math.ceil(box[2] + half - margin) <= Math.floor(box[3] + half + margin);
}
