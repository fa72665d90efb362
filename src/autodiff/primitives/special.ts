/** Special functions of diffraction that formulas of other operations would lose digits of, with derivatives that keep them. */
import type { FloatDType } from "../../ndarray/dtype.js";
import type { Quantity } from "../tape.js";
import type { Vector, VectorForm, Vectors } from "../vectors.js";
import { add, abs, cosPi, div, less, max, mul, sinPi, sub, where } from "./elementwise.js";
import { binary, unary, type Binary, type Unary } from "./elementwise-record.js";
import { largestReduced, sineOf, wave } from "./vector-forms.js";

/** In place of a distance of 0, where both sines are 0. */
const besidePeak = 1e-30;
/** N dh below which the difference of two large numbers that the slope is has fewer digits than its series. */
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
  vector(v, [n, x], shortcuts) {
    const distance = v.do("max", v.do("abs", x), v.constant(besidePeak));
    const denominator = wave(v, distance, false, shortcuts.isWithinHalf(1), shortcuts);
    return v.do("div", wave(v, v.do("mul", n, distance), false, false, shortcuts), denominator);
  },
  isCostly: true,
  partials: [
    // By N: πx cos(πN x) / sin(πx).
    (n, x) => besidePeakOr(n, x, seriesByN, (away) => div(mul(Math.PI, away, cosPi(mul(n, away))), sinPi(away))),
    // By x: π (N cos(πN x) - sincg cos(πx)) / sin(πx).
    (n, x, z) =>
      besidePeakOr(n, x, seriesByX, (away) => mul(Math.PI, div(sub(mul(n, cosPi(mul(n, away))), mul(z, cosPi(away))), sinPi(away)))),
  ],
  domain: [[1, 6], [-0.45, 0.45]],
  accuracy: { operands: [[0, 16], [-0.5, 0.5]], least: 4 },
});

/** The series beside a peak, elsewhere the formula; taken at ½ where it is not asked for. */
function besidePeakOr(n: Quantity, x: Quantity, series: (n: Quantity, x: Quantity) => Quantity, formula: (away: Quantity) => Quantity): Quantity {
  const dtype = typeof x === "number" ? "float64" : x.dtype;
  const isNear = less(mul(max(n, 1), abs(x)), nearPeak[dtype === "float32" ? "float32" : "float64"]);
  return where(isNear, series(n, x), formula(where(isNear, 0.5, x)));
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

function seriesByX(n: Quantity, x: Quantity): Quantity {
  const square = mul(n, n);
  const scale = mul(n, sub(square, 1), Math.PI ** 2);
  const coefficients = peakSeries.map((q, k) => mul(2 * (k + 1) * Math.PI ** (2 * k), polynomial(q, square)));
  return mul(x, scale, polynomial(coefficients, mul(x, x)));
}

function seriesByN(n: Quantity, x: Quantity): Quantity {
  const square = mul(n, n);
  // d/dN of N (N² - 1) q(N²), power by power.
  const slopes = peakSeries.map((q) => {
    const product = [...q, 0].map((c, power) => (q[power - 1] ?? 0) - c);
    return product.map((c, power) => (2 * power + 1) * c);
  });
  const coefficients = slopes.map((slope, k) => mul(Math.PI ** (2 * k + 2), polynomial(slope, square)));
  return add(1, mul(x, x, polynomial(coefficients, mul(x, x))));
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
