import type { LiveLeaves } from "./live-leaves.js";
import type { OwnCell } from "./own-cell.js";
import { leafEdge, leavesAlong } from "./pixel-block.js";
import type { Region } from "./region.js";
import type { SpotOutline } from "./spot-outline.js";

/** Room for rounding, in pixels. */
const margin = 1e-3;
/** Leaves along each edge of a box that is marked as it is. */
const fewLeaves = 2;

/**
 * Marks the leaves of a region that have pixels in a spot, row by row.
 * @param outline of the spot
 * @param radius of the ellipse that the spot is in, in its units
 * @param cell outside of which the spot is not that of the step
 */
export function markSpot({ half, blocks, row, column }: Region, step: number, outline: SpotOutline, radius: number, cell: OwnCell, found: LiveLeaves): void {
  const { box, row: part } = outline;
  const last = blocks * leavesAlong * leafEdge - 1;
  const top = Math.max(0, Math.ceil(box[2] + half - margin));
  const bottom = Math.min(last, Math.floor(box[3] + half + margin));
  const left = Math.max(0, Math.ceil(box[0] + half - margin));
  const right = Math.min(last, Math.floor(box[1] + half + margin));
  if (top > bottom || left > right) return;
  const [firstRow, lastRow, firstColumn, lastColumn] = [leafOf(top), leafOf(bottom), leafOf(left), leafOf(right)];
  if (lastRow - firstRow < fewLeaves && lastColumn - firstColumn < fewLeaves) {
    found.add(step, row + firstRow, row + lastRow, column + firstColumn, column + lastColumn);
    return;
  }
  for (let leaf = firstRow; leaf <= lastRow; leaf++) {
    let first = Infinity;
    let end = -Infinity;
    const below = Math.min(bottom, leaf * leafEdge + leafEdge - 1);
    for (let y = Math.max(top, leaf * leafEdge); y <= below; y++) {
      if (!outline.meetsRow(y - half, radius)) continue;
      if (cell.isCut && !cell.narrowRow(y - half, part)) continue;
      const begin = Math.max(left, Math.ceil(part[0] + half - margin));
      const behind = Math.min(right, Math.floor(part[1] + half + margin));
      if (begin > behind) continue;
      if (begin < first) first = begin;
      if (behind > end) end = behind;
    }
    if (first <= end) found.add(step, row + leaf, row + leaf, column + leafOf(first), column + leafOf(end));
  }
}

function leafOf(pixel: number): number {
  return Math.floor(pixel / leafEdge);
}
