/**
 * Where on the detector a step's spot is. The surface of q, taken to units of the step's widths and seen from a reflection, is there close
 * to the plane d + x δ + y ε that touches it at a place, with δ and ε in pixels from the place; and where that plane is within a radius of
 * the reflection is an ellipse.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { patchEdge } from "./blocked-pixels.js";
import { blockEdge } from "./pixel-block.js";
import { margin, type Region } from "./region.js";

/** Room for rounding of squared heights, in parts of a squared distance. */
export const heightCloseness = 1e-9;
/** x and y; their products among themselves and with d; what is nearest to the reflection; and how far an ellipse of size 1 extends. */
const [atX, atY, xx, xy, yy, xd, yd, dd, determinant, nearestX, nearestY, perX, perY] = [0, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
/** Lowest and highest of δ and ε from the region's centre. */
const [lowX, highX, lowY, highY] = [0, 1, 2, 3];

/** Where a plane touches the surface. */
interface TouchedPlace {
  /** in pixels from the region's centre */
  readonly x: number;
  readonly y: number;
  /** q and its slopes there, three numbers each */
  readonly q: Data;
  /** in units */
  readonly reflection: Data;
}

export class SpotOutline {
  /** in which the spot is: δ and ε at the lowest and at the highest, from the region's centre */
  readonly box = allocate("float64", 4);
  /** of each row of pixels of the region, lowest and highest δ from the region's centre */
  readonly rows = allocate("float64", 2 * patchEdge * blockEdge);
  /** the rows that the box has, from the first to the last */
  top = 0;
  bottom = 0;
  readonly #numbers = allocate("float64", 17);
  #placeX = 0;
  #placeY = 0;

  /**
   * Takes the plane at a place.
   * @param toUnits what takes q to units, row by row, from an index on
   */
  touch(toUnits: Data, from: number, { x, y, q, reflection }: TouchedPlace): void {
    const numbers = this.#numbers;
    this.#placeX = x;
    this.#placeY = y;
    const x0 = q[3];
    const x1 = q[4];
    const x2 = q[5];
    const y0 = q[6];
    const y1 = q[7];
    const y2 = q[8];
    let xxSum = 0;
    let xySum = 0;
    let yySum = 0;
    for (let row = 0; row < 3; row++) {
      const u = toUnits[from + 3 * row];
      const v = toUnits[from + 3 * row + 1];
      const w = toUnits[from + 3 * row + 2];
      const alongX = u * x0 + v * x1 + w * x2;
      const alongY = u * y0 + v * y1 + w * y2;
      numbers[atX + row] = alongX;
      numbers[atY + row] = alongY;
      xxSum += alongX * alongX;
      xySum += alongX * alongY;
      yySum += alongY * alongY;
    }
    const area = xxSum * yySum - xySum * xySum;
    numbers[xx] = xxSum;
    numbers[xy] = xySum;
    numbers[yy] = yySum;
    numbers[determinant] = area;
    numbers[perX] = Math.sqrt(yySum / area);
    numbers[perY] = Math.sqrt(xxSum / area);
    const q0 = q[0];
    const q1 = q[1];
    const q2 = q[2];
    const d0 = toUnits[from] * q0 + toUnits[from + 1] * q1 + toUnits[from + 2] * q2 - reflection[0];
    const d1 = toUnits[from + 3] * q0 + toUnits[from + 4] * q1 + toUnits[from + 5] * q2 - reflection[1];
    const d2 = toUnits[from + 6] * q0 + toUnits[from + 7] * q1 + toUnits[from + 8] * q2 - reflection[2];
    const xdSum = numbers[atX] * d0 + numbers[atX + 1] * d1 + numbers[atX + 2] * d2;
    const ydSum = numbers[atY] * d0 + numbers[atY + 1] * d1 + numbers[atY + 2] * d2;
    numbers[xd] = xdSum;
    numbers[yd] = ydSum;
    numbers[dd] = d0 * d0 + d1 * d1 + d2 * d2;
    numbers[nearestX] = (numbers[xy] * ydSum - numbers[yy] * xdSum) / area;
    numbers[nearestY] = (numbers[xy] * xdSum - numbers[xx] * ydSum) / area;
  }

  /** What is nearest to the reflection, from the region's centre. */
  get nearestX(): number {
    return this.#placeX + this.#numbers[nearestX];
  }

  get nearestY(): number {
    return this.#placeY + this.#numbers[nearestY];
  }

  /** How far the place is from the reflection. */
  get distance(): number {
    return Math.sqrt(this.#numbers[dd]);
  }

  /** How far the plane goes for each pixel, at the least. */
  get slope(): number {
    const a = this.#numbers[xx];
    const b = this.#numbers[xy];
    const c = this.#numbers[yy];
    return Math.sqrt(Math.max(0, (a + c - Math.sqrt((a - c) * (a - c) + 4 * b * b)) / 2));
  }

  /** Writes the plane's normal. */
  writeNormal(into: Data): void {
    const numbers = this.#numbers;
    const length = Math.sqrt(numbers[determinant]);
    for (let i = 0; i < 3; i++) {
      const j = (i + 1) % 3;
      const k = (i + 2) % 3;
      into[i] = (numbers[atX + j] * numbers[atY + k] - numbers[atX + k] * numbers[atY + j]) / length;
    }
  }

  /** The square of half the ellipse's size, in units; below 0 where there is none. */
  #left(radius: number): number {
    const numbers = this.#numbers;
    const square = numbers[dd];
    return radius * radius - (square + numbers[xd] * numbers[nearestX] + numbers[yd] * numbers[nearestY]) + heightCloseness * (radius * radius + square);
  }

  /** Narrows the box to where the plane is within a radius of the reflection; returns whether anything is left. */
  narrow(radius: number): boolean {
    const left = this.#left(radius);
    if (left < 0) return false;
    const numbers = this.#numbers;
    const size = Math.sqrt(left);
    const toX = size * numbers[perX];
    const toY = size * numbers[perY];
    // What is no number, or infinite, narrows nothing.
    if (!(toX < Infinity && toY < Infinity)) return true;
    const { box } = this;
    const x = this.nearestX;
    const y = this.nearestY;
    if (x - toX > box[lowX]) box[lowX] = x - toX;
    if (x + toX < box[highX]) box[highX] = x + toX;
    if (y - toY > box[lowY]) box[lowY] = y - toY;
    if (y + toY < box[highY]) box[highY] = y + toY;
    return box[lowX] <= box[highX] && box[lowY] <= box[highY];
  }

  /** Writes where the rows of a region meet the ellipse in the box. */
  writeRows({ halfY }: Region, radius: number): void {
    const numbers = this.#numbers;
    const { box, rows } = this;
    this.top = Math.max(0, Math.ceil(box[lowY] + halfY - margin));
    this.bottom = Math.min(2 * halfY, Math.floor(box[highY] + halfY + margin));
    const square = radius * radius;
    const along = numbers[xx];
    const size = square - numbers[dd] + heightCloseness * (square + numbers[dd]);
    for (let y = this.top; y <= this.bottom; y++) {
      const epsilon = y - halfY - this.#placeY;
      const beside = numbers[xy] * epsilon + numbers[xd];
      const left = beside * beside + along * (size - (2 * numbers[yd] + numbers[yy] * epsilon) * epsilon);
      const around = Math.sqrt(left) / along;
      const middle = this.#placeX - beside / along;
      // What is no number meets all of the box.
      rows[2 * y] = left < 0 ? Infinity : middle - around > box[lowX] ? middle - around : box[lowX];
      rows[2 * y + 1] = middle + around < box[highX] ? middle + around : box[highX];
    }
  }
}
