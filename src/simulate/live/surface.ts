/**
 * q over a region of the detector: a smooth surface c + x δ + y ε + xx δ² + xy δε + yy ε² ± rest, with δ and ε in pixels from the
 * region's centre, and what bounds it in units of a step's widths.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Enclosure } from "../../autodiff/enclosure.js";

/** Coefficients, three numbers each. */
const [atX, atY, atXX, atXY, atYY] = [3, 6, 9, 12, 15];

export class Surface {
  readonly #coefficients = allocate("float64", 18);
  readonly #rest = allocate("float64", 3);
  /** of xx, xy and yy, and of the rest: how long each is at the most, itself and in units of a step's widths */
  readonly #ownLengths = allocate("float64", 4);
  readonly #lengths = allocate("float64", 4);
  #view = -1;

  /** @param positions encloses q */
  constructor(readonly positions: Enclosure) {}

  /** Looks at an element of q over the region that is enclosed now. */
  look(view: number, isOtherRegion: boolean): void {
    if (view === this.#view && !isOtherRegion) return;
    this.#view = view;
    const numbers = this.#coefficients;
    for (let i = 0; i < 3; i++) {
      const { centre, x, y, xx, xy, yy, rest } = this.positions.outputs[i];
      numbers[i] = centre[view];
      numbers[atX + i] = x[view];
      numbers[atY + i] = y[view];
      numbers[atXX + i] = xx[view];
      numbers[atXY + i] = xy[view];
      numbers[atYY + i] = yy[view];
      this.#rest[i] = rest[view];
    }
    const own = this.#ownLengths;
    for (let i = 0; i < 3; i++) own[i] = lengthOf(numbers, atXX + 3 * i);
    own[3] = lengthOf(this.#rest, 0);
  }

  /** Writes q and its slopes along fast and slow at a place, three numbers each. */
  expand(x: number, y: number, into: Data): void {
    const numbers = this.#coefficients;
    for (let i = 0; i < 3; i++) {
      const alongX = numbers[atX + i];
      const alongY = numbers[atY + i];
      const xx = numbers[atXX + i];
      const xy = numbers[atXY + i];
      const yy = numbers[atYY + i];
      into[i] = numbers[i] + (alongX + xx * x + xy * y) * x + (alongY + yy * y) * y;
      into[3 + i] = alongX + 2 * xx * x + xy * y;
      into[6 + i] = alongY + xy * x + 2 * yy * y;
    }
  }

  /**
   * Finds how long what is of second order, and the rest, can be in units of some steps.
   * @param toUnits what takes q to units, row by row, from an index on
   * @param room by how much that of a step differs, as a matrix's norm
   */
  measure(toUnits: Data, from: number, room: number): void {
    for (let i = 0; i < 3; i++) this.#lengths[i] = this.#lengthInUnits(atXX + 3 * i, toUnits, from) + room * this.#ownLengths[i];
    const rest = this.#rest;
    let square = 0;
    for (let row = from; row < from + 9; row += 3) {
      const own = Math.abs(toUnits[row]) * rest[0] + Math.abs(toUnits[row + 1]) * rest[1] + Math.abs(toUnits[row + 2]) * rest[2];
      square += own * own;
    }
    this.#lengths[3] = Math.sqrt(square) + room * this.#ownLengths[3];
  }

  #lengthInUnits(at: number, toUnits: Data, from: number): number {
    const numbers = this.#coefficients;
    let square = 0;
    for (let row = from; row < from + 9; row += 3) {
      const own = toUnits[row] * numbers[at] + toUnits[row + 1] * numbers[at + 1] + toUnits[row + 2] * numbers[at + 2];
      square += own * own;
    }
    return Math.sqrt(square);
  }

  /** By how much the surface departs at the most from the plane that touches it, in units, so many pixels from there. */
  bent(alongX: number, alongY: number): number {
    return bentBy(this.#lengths, alongX, alongY);
  }

  /** The same of q itself. */
  bentOfQ(alongX: number, alongY: number): number {
    return bentBy(this.#ownLengths, alongX, alongY);
  }

  /** The part of that which is of second order, for each pixel of the distance. */
  bentPerPixel(alongX: number, alongY: number): number {
    const lengths = this.#lengths;
    const x = lengths[0] * alongX + 0.5 * lengths[1] * alongY;
    const y = 0.5 * lengths[1] * alongX + lengths[2] * alongY;
    return Math.sqrt(x * x + y * y);
  }

  /** The rest. */
  get rest(): number {
    return this.#lengths[3];
  }

  /**
   * Writes how high the part of second order is at the least and at the most above the plane that touches the surface at the centre.
   * @param normalX, normalY, normalZ of the plane, for q
   */
  writeHeights(normalX: number, normalY: number, normalZ: number, half: number, into: Data): void {
    const numbers = this.#coefficients;
    const along = (at: number): number => (normalX * numbers[at] + normalY * numbers[at + 1] + normalZ * numbers[at + 2]) * half * half;
    const xx = along(atXX);
    const xy = Math.abs(along(atXY));
    const yy = along(atYY);
    into[0] = Math.min(0, xx) + Math.min(0, yy) - xy;
    into[1] = Math.max(0, xx) + Math.max(0, yy) + xy;
  }
}

/** The most that q changes along the plane that touches the surface at a place, so many pixels from there. */
export function extentOf(place: Data, alongX: number, alongY: number): number {
  return alongX * lengthOf(place, 3) + alongY * lengthOf(place, 6);
}

function bentBy(lengths: Data, alongX: number, alongY: number): number {
  return lengths[0] * alongX * alongX + lengths[1] * alongX * alongY + lengths[2] * alongY * alongY + lengths[3];
}

function lengthOf(vectors: Data, at: number): number {
  return Math.sqrt(vectors[at] * vectors[at] + vectors[at + 1] * vectors[at + 1] + vectors[at + 2] * vectors[at + 2]);
}
