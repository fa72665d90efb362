/**
 * q over a region of the detector: a smooth surface c + x δ + y ε + xx δ² + ... + yyy ε³ ± rest, with δ and ε in pixels from the region's
 * centre, and what bounds it in units of a step's widths.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Enclosure } from "../../autodiff/enclosure.js";

/** Coefficients, three numbers each. */
const [atX, atY, atXX, atXY, atYY, atXXX, atXXY, atXYY, atYYY] = [3, 6, 9, 12, 15, 18, 21, 24, 27];
export class Surface {
  readonly #coefficients = allocate("float64", 30);
  /** by how much xx, xy and yy change at the most from the centre to anywhere in the region, and the rest; three numbers each */
  readonly #spreads = allocate("float64", 12);
  /** of xx, xy and yy anywhere in the region, and of the rest: how long each is at the most, itself and in units of a step's widths */
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
    const spreads = this.#spreads;
    const { half } = this.positions;
    for (let i = 0; i < 3; i++) {
      const { centre, x, y, xx, xy, yy, xxx, xxy, xyy, yyy, rest } = this.positions.outputs[i];
      numbers[i] = centre[view];
      numbers[atX + i] = x[view];
      numbers[atY + i] = y[view];
      numbers[atXX + i] = xx[view];
      numbers[atXY + i] = xy[view];
      numbers[atYY + i] = yy[view];
      numbers[atXXX + i] = xxx[view];
      numbers[atXXY + i] = xxy[view];
      numbers[atXYY + i] = xyy[view];
      numbers[atYYY + i] = yyy[view];
      const mostXXY = Math.abs(xxy[view]);
      const mostXYY = Math.abs(xyy[view]);
      spreads[i] = 3 * Math.abs(xxx[view]) * half.x + mostXXY * half.y;
      spreads[3 + i] = 2 * (mostXXY * half.x + mostXYY * half.y);
      spreads[6 + i] = mostXYY * half.x + 3 * Math.abs(yyy[view]) * half.y;
      spreads[9 + i] = rest[view];
    }
    const own = this.#ownLengths;
    for (let i = 0; i < 3; i++) own[i] = lengthOf(numbers, atXX + 3 * i) + lengthOf(spreads, 3 * i);
    own[3] = lengthOf(spreads, 9);
  }

  /** Writes q and its slopes along fast and slow at a place, three numbers each. */
  expand(x: number, y: number, into: Data): void {
    const numbers = this.#coefficients;
    for (let i = 0; i < 3; i++) {
      const alongX = numbers[atX + i];
      const alongY = numbers[atY + i];
      const xy = numbers[atXY + i];
      const xxx = numbers[atXXX + i] * x;
      const xxy = numbers[atXXY + i];
      const xyy = numbers[atXYY + i];
      const yyy = numbers[atYYY + i] * y;
      const xx = numbers[atXX + i] + xxy * y;
      const yy = numbers[atYY + i] + xyy * x;
      into[i] = numbers[i] + (alongX + (xx + xxx) * x + xy * y) * x + (alongY + (yy + yyy) * y) * y;
      into[3 + i] = alongX + (2 * xx + 3 * xxx) * x + (xy + xyy * y) * y;
      into[6 + i] = alongY + (xy + xxy * x) * x + (2 * yy + 3 * yyy) * y;
    }
  }

  /**
   * Finds how long what is of second order, and the rest, can be in units of some steps.
   * @param toUnits what takes q to units, row by row, from an index on
   * @param room by how much that of a step differs, as a matrix's norm
   */
  measure(toUnits: Data, from: number, room: number): void {
    for (let i = 0; i < 3; i++) {
      const atCentre = lengthInUnits(this.#coefficients, atXX + 3 * i, toUnits, from);
      this.#lengths[i] = atCentre + mostInUnits(this.#spreads, 3 * i, toUnits, from) + room * this.#ownLengths[i];
    }
    this.#lengths[3] = mostInUnits(this.#spreads, 9, toUnits, from) + room * this.#ownLengths[3];
  }

  /** By how much the surface departs at the most from a plane that touches it in the region, in units, so many pixels from there. */
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
   * Writes how high the surface, without the rest, is at the least and at the most above the plane that touches it at the centre.
   * @param normalX, normalY, normalZ of the plane, for q
   */
  writeHeights(normalX: number, normalY: number, normalZ: number, halfX: number, halfY: number, into: Data): void {
    const numbers = this.#coefficients;
    const along = (at: number): number => normalX * numbers[at] + normalY * numbers[at + 1] + normalZ * numbers[at + 2];
    const xx = along(atXX) * halfX * halfX;
    const yy = along(atYY) * halfY * halfY;
    const alongX = (Math.abs(along(atXXX)) * halfX + Math.abs(along(atXXY)) * halfY) * halfX * halfX;
    const alongY = (Math.abs(along(atXYY)) * halfX + Math.abs(along(atYYY)) * halfY) * halfY * halfY;
    const either = Math.abs(along(atXY)) * halfX * halfY + alongX + alongY;
    into[0] = Math.min(0, xx) + Math.min(0, yy) - either;
    into[1] = Math.max(0, xx) + Math.max(0, yy) + either;
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

function lengthInUnits(vectors: Data, at: number, toUnits: Data, from: number): number {
  let square = 0;
  for (let row = from; row < from + 9; row += 3) {
    const own = toUnits[row] * vectors[at] + toUnits[row + 1] * vectors[at + 1] + toUnits[row + 2] * vectors[at + 2];
    square += own * own;
  }
  return Math.sqrt(square);
}

/** The same at the most of a vector of whose numbers only the largest sizes are known. */
function mostInUnits(sizes: Data, at: number, toUnits: Data, from: number): number {
  let square = 0;
  for (let row = from; row < from + 9; row += 3) {
    const own = Math.abs(toUnits[row]) * sizes[at] + Math.abs(toUnits[row + 1]) * sizes[at + 1] + Math.abs(toUnits[row + 2]) * sizes[at + 2];
    square += own * own;
  }
  return Math.sqrt(square);
}
