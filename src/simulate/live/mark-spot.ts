import type { LiveLeaves } from "./live-leaves.js";
import type { OwnCell } from "./own-cell.js";
import { leafEdge } from "./pixel-block.js";
import { margin, type Region } from "./region.js";
import type { SpotOutline } from "./spot-outline.js";

/**
 * Marks the pixels of a region that are in a spot, row by row.
 * @param outline of the spot, whose rows are written
 * @param cell outside of which the spot is not that of the step
 */
export function markSpot({ halfX, halfY, row, column }: Region, step: number, { rows, top, bottom }: SpotOutline, cell: OwnCell, found: LiveLeaves): void {
  for (let y = top; y <= bottom; y++) {
    const first = Math.max(0, Math.ceil(cell.lowest(y - halfY, rows[2 * y]) + halfX - margin));
    const last = Math.min(2 * halfX, Math.floor(cell.highest(y - halfY, rows[2 * y + 1]) + halfX + margin));
    if (first <= last) found.addRow(step, leafEdge * row + y, column + (first >> 1), column + (last >> 1));
  }
}

/** Whether there is a pixel of a region in a box: spots can be smaller. */
export function hasPixels({ halfX, halfY }: Region, { box }: SpotOutline): boolean {
  return Math.ceil(box[0] + halfX - margin) <= Math.floor(box[1] + halfX + margin) && Math.ceil(box[2] + halfY - margin) <= Math.floor(box[3] + halfY + margin);
}
