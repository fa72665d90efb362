/**
 * A region of the detector as steps see it: in units of a step's widths, the place of q in the step's lattice is
 * c + x δ + y ε + xx δ² + xy δε + yy ε² ± rest, δ and ε in pixels from the region's centre.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { SpotWidths } from "./spot-widths.js";

/** Room for rounding, in parts of a squared distance. */
const closeness = 1e-9;

/** Numbers of a surface, three for each vector. */
const [atX, atY, atXX, atXY, atYY] = [3, 6, 9, 12, 15];
/** the normal's product with c, and with each column of what takes indices to units */
const atPlane = 18;
const [atRest, atBent, atRadius, atUnits] = [22, 23, 24, 25];
const perSurface = 26;

export class Surfaces {
  /** whole numbers l from which and to which reflections are near to a surface */
  readonly near = new Int32Array(2);
  /** where a surface meets a spot, in pixels from the region's centre: centre along fast and slow, and half of the edges */
  readonly rectangle = allocate("float64", 4);
  readonly #numbers: Data;
  /** of the ellipse, c, x and y */
  readonly #ellipse = allocate("float64", 9);

  /** @param count of surfaces that are held */
  constructor(
    readonly positions: Enclosure,
    readonly widths: SpotWidths,
    count: number,
  ) {
    this.#numbers = allocate("float64", perSurface * count);
  }

  /**
   * Holds what a step sees.
   * @param view the element of q
   * @param vectors a, b and c, row by row, from an index on
   */
  measure(surface: number, view: number, vectors: Data, from: number, step: number): void {
    const numbers = this.#numbers;
    const { isShared, toUnits, radii } = this.widths;
    const units = isShared ? 0 : 9 * step;
    const at = perSurface * surface;
    const [q0, q1, q2] = this.positions.outputs;
    const { half } = this.positions;
    let bentX = 0;
    let bentXY = 0;
    let bentY = 0;
    let rest = 0;
    for (let row = 0; row < 3; row++) {
      const u = toUnits[units + 3 * row];
      const v = toUnits[units + 3 * row + 1];
      const w = toUnits[units + 3 * row + 2];
      const g0 = u * vectors[from] + v * vectors[from + 3] + w * vectors[from + 6];
      const g1 = u * vectors[from + 1] + v * vectors[from + 4] + w * vectors[from + 7];
      const g2 = u * vectors[from + 2] + v * vectors[from + 5] + w * vectors[from + 8];
      numbers[at + row] = g0 * q0.centre[view] + g1 * q1.centre[view] + g2 * q2.centre[view];
      numbers[at + atX + row] = g0 * q0.x[view] + g1 * q1.x[view] + g2 * q2.x[view];
      numbers[at + atY + row] = g0 * q0.y[view] + g1 * q1.y[view] + g2 * q2.y[view];
      const xx = g0 * q0.xx[view] + g1 * q1.xx[view] + g2 * q2.xx[view];
      const xy = g0 * q0.xy[view] + g1 * q1.xy[view] + g2 * q2.xy[view];
      const yy = g0 * q0.yy[view] + g1 * q1.yy[view] + g2 * q2.yy[view];
      numbers[at + atXX + row] = xx;
      numbers[at + atXY + row] = xy;
      numbers[at + atYY + row] = yy;
      bentX += xx * xx;
      bentXY += xy * xy;
      bentY += yy * yy;
      const own = Math.abs(g0) * q0.rest[view] + Math.abs(g1) * q1.rest[view] + Math.abs(g2) * q2.rest[view];
      rest += own * own;
    }
    const restOfAll = Math.sqrt(rest);
    numbers[at + atRest] = restOfAll;
    numbers[at + atBent] = Math.sqrt(bentX) * half.x * half.x + Math.sqrt(bentXY) * half.x * half.y + Math.sqrt(bentY) * half.y * half.y + restOfAll;
    numbers[at + atRadius] = radii[isShared ? 0 : step];
    numbers[at + atUnits] = units;
    this.#measurePlane(at, units);
  }

  #measurePlane(at: number, units: number): void {
    const numbers = this.#numbers;
    const { toUnits } = this.widths;
    const x0 = numbers[at + atX];
    const x1 = numbers[at + atX + 1];
    const x2 = numbers[at + atX + 2];
    const y0 = numbers[at + atY];
    const y1 = numbers[at + atY + 1];
    const y2 = numbers[at + atY + 2];
    const n0 = x1 * y2 - x2 * y1;
    const n1 = x2 * y0 - x0 * y2;
    const n2 = x0 * y1 - x1 * y0;
    const length = Math.sqrt(n0 * n0 + n1 * n1 + n2 * n2);
    numbers[at + atPlane] = (n0 * numbers[at] + n1 * numbers[at + 1] + n2 * numbers[at + 2]) / length;
    for (let axis = 0; axis < 3; axis++) {
      numbers[at + atPlane + 1 + axis] = (n0 * toUnits[units + axis] + n1 * toUnits[units + 3 + axis] + n2 * toUnits[units + 6 + axis]) / length;
    }
  }

  /** by how much a surface can depart from its plane */
  bentOf(surface: number): number {
    return this.#numbers[perSurface * surface + atBent];
  }

  radiusOf(surface: number): number {
    return this.#numbers[perSurface * surface + atRadius];
  }

  /** How far above the plane of a surface, along its normal, a step sees the region's centre from its lattice's origin. */
  heightAbove(surface: number, view: number, vectors: Data, from: number): number {
    const numbers = this.#numbers;
    const plane = perSurface * surface + atPlane;
    const [q0, q1, q2] = this.positions.outputs;
    const x = q0.centre[view];
    const y = q1.centre[view];
    const z = q2.centre[view];
    return (
      numbers[plane + 1] * (vectors[from] * x + vectors[from + 1] * y + vectors[from + 2] * z) +
      numbers[plane + 2] * (vectors[from + 3] * x + vectors[from + 4] * y + vectors[from + 5] * z) +
      numbers[plane + 3] * (vectors[from + 6] * x + vectors[from + 7] * y + vectors[from + 8] * z)
    );
  }

  /** The same of a reflection. */
  heightOf(surface: number, h: number, k: number, l: number): number {
    const numbers = this.#numbers;
    const plane = perSurface * surface + atPlane;
    return numbers[plane + 1] * h + numbers[plane + 2] * k + numbers[plane + 3] * l;
  }

  /** Finds which reflections with given h and k, and l from one number to another, can be near to a surface. */
  findNear(surface: number, h: number, k: number, low: number, high: number, room: number): void {
    const numbers = this.#numbers;
    const at = perSurface * surface;
    const most = (numbers[at + atRadius] + numbers[at + atBent] + room) * (1 + closeness);
    const beside = numbers[at + atPlane] - numbers[at + atPlane + 1] * h - numbers[at + atPlane + 2] * k;
    const perL = numbers[at + atPlane + 3];
    const middle = beside / perL;
    const around = Math.abs(most / perL) + closeness;
    this.near[0] = middle - around > low ? Math.ceil(middle - around) : low;
    this.near[1] = middle + around < high ? Math.floor(middle + around) : high;
  }

  /** Whether a surface meets the spot of a reflection; then, where. */
  meets(surface: number, h: number, k: number, l: number, half: number): boolean {
    const numbers = this.#numbers;
    const at = perSurface * surface;
    const beside = numbers[at + atPlane] - numbers[at + atPlane + 1] * h - numbers[at + atPlane + 2] * k - numbers[at + atPlane + 3] * l;
    const radius = numbers[at + atRadius];
    if (Math.abs(beside) > (radius + numbers[at + atBent]) * (1 + closeness)) return false;
    const { toUnits } = this.widths;
    const ellipse = this.#ellipse;
    const units = numbers[at + atUnits];
    for (let row = 0; row < 3; row++) {
      ellipse[row] = numbers[at + row] - (toUnits[units + 3 * row] * h + toUnits[units + 3 * row + 1] * k + toUnits[units + 3 * row + 2] * l);
      ellipse[atX + row] = numbers[at + atX + row];
      ellipse[atY + row] = numbers[at + atY + row];
    }
    this.rectangle[0] = 0;
    this.rectangle[1] = 0;
    this.rectangle[2] = half;
    this.rectangle[3] = half;
    if (!this.#meetsPlane(radius + numbers[at + atBent])) return false;
    this.#moveToCentre(at);
    return this.#meetsPlane(radius + this.#bentNear(at));
  }

  /** The plane that touches the surface at the rectangle's centre, and its reflection's distance. */
  #moveToCentre(at: number): void {
    const numbers = this.#numbers;
    const x = this.rectangle[0];
    const y = this.rectangle[1];
    const ellipse = this.#ellipse;
    for (let row = 0; row < 3; row++) {
      const xx = numbers[at + atXX + row];
      const xy = numbers[at + atXY + row];
      const yy = numbers[at + atYY + row];
      const alongX = ellipse[atX + row];
      const alongY = ellipse[atY + row];
      ellipse[row] += (alongX + xx * x + xy * y) * x + (alongY + yy * y) * y;
      ellipse[atX + row] = alongX + 2 * xx * x + xy * y;
      ellipse[atY + row] = alongY + xy * x + 2 * yy * y;
    }
  }

  /** By how much the surface departs from that plane within the present rectangle. */
  #bentNear(at: number): number {
    const numbers = this.#numbers;
    const x = this.rectangle[2];
    const y = this.rectangle[3];
    let square = 0;
    for (let row = 0; row < 3; row++) {
      const own = Math.abs(numbers[at + atXX + row]) * x * x + Math.abs(numbers[at + atXY + row]) * x * y + Math.abs(numbers[at + atYY + row]) * y * y;
      square += own * own;
    }
    return Math.sqrt(square) + numbers[at + atRest];
  }

  /** Narrows the present rectangle to where the plane is within a radius of the reflection; returns whether anything is left. */
  #meetsPlane(radius: number): boolean {
    const ellipse = this.#ellipse;
    let square = 0;
    let xx = 0;
    let xy = 0;
    let yy = 0;
    let x = 0;
    let y = 0;
    for (let row = 0; row < 3; row++) {
      const c = ellipse[row];
      const alongX = ellipse[atX + row];
      const alongY = ellipse[atY + row];
      square += c * c;
      xx += alongX * alongX;
      xy += alongX * alongY;
      yy += alongY * alongY;
      x += alongX * c;
      y += alongY * c;
    }
    // The place of the plane that is nearest to the reflection, and how far the ellipse extends from there.
    const determinant = xx * yy - xy * xy;
    const nearestX = (xy * y - yy * x) / determinant;
    const nearestY = (xy * x - xx * y) / determinant;
    const left = radius * radius - (square + x * nearestX + y * nearestY) + closeness * (radius * radius + square);
    if (left < 0) return false;
    const toX = Math.sqrt((left * yy) / determinant);
    const toY = Math.sqrt((left * xx) / determinant);
    if (!(toX < Infinity && toY < Infinity)) return true;
    const { rectangle } = this;
    const fromX = Math.max(-rectangle[2], nearestX - toX);
    const fromY = Math.max(-rectangle[3], nearestY - toY);
    const endX = Math.min(rectangle[2], nearestX + toX);
    const endY = Math.min(rectangle[3], nearestY + toY);
    if (fromX > endX || fromY > endY) return false;
    rectangle[0] += (fromX + endX) / 2;
    rectangle[1] += (fromY + endY) / 2;
    rectangle[2] = (endX - fromX) / 2;
    rectangle[3] = (endY - fromY) / 2;
    return true;
  }
}
