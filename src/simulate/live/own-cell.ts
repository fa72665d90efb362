/**
 * Where on the detector a reflection is the one that a step sums: h, k and l of the pixels are there in intervals of length 1, between which
 * lines run across the detector.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";

/** Room for the rounding of h, k and l. */
const closeness = 1e-9;

export class OwnCell {
  /** of each axis: h at a place, and how it changes along fast and slow; lowest and highest that it is in the cell; whether that cuts something off */
  readonly #lines = allocate("float64", 15);
  readonly #cuts = new Uint8Array(3);
  #placeX = 0;
  #placeY = 0;
  isCut = false;

  /**
   * Takes the cell.
   * @param lattice a, b and c, row by row, from an index on
   * @param q and its slopes at a place, three numbers each
   * @param first, of each axis, the whole number that is summed where h is 0 or just above
   * @param bent by how much q departs from the plane that touches it there
   * @returns whether any of a box is in the cell
   */
  take(lattice: Data, from: number, x: number, y: number, q: Data, highest: Data, bent: number, box: Data): boolean {
    this.#placeX = x;
    this.#placeY = y;
    this.isCut = false;
    const lines = this.#lines;
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
      const isCut = first < low || last > high;
      this.#cuts[axis] = isCut ? 1 : 0;
      if (!isCut) continue;
      this.isCut = true;
      lines[5 * axis] = value;
      lines[5 * axis + 1] = alongX;
      lines[5 * axis + 2] = alongY;
      lines[5 * axis + 3] = low;
      lines[5 * axis + 4] = high;
    }
    return true;
  }

  /** Narrows a row to what is in the cell; returns whether anything is left. */
  narrowRow(y: number, row: Data): boolean {
    const lines = this.#lines;
    for (let axis = 0; axis < 3; axis++) {
      if (this.#cuts[axis] === 0) continue;
      const here = lines[5 * axis] + lines[5 * axis + 2] * (y - this.#placeY);
      const alongX = lines[5 * axis + 1];
      const toLow = (lines[5 * axis + 3] - here) / alongX;
      const toHigh = (lines[5 * axis + 4] - here) / alongX;
      const first = this.#placeX + (alongX > 0 ? toLow : toHigh);
      const last = this.#placeX + (alongX > 0 ? toHigh : toLow);
      if (first > row[0]) row[0] = first;
      if (last < row[1]) row[1] = last;
    }
    return row[0] <= row[1];
  }
}
