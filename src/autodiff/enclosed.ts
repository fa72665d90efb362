/**
 * Numbers that vary with two arguments over a rectangle of these: centre + x δ + y ε + xx δ² + xy δε + yy ε² ± rest, for all |δ|, |ε| up
 * to half the rectangle's edges. What is of first and second order is exact, and the rest holds everything of higher order, so that an
 * enclosure is hardly wider than the values themselves where these are smooth.
 *
 * Source: Taylor models, as in Makino and Berz, "Taylor models and other validated functional inclusion methods" (2003), of order 2.
 */

/** As many numbers as there are elements, each array of one for each. */
export interface Enclosed {
  readonly centre: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly yy: Float64Array;
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
const rounding = 1e-13;

export function enclosedZeros(size: number, isConstant = false): Enclosed {
  const numbers = (): Float64Array => new Float64Array(size);
  return { centre: numbers(), x: numbers(), y: numbers(), xx: numbers(), xy: numbers(), yy: numbers(), rest: numbers(), isConstant };
}

const zerosOf = new Map<number, Float64Array>();

/** Numbers that do not vary; all that is 0 is in memory that they share with others. */
export function enclosedConstant(centre: Float64Array): Enclosed {
  const zeros = zerosOf.get(centre.length) ?? new Float64Array(centre.length);
  zerosOf.set(centre.length, zeros);
  return { centre, x: zeros, y: zeros, xx: zeros, xy: zeros, yy: zeros, rest: zeros, isConstant: true };
}

/** The most that an element's part of first order is. */
export function straightSpread({ x, y }: Enclosed, at: number, half: HalfEdges): number {
  return Math.abs(x[at]) * half.x + Math.abs(y[at]) * half.y;
}

/** The most that an element's part of second order is, and its rest. */
export function bentSpread({ xx, xy, yy, rest }: Enclosed, at: number, half: HalfEdges): number {
  return Math.abs(xx[at]) * half.x * half.x + Math.abs(xy[at]) * half.x * half.y + Math.abs(yy[at]) * half.y * half.y + rest[at];
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
    result.rest[i] = Math.abs(by) * a.rest[j] + rounding * Math.abs(value);
  }
}

export function encloseProduct(result: Enclosed, a: Enclosed, atA: Places, b: Enclosed, atB: Places, half: HalfEdges): void {
  for (let i = 0; i < result.centre.length; i++) {
    const j = atA[i];
    const k = atB[i];
    const ca = a.centre[j];
    const cb = b.centre[k];
    const straightA = straightSpread(a, j, half);
    const straightB = straightSpread(b, k, half);
    const bentA = bentSpread(a, j, half);
    const bentB = bentSpread(b, k, half);
    result.centre[i] = ca * cb;
    result.x[i] = ca * b.x[k] + cb * a.x[j];
    result.y[i] = ca * b.y[k] + cb * a.y[j];
    result.xx[i] = ca * b.xx[k] + cb * a.xx[j] + a.x[j] * b.x[k];
    result.xy[i] = ca * b.xy[k] + cb * a.xy[j] + a.x[j] * b.y[k] + a.y[j] * b.x[k];
    result.yy[i] = ca * b.yy[k] + cb * a.yy[j] + a.y[j] * b.y[k];
    result.rest[i] = Math.abs(ca) * b.rest[k] + Math.abs(cb) * a.rest[j] + straightA * bentB + straightB * bentA + bentA * bentB + rounding * Math.abs(ca * cb);
  }
}

/** A function of one number: by its value and derivatives at the centre, and the most that its third one is around it. */
export function encloseFunction(name: string, result: Enclosed, a: Enclosed, atA: Places, half: HalfEdges): void {
  for (let i = 0; i < result.centre.length; i++) {
    const j = atA[i];
    const c = a.centre[j];
    const straight = straightSpread(a, j, half);
    const bent = bentSpread(a, j, half);
    const spread = straight + bent;
    let value = c;
    let slope = 1;
    let curvature = 0;
    let third = 0;
    let jump = 0;
    switch (name) {
      case "broadcast":
        break;
      case "neg":
        value = -c;
        slope = -1;
        break;
      case "inverse": {
        const least = Math.abs(c) - spread;
        value = 1 / c;
        slope = -value * value;
        curvature = -2 * value * slope;
        third = least > 0 ? 6 / (least * least * least * least) : Infinity;
        break;
      }
      case "sqrt": {
        const least = c - spread;
        value = Math.sqrt(c);
        slope = 0.5 / value;
        curvature = -0.5 * slope / c;
        third = least > 0 ? 0.375 / (least * least * Math.sqrt(least)) : Infinity;
        break;
      }
      case "exp":
        value = Math.exp(c);
        slope = value;
        curvature = value;
        third = Math.exp(c + spread);
        break;
      case "sin":
        value = Math.sin(c);
        slope = Math.cos(c);
        curvature = -value;
        third = 1;
        break;
      case "cos":
        value = Math.cos(c);
        slope = -Math.sin(c);
        curvature = -value;
        third = 1;
        break;
      case "abs":
        value = Math.abs(c);
        slope = Math.sign(c);
        if (!(value > spread)) jump = 2 * (value + spread);
        break;
      case "ceil":
        value = Math.ceil(c);
        slope = 0;
        jump = Math.max(Math.ceil(c + spread) - value, value - Math.ceil(c - spread));
        break;
      case "floor":
        value = Math.floor(c);
        slope = 0;
        jump = Math.max(Math.floor(c + spread) - value, value - Math.floor(c - spread));
        break;
      default:
        jump = Infinity;
    }
    result.centre[i] = value;
    if (spread === 0) {
      result.x[i] = result.y[i] = result.xx[i] = result.xy[i] = result.yy[i] = 0;
      result.rest[i] = jump + rounding * Math.abs(value);
      continue;
    }
    const ax = a.x[j];
    const ay = a.y[j];
    result.x[i] = slope * ax;
    result.y[i] = slope * ay;
    result.xx[i] = slope * a.xx[j] + 0.5 * curvature * ax * ax;
    result.xy[i] = slope * a.xy[j] + curvature * ax * ay;
    result.yy[i] = slope * a.yy[j] + 0.5 * curvature * ay * ay;
    const ofBend = 0.5 * Math.abs(curvature) * bent * (2 * straight + bent);
    result.rest[i] = Math.abs(slope) * a.rest[j] + ofBend + (third * spread * spread * spread) / 6 + jump + rounding * Math.abs(value);
  }
}
