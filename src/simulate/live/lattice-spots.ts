/** The steps of a group of lattices: where on the detector each of them has the spot of one reflection. */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { LiveLeaves } from "./live-leaves.js";
import { hasPixels, markSpot } from "./mark-spot.js";
import { OwnCell } from "./own-cell.js";
import { leafEdge } from "./pixel-block.js";
import { margin, type Region } from "./region.js";
import { heightCloseness } from "./spot-outline.js";
import type { SpotPlace } from "./spot-place.js";
import type { StepGroup } from "./step-groups.js";
import { extentOf } from "./surface.js";

export class LatticeSpots {
  /** of the plane that touches the surface */
  readonly #normal = allocate("float64", 3);
  readonly #cell = new OwnCell();
  /** in which the group's spots are */
  readonly #box = allocate("float64", 4);

  /**
   * @param vectors a, b and c of each lattice, row by row
   * @param toUnits what takes q to units of the widths, row by row, of each lattice
   * @param place where the group's spots are
   * @param areCut whether any spot can be larger than the cell of pixels in which it is that of a step
   */
  constructor(
    readonly vectors: Data,
    readonly toUnits: Data,
    readonly place: SpotPlace,
    readonly areCut: boolean,
  ) {}

  /**
   * Marks the steps of a group in the outline's box: steps whose planes pass by the reflection are left out first, and then those that
   * have no pixel. The numbers of a step are those of an outline, which are in no memory here: there are many steps.
   * @param ownRadius of a step's spot
   * @param highest h, k and l at which a step sums the present reflection
   */
  mark({ first, end, lattices, room }: StepGroup, ownRadius: number, highest: Data, region: Region, found: LiveLeaves): void {
    const { place, toUnits } = this;
    const { outline, q, reflection, x: placeX, y: placeY } = place;
    const { halfX, halfY, row, column } = region;
    const firstRow = leafEdge * row;
    const lastPixel = 2 * halfX;
    const lastLine = 2 * halfY;
    this.#box.set(outline.box);
    const normal = this.#normal;
    outline.writeNormal(normal);
    const n0 = normal[0];
    const n1 = normal[1];
    const n2 = normal[2];
    const r0 = reflection[0];
    const r1 = reflection[1];
    const r2 = reflection[2];
    const q0 = q[0];
    const q1 = q[1];
    const q2 = q[2];
    const x0 = q[3];
    const x1 = q[4];
    const x2 = q[5];
    const y0 = q[6];
    const y1 = q[7];
    const y2 = q[8];
    const radius = ownRadius + place.bent;
    const tallest = radius + room * extentOf(q, place.toX, place.toY);
    const square = radius * radius * (1 + heightCloseness);
    for (let i = 0; i < end - first; i++) {
      const from = 9 * lattices[i];
      const u0 = toUnits[from];
      const u1 = toUnits[from + 1];
      const u2 = toUnits[from + 2];
      const v0 = toUnits[from + 3];
      const v1 = toUnits[from + 4];
      const v2 = toUnits[from + 5];
      const w0 = toUnits[from + 6];
      const w1 = toUnits[from + 7];
      const w2 = toUnits[from + 8];
      const d0 = u0 * q0 + u1 * q1 + u2 * q2 - r0;
      const d1 = v0 * q0 + v1 * q1 + v2 * q2 - r1;
      const d2 = w0 * q0 + w1 * q1 + w2 * q2 - r2;
      const height = n0 * d0 + n1 * d1 + n2 * d2;
      if (height > tallest || -height > tallest) continue;
      const alongX0 = u0 * x0 + u1 * x1 + u2 * x2;
      const alongX1 = v0 * x0 + v1 * x1 + v2 * x2;
      const alongX2 = w0 * x0 + w1 * x1 + w2 * x2;
      const alongY0 = u0 * y0 + u1 * y1 + u2 * y2;
      const alongY1 = v0 * y0 + v1 * y1 + v2 * y2;
      const alongY2 = w0 * y0 + w1 * y1 + w2 * y2;
      const xx = alongX0 * alongX0 + alongX1 * alongX1 + alongX2 * alongX2;
      const xy = alongX0 * alongY0 + alongX1 * alongY1 + alongX2 * alongY2;
      const yy = alongY0 * alongY0 + alongY1 * alongY1 + alongY2 * alongY2;
      const xd = alongX0 * d0 + alongX1 * d1 + alongX2 * d2;
      const yd = alongY0 * d0 + alongY1 * d1 + alongY2 * d2;
      const dd = d0 * d0 + d1 * d1 + d2 * d2;
      const area = xx * yy - xy * xy;
      const perBoth = 1 / (area * xx);
      const perArea = xx * perBoth;
      const nearestX = (xy * yd - yy * xd) * perArea;
      const nearestY = (xy * xd - xx * yd) * perArea;
      const size = square + heightCloseness * dd - (dd + xd * nearestX + yd * nearestY);
      if (size < 0) continue;
      const step = first + i;
      if (this.areCut || !(perBoth < Infinity)) {
        this.#markCut(step, from, radius, highest, region, found);
        continue;
      }
      const x = placeX + nearestX + halfX;
      const y = placeY + nearestY + halfY;
      const toY = Math.sqrt(size * xx * perArea) + margin;
      const top = y - toY > 0 ? Math.ceil(y - toY) : 0;
      const bottom = y + toY < lastLine ? Math.floor(y + toY) : lastLine;
      // The square of half the middle row, by how much those of other rows are less, and by how much the middles of rows move.
      const perXX = area * perBoth;
      const widest = size * perXX;
      const perRow = area * perXX * perXX;
      const aside = xy * perXX;
      for (let line = top; line <= bottom; line++) {
        const up = line - y;
        const left = widest - perRow * up * up;
        // A row beside the ellipse is as good as one where it is a point.
        const around = left > 0 ? Math.sqrt(left) + margin : margin;
        const middle = x - aside * up;
        const begin = middle - around > 0 ? Math.ceil(middle - around) : 0;
        const end = middle + around < lastPixel ? Math.floor(middle + around) : lastPixel;
        if (begin <= end) found.addRow(step, firstRow + line, column + (begin >> 1), column + (end >> 1));
      }
    }
  }

  /** Marks the leaves of a spot that other reflections may cut off, or that is no ellipse. */
  #markCut(step: number, from: number, radius: number, highest: Data, region: Region, found: LiveLeaves): void {
    const { outline } = this.place;
    outline.box.set(this.#box);
    outline.touch(this.toUnits, from, this.place);
    if (!outline.narrow(radius) || !hasPixels(region, outline)) return;
    if (this.areCut && !this.#cell.take(this.vectors, from, this.place, highest)) return;
    outline.writeRows(region, radius);
    markSpot(region, step, outline, this.#cell, found);
  }
}
