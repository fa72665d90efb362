/**
 * Numbers that vary with two arguments over a rectangle of these: a polynomial of third order, centre + x δ + y ε + xx δ² + ... + yyy ε³,
 * ± rest, for all |δ|, |ε| up to half the rectangle's edges. The polynomial is exact up to third order, and the rest holds everything of
 * higher order, so that an enclosure is hardly wider than the values themselves where these are smooth.
 *
 * Source: Taylor models, as in Makino and Berz, "Taylor models and other validated functional inclusion methods" (2003), of order 3.
 */

/** As many numbers as there are elements, each array of one for each. */
export interface Enclosed {
  readonly centre: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly yy: Float64Array;
  readonly xxx: Float64Array;
  readonly xxy: Float64Array;
  readonly xyy: Float64Array;
  readonly yyy: Float64Array;
  readonly rest: Float64Array;
  /** whether nothing varies: only the centres are other than 0 */
  readonly isConstant: boolean;
}

/** Half of the edges of a rectangle. */
export interface HalfEdges {
  x: number;
  y: number;
}

/** Room for rounding, in parts of a value's size. */
export const rounding = 1e-13;

export function enclosedZeros(size: number, isConstant = false): Enclosed {
  const numbers = (): Float64Array => new Float64Array(size);
  const second = { xx: numbers(), xy: numbers(), yy: numbers() };
  const third = { xxx: numbers(), xxy: numbers(), xyy: numbers(), yyy: numbers() };
  return { centre: numbers(), x: numbers(), y: numbers(), ...second, ...third, rest: numbers(), isConstant };
}

const zerosOf = new Map<number, Float64Array>();

/** Numbers that do not vary; all that is 0 is in memory that they share with others. */
export function enclosedConstant(centre: Float64Array): Enclosed {
  const zeros = zerosOf.get(centre.length) ?? new Float64Array(centre.length);
  zerosOf.set(centre.length, zeros);
  const second = { xx: zeros, xy: zeros, yy: zeros };
  return { centre, x: zeros, y: zeros, ...second, xxx: zeros, xxy: zeros, xyy: zeros, yyy: zeros, rest: zeros, isConstant: true };
}

/** The most that an element's part of first order is. */
export function straightSpread({ x, y }: Enclosed, at: number, half: HalfEdges): number {
  return Math.abs(x[at]) * half.x + Math.abs(y[at]) * half.y;
}

/** The most that its part of second order is. */
export function curvedSpread({ xx, xy, yy }: Enclosed, at: number, half: HalfEdges): number {
  return Math.abs(xx[at]) * half.x * half.x + Math.abs(xy[at]) * half.x * half.y + Math.abs(yy[at]) * half.y * half.y;
}

/** The most that its part of third order is. */
export function cubicSpread({ xxx, xxy, xyy, yyy }: Enclosed, at: number, half: HalfEdges): number {
  const alongX = (Math.abs(xxx[at]) * half.x + Math.abs(xxy[at]) * half.y) * half.x * half.x;
  return alongX + (Math.abs(xyy[at]) * half.x + Math.abs(yyy[at]) * half.y) * half.y * half.y;
}

/** The most that it departs from its part of first order. */
export function bentSpread(enclosed: Enclosed, at: number, half: HalfEdges): number {
  return curvedSpread(enclosed, at, half) + cubicSpread(enclosed, at, half) + enclosed.rest[at];
}

/** Elements of operands that stand beside those of a result. */
export type Places = Int32Array;

/** a + sign b. */
export function encloseSum(result: Enclosed, a: Enclosed, atA: Places, sign: 1 | -1, b: Enclosed, atB: Places): void {
  for (let i = 0; i < result.centre.length; i++) {
    const j = atA[i];
    const k = atB[i];
    result.centre[i] = a.centre[j] + sign * b.centre[k];
    result.x[i] = a.x[j] + sign * b.x[k];
    result.y[i] = a.y[j] + sign * b.y[k];
    result.xx[i] = a.xx[j] + sign * b.xx[k];
    result.xy[i] = a.xy[j] + sign * b.xy[k];
    result.yy[i] = a.yy[j] + sign * b.yy[k];
    result.xxx[i] = a.xxx[j] + sign * b.xxx[k];
    result.xxy[i] = a.xxy[j] + sign * b.xxy[k];
    result.xyy[i] = a.xyy[j] + sign * b.xyy[k];
    result.yyy[i] = a.yyy[j] + sign * b.yyy[k];
    result.rest[i] = a.rest[j] + b.rest[k] + rounding * (Math.abs(a.centre[j]) + Math.abs(b.centre[k]));
  }
}

/** A constant times a. */
export function encloseMultiple(result: Enclosed, factor: Enclosed, atFactor: Places, a: Enclosed, atA: Places): void {
  for (let i = 0; i < result.centre.length; i++) {
    const by = factor.centre[atFactor[i]];
    const j = atA[i];
    const value = by * a.centre[j];
    result.centre[i] = value;
    result.x[i] = by * a.x[j];
    result.y[i] = by * a.y[j];
    result.xx[i] = by * a.xx[j];
    result.xy[i] = by * a.xy[j];
    result.yy[i] = by * a.yy[j];
    result.xxx[i] = by * a.xxx[j];
    result.xxy[i] = by * a.xxy[j];
    result.xyy[i] = by * a.xyy[j];
    result.yyy[i] = by * a.yyy[j];
    result.rest[i] = Math.abs(by) * a.rest[j] + rounding * Math.abs(value);
  }
}

export function encloseProduct(result: Enclosed, a: Enclosed, atA: Places, b: Enclosed, atB: Places, half: HalfEdges): void {
  for (let i = 0; i < result.centre.length; i++) {
    const j = atA[i];
    const k = atB[i];
    const ca = a.centre[j];
    const cb = b.centre[k];
    const ax = a.x[j];
    const ay = a.y[j];
    const bx = b.x[k];
    const by = b.y[k];
    result.centre[i] = ca * cb;
    result.x[i] = ca * bx + cb * ax;
    result.y[i] = ca * by + cb * ay;
    result.xx[i] = ca * b.xx[k] + cb * a.xx[j] + ax * bx;
    result.xy[i] = ca * b.xy[k] + cb * a.xy[j] + ax * by + ay * bx;
    result.yy[i] = ca * b.yy[k] + cb * a.yy[j] + ay * by;
    result.xxx[i] = ca * b.xxx[k] + cb * a.xxx[j] + ax * b.xx[k] + a.xx[j] * bx;
    result.xxy[i] = ca * b.xxy[k] + cb * a.xxy[j] + ax * b.xy[k] + ay * b.xx[k] + a.xx[j] * by + a.xy[j] * bx;
    result.xyy[i] = ca * b.xyy[k] + cb * a.xyy[j] + ax * b.yy[k] + ay * b.xy[k] + a.xy[j] * by + a.yy[j] * bx;
    result.yyy[i] = ca * b.yyy[k] + cb * a.yyy[j] + ay * b.yy[k] + a.yy[j] * by;
    const curvedA = curvedSpread(a, j, half);
    const curvedB = curvedSpread(b, k, half);
    const higherA = cubicSpread(a, j, half) + a.rest[j];
    const higherB = cubicSpread(b, k, half) + b.rest[k];
    const ofHigher = (straightSpread(a, j, half) + curvedA) * higherB + (straightSpread(b, k, half) + curvedB) * higherA + higherA * higherB;
    result.rest[i] = Math.abs(ca) * b.rest[k] + Math.abs(cb) * a.rest[j] + curvedA * curvedB + ofHigher + rounding * Math.abs(ca * cb);
  }
}
