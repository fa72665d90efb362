/** Special functions of diffraction that formulas of other operations would lose digits of, with derivatives that keep them. */
import type { FloatDType } from "../../ndarray/dtype.js";
import type { Quantity } from "../tape.js";
import type { Shortcuts, Vector, VectorForm, Vectors } from "../vectors.js";
import { add, abs, cosPi, div, less, max, mul, sinPi, sub, where } from "./elementwise.js";
import { binary, unary, type Binary, type Unary } from "./elementwise-record.js";
import { cosPiPolynomial, sinPiPolynomial } from "./polynomials.js";
import { largestReduced, sineOf } from "./vector-forms.js";

/** In place of a distance of 0, where both sines are 0. */
const besidePeak = 1e-30;
/** N x below which the difference of two large numbers that a derivative is has fewer digits than its series. */
const nearPeak: Readonly<Record<FloatDType, number>> = { float64: 0.03, float32: 0.25 };

/**
 * sin(πN x) / sin(πx), N where x is 0.
 * @param n N, not necessarily whole
 * @param x distance to the nearest whole number: the function is taken as if it were periodic, for a fractional N, too
 */
export const sincg: Binary = binary({
  name: "sincg",
  evaluate(n, x) {
    const distance = Math.max(Math.abs(x), besidePeak);
    return sinPi(n * distance) / sinPi(distance);
  },
  vector(v, operands, shortcuts) {
    const { one, many } = anglesOf(v, operands, shortcuts);
    return v.do("div", signed(v, sineOfRest(v, many.rest), shortcuts.isSignless ? undefined : many.sign), signed(v, sineOfRest(v, one.rest), one.sign));
  },
  isCostly: true,
  fillsRegisters: true,
  partials: [(n, x) => sincgByCells(n, x), (n, x) => sincgByDistance(n, x)],
  domain: [[1, 6], [-0.45, 0.45]],
  accuracy: { operands: [[0, 16], [-0.5, 0.5]], least: 4 },
});

/** The slope of sincg by N: πx cos(πN x) / sin(πx), 1 where x is 0. */
export const sincgByCells: Binary = binary({
  name: "sincgByCells",
  evaluate(n, x) {
    const distance = Math.max(Math.abs(x), besidePeak);
    return (Math.PI * distance * cosPi(n * distance)) / sinPi(distance);
  },
  vector(v, operands, shortcuts) {
    const { one, many } = anglesOf(v, operands, shortcuts);
    const cosine = signed(v, v.do("add", bentCosine(v, many.rest), v.constant(1)), many.sign);
    return v.do("mul", v.do("mul", v.do("mul", one.turns, v.constant(Math.PI)), cosine), perSine(v, one));
  },
  isCostly: true,
  fillsRegisters: true,
  partials: [(n, x) => mul(-1 * Math.PI ** 2, x, x, sincg(n, x)), mixed],
  domain: [[1, 6], [-0.45, 0.45]],
  // Its cosine has an error of 8e-15.
  accuracy: { operands: [[0, 16], [-0.5, 0.5]], least: 64 },
});

/** The slope of sincg by x: π (N cos(πN x) sin(πx) - sin(πN x) cos(πx)) / sin(πx)², 0 where x is 0. */
export const sincgByDistance: Binary = binary({
  name: "sincgByDistance",
  evaluate(n, x) {
    if (Math.max(n, 1) * Math.abs(x) < nearPeak.float64) return seriesByDistance(n, x);
    return (Math.PI * (n * cosPi(n * x) - sincg(n, x) * cosPi(x))) / sinPi(x);
  },
  vector(v, [n, x], shortcuts) {
    const { one, many } = anglesOf(v, [n, x], shortcuts);
    const inverse = perSine(v, one);
    const slope = v.do("mul", v.do("mul", v.do("mul", differenceOfWaves(v, n, one, many), v.constant(Math.PI)), inverse), inverse);
    return signed(v, signed(v, signed(v, slope, many.sign), one.sign), v.do("and", x, v.constant(-0)));
  },
  isCostly: true,
  fillsRegisters: true,
  partials: [mixed, (n, x) => besidePeakOr(n, x, () => seriesOfCurvature(n, x), (away) => curvature(n, away))],
  domain: [[1, 6], [-0.45, 0.45]],
  accuracy: { operands: [[0, 16], [-0.5, 0.5]], least: 2e4 },
});

/** An angle of at least 0, in half turns: the nearest whole number, the rest, and -0 where that number is odd, else 0. */
interface HalfTurns {
  readonly turns: Vector;
  readonly rest: Vector;
  readonly whole: Vector;
  readonly sign: Vector;
}
/** One of at most ½ is its own rest. */
type OneHalfTurn = Pick<HalfTurns, "turns" | "rest"> & Partial<HalfTurns>;

/** The angles πx and πN x. Value and slopes take the same instructions from them, which the engine carries out once. */
function anglesOf(v: Vectors, [n, x]: readonly Vector[], { isWithinHalf }: Shortcuts): { readonly one: OneHalfTurn; readonly many: HalfTurns } {
  const distance = v.do("max", v.do("abs", x), v.constant(besidePeak));
  return { one: isWithinHalf(1) ? { turns: distance, rest: distance } : halfTurns(v, distance), many: halfTurns(v, v.do("mul", n, distance)) };
}

function halfTurns(v: Vectors, turns: Vector): HalfTurns {
  const whole = v.do("nearest", turns);
  return { turns, whole, rest: v.do("sub", turns, whole), sign: v.signWhereOdd(whole) };
}

function signed(v: Vectors, x: Vector, sign: Vector | undefined): Vector {
  return sign === undefined ? x : v.do("xor", x, sign);
}

function perSine(v: Vectors, one: OneHalfTurn): Vector {
  return v.do("div", v.constant(1), signed(v, sineOfRest(v, one.rest), one.sign));
}

/** sin(πr) / r at 0. */
const sineSlope: Readonly<Record<FloatDType, number>> = { float64: sinPiPolynomial.float64[0], float32: sinPiPolynomial.float32[0] };

/** sin(πr) / r without what it is at 0: as small as r² is, and exact. */
function bentSine(v: Vectors, r: Vector): Vector {
  const square = v.do("mul", r, r);
  return v.do("mul", v.polynomial(sinPiPolynomial[v.dtype].slice(1), square), square);
}

/** cos(πr) - 1: as small as r² is, and exact. */
function bentCosine(v: Vectors, r: Vector): Vector {
  const square = v.do("mul", r, r);
  return v.do("mul", v.polynomial(cosPiPolynomial[v.dtype], square), square);
}

function sineOfRest(v: Vectors, r: Vector): Vector {
  return v.do("mul", r, v.do("add", bentSine(v, r), v.constant(sineSlope[v.dtype])));
}

/**
 * N cos(πN x) sin(πx) - sin(πN x) cos(πx), but for the signs of the waves. Beside a peak nearly all of both products is the same, and is
 * left out: N x without its rest is a whole number, 0 there.
 */
function differenceOfWaves(v: Vectors, n: Vector, one: OneHalfTurn, many: HalfTurns): Vector {
  const slope = v.constant(sineSlope[v.dtype]);
  const [sine, sineOfMany] = [bentSine(v, one.rest), bentSine(v, many.rest)];
  const turns = one.whole === undefined ? many.turns : v.do("mul", n, one.rest);
  const whole = one.whole === undefined ? many.whole : v.do("sub", turns, many.rest);
  const first = v.multiplyAdd(bentCosine(v, many.rest), v.do("add", sine, slope), sine);
  const second = v.multiplyAdd(bentCosine(v, one.rest), v.do("add", sineOfMany, slope), sineOfMany);
  return v.multiplyAdd(whole, slope, v.do("sub", v.do("mul", turns, first), v.do("mul", many.rest, second)));
}

/**
 * sincg = N + Σ N (N² - 1) qₖ(N²) (πx)²ᵏ, from the series of both sines: coefficients of 1, N², N⁴, ... of each qₖ.
 */
const peakSeries: readonly (readonly number[])[] = [
  [-1].map((c) => c / 6),
  [-7, 3].map((c) => c / 360),
  [-31, 18, -3].map((c) => c / 15120),
  [-381, 239, -55, 5].map((c) => c / 1814400),
  [-2555, 1636, -410, 52, -3].map((c) => c / 119750400),
];

/** Of x, x³, ... in the slope by x, each without N (N² - 1) π²: coefficients of 1, N², N⁴, ... */
const slopeSeries = peakSeries.map((q, k) => q.map((c) => 2 * (k + 1) * Math.PI ** (2 * k) * c));
/** Of x, x³, ... in the slope of that by N: coefficients of 1, N², N⁴, ... */
const mixedSeries = slopeSeries.map((q) => {
  const product = [...q, 0].map((c, power) => (q[power - 1] ?? 0) - c);
  return product.map((c, power) => Math.PI ** 2 * (2 * power + 1) * c);
});

function seriesByDistance(n: number, x: number): number;
function seriesByDistance(n: Quantity, x: Quantity): Quantity;
function seriesByDistance(n: Quantity, x: Quantity): Quantity {
  return mul(x, mul(seriesScale(n), inPowersOf(slopeSeries, n, x)));
}

/** The second derivative of sincg by x. */
function seriesOfCurvature(n: Quantity, x: Quantity): Quantity {
  return mul(seriesScale(n), inPowersOf(slopeSeries.map((q, k) => q.map((c) => (2 * k + 1) * c)), n, x));
}

/** The same beyond the peak: of sincg sin(πx) = sin(πN x), differentiated twice. */
function curvature(n: Quantity, x: Quantity): Quantity {
  const slopes = mul(2 * Math.PI, sincgByDistance(n, x), div(cosPi(x), sinPi(x)));
  return sub(mul(Math.PI ** 2, sub(1, mul(n, n)), sincg(n, x)), slopes);
}

/** The derivative of sincg by N and x. */
function mixed(n: Quantity, x: Quantity): Quantity {
  return besidePeakOr(n, x, () => mul(x, inPowersOf(mixedSeries, n, x)), (away) => {
    const wave = cosPi(mul(n, away));
    const ofWave = sub(wave, mul(Math.PI, away, wave, div(cosPi(away), sinPi(away))));
    return sub(mul(Math.PI, div(ofWave, sinPi(away))), mul(Math.PI ** 2, away, n, sincg(n, away)));
  });
}

/** The series beside a peak, elsewhere the formula; taken at ½ where it is not asked for. */
function besidePeakOr(n: Quantity, x: Quantity, series: () => Quantity, formula: (away: Quantity) => Quantity): Quantity {
  const dtype = typeof x === "number" ? "float64" : x.dtype;
  const isNear = less(mul(max(n, 1), abs(x)), nearPeak[dtype === "float32" ? "float32" : "float64"]);
  return where(isNear, series(), formula(where(isNear, 0.5, x)));
}

const seriesScale = (n: Quantity): Quantity => mul(n, sub(mul(n, n), 1), Math.PI ** 2);

/** A series in x², each coefficient of which is a polynomial in N². */
function inPowersOf(series: readonly (readonly number[])[], n: Quantity, x: Quantity): Quantity {
  const square = mul(n, n);
  return polynomial(series.map((q) => polynomial(q, square)), mul(x, x));
}

function polynomial(coefficients: readonly Quantity[], x: Quantity): Quantity {
  return coefficients.reduceRight<Quantity>((sum, coefficient) => add(mul(sum, x), coefficient), 0);
}

// Spherical Bessel functions jₙ(x) / xⁿ as functions of s = x²: smooth at 0, and the slope of each is -½ times the next.
// Source: Abramowitz & Stegun, 10.1.2, 10.1.19 and 10.1.24.

/** j₁(√s) / √s, ⅓ where s is 0. */
export const sphericalBessel1: Unary = besselOverPower(1, (s) => sphericalBessel2(s));
export const sphericalBessel2: Unary = besselOverPower(2, (s) => sphericalBessel3(s));
export const sphericalBessel3: Unary = besselOverPower(3, (s) => sphericalBessel4(s));
export const sphericalBessel4: Unary = besselOverPower(4, (s) => sphericalBessel5(s));
export const sphericalBessel5: Unary = besselOverPower(5, (s) => {
  const away = where(less(s, 49), 49, s);
  const recurrence = div(sub(mul(11, sphericalBessel5(away)), sphericalBessel4(away)), away);
  return where(less(s, 49), polynomial(besselSeries(6, 49, 2 ** -56), s), recurrence);
});

function besselOverPower(order: number, next: (s: Quantity) => Quantity): Unary {
  // From there on, the recurrence from sine and cosine up to the order loses no digits.
  const end = (order + 1) ** 2;
  const series = { float64: besselSeries(order, end, 2 ** -56), float32: besselSeries(order, end, 2 ** -27) };
  return unary({
    name: `sphericalBessel${order}`,
    evaluate(s) {
      if (s < end) return series.float64.reduceRight((sum, coefficient) => sum * s + coefficient, 0);
      const x = Math.sqrt(s);
      let [before, value] = [Math.cos(x), Math.sin(x) / x];
      for (let n = 0; n < order; n++) [before, value] = [value, n === 0 ? (value - before) / s : ((2 * n + 1) * value - before) / s];
      return value;
    },
    vector: besselForm(order, end, series),
    callsLanes: true,
    isCostly: true,
    partials: [(s) => mul(-0.5, next(s))],
    domain: [[0.1, 40]],
    accuracy: { operands: [[0, 1e4]], least: 8 * besselSeries(order, 0, 1)[0] },
  });
}

/** Coefficients of 1, s, s², ... : (-½)ᵏ / (k! (2n + 2k + 1)!!), as many as count up to the end. */
function besselSeries(order: number, end: number, epsilon: number): number[] {
  let coefficient = 1;
  for (let odd = 3; odd <= 2 * order + 1; odd += 2) coefficient /= odd;
  const coefficients = [coefficient];
  const least = coefficient * epsilon;
  for (let k = 1; Math.abs(coefficient) * end ** (k - 1) > least; k++) {
    coefficient /= -2 * k * (2 * order + 2 * k + 1);
    coefficients.push(coefficient);
  }
  return coefficients;
}

function besselForm(order: number, end: number, series: Readonly<Record<FloatDType, readonly number[]>>): VectorForm {
  return (v, [s]) => {
    const away = v.do("max", s, v.constant(end));
    const x = v.do("sqrt", away);
    const perS = v.do("div", v.constant(1), away);
    let [before, value]: Vector[] = [sineOf(v, x, true), v.do("div", sineOf(v, x, false), x)];
    for (let n = 0; n < order; n++) {
      const times = n === 0 ? value : v.do("mul", v.constant(2 * n + 1), value);
      [before, value] = [value, v.do("mul", v.do("sub", times, before), perS)];
    }
    const usual = v.select(v.do("lt", s, v.constant(end)), v.polynomial(series[v.dtype], s), value);
    return unlessLarge(v, x, usual, s);
  };
}

function unlessLarge(v: Vectors, x: Vector, usual: Vector, operand: Vector): Vector {
  return v.unlessAny(v.do("lt", v.constant(largestReduced[v.dtype]), x), usual, () => v.laneByLane(operand));
}
