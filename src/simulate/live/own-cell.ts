/**
 * Where on the detector a reflection is the one that a step sums: h, k and l of the pixels are there in intervals of length 1, between which
 * lines run across the detector.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { SpotPlace } from "./spot-place.js";

/** Room for the rounding of h, k and l. */
const closeness = 1e-9;

export class OwnCell {
  /** of each line that cuts something off: δ where it meets the row through the place, and how that changes from row to row */
  readonly #lines = allocate("float64", 9);
  #count = 0;
  #placeY = 0;

  /**
   * Takes the cell.
   * @param lattice a, b and c, row by row, from an index on
   * @param place where a plane touches q
   * @param highest h, k and l in the cell
   * @returns whether any of the outline's box is in the cell
   */
  take(lattice: Data, from: number, { surface, outline: { box }, x, y, q, toX, toY }: SpotPlace, highest: Data): boolean {
    const bent = surface.bentOfQ(toX, toY);
    this.#placeY = y;
    const lines = this.#lines;
    let count = 0;
    for (let axis = 0; axis < 3; axis++) {
      const a = lattice[from + 3 * axis];
      const b = lattice[from + 3 * axis + 1];
      const c = lattice[from + 3 * axis + 2];
      const value = a * q[0] + b * q[1] + c * q[2];
      const alongX = a * q[3] + b * q[4] + c * q[5];
      const alongY = a * q[6] + b * q[7] + c * q[8];
      const room = bent * Math.sqrt(a * a + b * b + c * c) + closeness * (1 + Math.abs(highest[axis]));
      const low = highest[axis] - 1 - room;
      const high = highest[axis] + room;
      const first = value + (alongX > 0 ? alongX * (box[0] - x) : alongX * (box[1] - x)) + (alongY > 0 ? alongY * (box[2] - y) : alongY * (box[3] - y));
      const last = value + (alongX > 0 ? alongX * (box[1] - x) : alongX * (box[0] - x)) + (alongY > 0 ? alongY * (box[3] - y) : alongY * (box[2] - y));
      if (first > high || last < low) return false;
      if (!(first < low || last > high)) continue;
      const toLow = x + (low - value) / alongX;
      const toHigh = x + (high - value) / alongX;
      lines[3 * count] = alongX > 0 ? toLow : toHigh;
      lines[3 * count + 1] = alongX > 0 ? toHigh : toLow;
      lines[3 * count + 2] = -alongY / alongX;
      count++;
    }
    this.#count = count;
    return true;
  }

  /** The lowest δ that is in the cell in a row, or one given. */
  lowest(y: number, given: number): number {
    const lines = this.#lines;
    let lowest = given;
    for (let at = 0; at < 3 * this.#count; at += 3) {
      const here = lines[at] + lines[at + 2] * (y - this.#placeY);
      if (here > lowest) lowest = here;
    }
    return lowest;
  }

  /** The highest one. */
  highest(y: number, given: number): number {
    const lines = this.#lines;
    let highest = given;
    for (let at = 0; at < 3 * this.#count; at += 3) {
      const here = lines[at + 1] + lines[at + 2] * (y - this.#placeY);
      if (here < highest) highest = here;
    }
    return highest;
  }
}
