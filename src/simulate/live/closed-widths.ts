/**
 * How wide spots in closed form are: they end where ½ d' S⁻¹ d is large for all pixels of a region. S is what all reflections share at a
 * pixel, which is 1 at least in a domain's own units and varies slowly, and a quadratic form of the reflection's indices.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { cubicSpread } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { Negligible } from "./reach.js";
import type { Region } from "./region.js";
import type { ReflectionWidths, SpotWidths } from "./spot-widths.js";

/** Outputs: the matrix to a domain's own units; what reflections add; and what they share. */
const [atForm, atShared] = [9, 45];
const components = 6;
/** Indices that the numbers of the quadratic form are multiplied by. */
const [xx, yy, zz, xy, xz, yz] = [0, 1, 2, 3, 4, 5];
/** What they share may vary so much in a region, by parts. */
const mostChange = 0.15;

export class ClosedWidths implements SpotWidths, ReflectionWidths {
  radius = 0;
  readonly leastRadius: number;
  readonly reach = [Infinity, Infinity, Infinity] as const;
  readonly ofReflections = this;
  readonly #exponent: number;
  /** of each lattice: the matrix to its domains' own units; and for each product of indices the six numbers that it is multiplied by */
  readonly #units: Data;
  readonly #forms: Data;
  /** the present step's lattice, and what its reflections share */
  #element = 0;
  #view = 0;
  readonly #shared = allocate("float64", components);
  /** by how much that differs at the most */
  readonly #spread = allocate("float64", components);
  /** a covariance, and what takes a domain's own units to its: the lower triangle of L⁻¹, row by row */
  readonly #covariance = allocate("float64", components);
  readonly #triangle = allocate("float64", components);

  /**
   * @param enclosure of the outputs, for each lattice and for each view
   * @param lattices, views of each step, the elements of the outputs
   */
  constructor(
    readonly enclosure: Enclosure,
    readonly lattices: Int32Array,
    readonly views: Int32Array,
    { exponent, part }: Negligible,
  ) {
    this.#exponent = Math.min(exponent, -Math.log(part));
    this.leastRadius = Math.sqrt(2 * this.#exponent);
    const { outputs } = enclosure;
    const count = outputs[0].centre.length;
    this.#units = allocate("float64", atForm * count);
    this.#forms = allocate("float64", components * components * count);
    for (let element = 0; element < count; element++) {
      for (let i = 0; i < atForm; i++) this.#units[atForm * element + i] = outputs[i].centre[element];
      const form = this.#forms.subarray(components * components * element, components * components * (element + 1));
      const of = (product: number, component: number): number => outputs[atForm + components * product + component].centre[element];
      for (let component = 0; component < components; component++) {
        for (const square of [xx, yy, zz]) form[components * square + component] = of(square, component);
        for (const [mixed, a, b] of [[xy, xx, yy], [xz, xx, zz], [yz, yy, zz]]) form[components * mixed + component] = of(mixed, component) - of(a, component) - of(b, component);
      }
    }
  }

  over({ fast, slow, halfX, halfY }: Region): boolean {
    const { enclosure } = this;
    enclosure.over(fast, slow, halfX, halfY);
    let largest = 0;
    for (let view = 0; view < enclosure.outputs[atShared].centre.length; view++) {
      this.#view = view;
      this.#expand(0, 0, halfX, halfY);
      for (let i = 0; i < components; i++) this.#covariance[i] = this.#shared[i];
      writeTriangle(this.#covariance, this.#triangle);
      const change = largestOf(this.#spread, this.#triangle);
      if (!(change <= largest)) largest = change;
    }
    this.radius = this.#radiusFor(largest);
    return largest <= mostChange;
  }

  /** What differs from S by no more than ρ of it is at most (1 + ρ) S. */
  #radiusFor(change: number): number {
    return Math.sqrt(2 * this.#exponent * (1 + change));
  }

  /** Finds what is shared at a place, and by how much it differs at the most so many pixels from there. */
  #expand(alongX: number, alongY: number, toX: number, toY: number): void {
    const { outputs } = this.enclosure;
    for (let i = 0; i < components; i++) {
      const { centre, x, y, xx, xy, yy, rest } = outputs[atShared + i];
      const at = this.#view;
      const higher = cubicSpread(outputs[atShared + i], at, this.enclosure.half) + rest[at];
      const bentX = xx[at] * alongX;
      const bentY = yy[at] * alongY;
      this.#shared[i] = centre[at] + (x[at] + bentX + xy[at] * alongY) * alongX + (y[at] + bentY) * alongY;
      const slopeX = Math.abs(x[at] + 2 * bentX + xy[at] * alongY);
      const slopeY = Math.abs(y[at] + 2 * bentY + xy[at] * alongX);
      this.#spread[i] = (slopeX + Math.abs(xx[at]) * toX) * toX + (slopeY + Math.abs(yy[at]) * toY + Math.abs(xy[at]) * toX) * toY + higher;
    }
  }

  writeUnits(step: number, into: Data): void {
    const from = atForm * this.lattices[step];
    for (let i = 0; i < atForm; i++) into[i] = this.#units[from + i];
  }

  look(step: number, toX: number, toY: number): void {
    this.#element = this.lattices[step];
    this.#view = this.views[step];
    this.#expand(0, 0, toX, toY);
  }

  writeOwnUnits(h: number, k: number, l: number, x: number, y: number, toX: number, toY: number, into: Data): number {
    this.#expand(x, y, toX, toY);
    const forms = this.#forms;
    const covariance = this.#covariance;
    const from = components * components * this.#element;
    for (let i = 0; i < components; i++) {
      const squares = h * h * forms[from + i] + k * k * forms[from + components + i] + l * l * forms[from + 2 * components + i];
      const mixed = h * k * forms[from + 3 * components + i] + h * l * forms[from + 4 * components + i] + k * l * forms[from + 5 * components + i];
      covariance[i] = this.#shared[i] + squares + mixed;
    }
    const triangle = this.#triangle;
    writeTriangle(covariance, triangle);
    this.#writeUnits(into);
    return this.#radiusFor(largestOf(this.#spread, triangle));
  }

  #writeUnits(into: Data): void {
    const triangle = this.#triangle;
    const units = this.#units;
    const at = atForm * this.#element;
    for (let column = 0; column < 3; column++) {
      const u = units[at + column];
      const v = units[at + 3 + column];
      const w = units[at + 6 + column];
      into[column] = triangle[0] * u;
      into[3 + column] = triangle[1] * u + triangle[2] * v;
      into[6 + column] = triangle[3] * u + triangle[4] * v + triangle[5] * w;
    }
  }

  /** What reflections add along a direction is the square of a seminorm of their indices, and is largest in a corner. */
  along(direction: Data, low: ArrayLike<number>, high: ArrayLike<number>, at: number): number {
    const x = direction[0];
    const y = direction[1];
    const z = direction[2];
    const of = (numbers: Data, from: number): number =>
      numbers[from] * x * x + numbers[from + 1] * y * y + numbers[from + 2] * z * z + 2 * (numbers[from + 3] * x * y + numbers[from + 4] * x * z + numbers[from + 5] * y * z);
    const from = components * components * this.#element;
    const [hh, kk, ll, hk, hl, kl] = [xx, yy, zz, xy, xz, yz].map((product) => of(this.#forms, from + components * product));
    let most = 0;
    for (const h of [low[at], high[at]]) {
      for (const k of [low[at + 1], high[at + 1]]) {
        for (const l of [low[at + 2], high[at + 2]]) {
          const added = hh * h * h + kk * k * k + ll * l * l + hk * h * k + hl * h * l + kl * k * l;
          if (!(added <= most)) most = added;
        }
      }
    }
    return Math.sqrt(of(this.#shared, 0) + most);
  }
}

/** Writes the lower triangle of L⁻¹, row by row, where a tensor is L L'. */
function writeTriangle(tensor: Data, into: Data): void {
  const first = 1 / Math.sqrt(tensor[xx]);
  const l21 = tensor[xy] * first;
  const l31 = tensor[xz] * first;
  const second = 1 / Math.sqrt(tensor[yy] - l21 * l21);
  const l32 = (tensor[yz] - l21 * l31) * second;
  const third = 1 / Math.sqrt(tensor[zz] - l31 * l31 - l32 * l32);
  into[0] = first;
  into[1] = -second * l21 * first;
  into[2] = second;
  into[3] = -third * (l31 * first + l32 * into[1]);
  into[4] = -third * l32 * second;
  into[5] = third;
}

/** The largest norm in units of a triangle that a tensor can have, of whose components only the largest sizes are known. */
function largestOf(sizes: Data, triangle: Data): number {
  const t0 = Math.abs(triangle[0]);
  const t1 = Math.abs(triangle[1]);
  const t2 = Math.abs(triangle[2]);
  const t3 = Math.abs(triangle[3]);
  const t4 = Math.abs(triangle[4]);
  const t5 = Math.abs(triangle[5]);
  const a = t0 + t1 + t3;
  const b = t2 + t4;
  const x = sizes[xx] * a + sizes[xy] * b + sizes[xz] * t5;
  const y = sizes[xy] * a + sizes[yy] * b + sizes[yz] * t5;
  const z = sizes[xz] * a + sizes[yz] * b + sizes[zz] * t5;
  return Math.max(t0 * x, t1 * x + t2 * y, t3 * x + t4 * y + t5 * z);
}
