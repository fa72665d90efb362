/** Functions that have no instruction, as code on vectors. */
import type { FloatDType } from "../../ndarray/dtype.js";
import type { Shortcuts, Vector, VectorForm, Vectors } from "../vectors.js";
import { doubledExpPolynomial, sinPiPolynomial, splitLn2, splitPi } from "./polynomials.js";

/** Beyond this, whole multiples of π are no longer exact enough, and lanes call the library's sine one by one. */
export const largestReduced: Readonly<Record<FloatDType, number>> = { float64: 1e5, float32: 5e3 };
/** Below, the exponential function is about as small as a normal number can be, and 0 stands for it; above, it is infinite. */
const expRange: Readonly<Record<FloatDType, readonly [number, number]>> = { float64: [-708, 709.782712893384], float32: [-86.5, 88.72283172607422] };

/** sin(πx). */
export const sinPiForm: VectorForm = (v, [x], shortcuts) => wave(v, x, false, shortcuts.isWithinHalf(0), shortcuts);

/** cos(πx). */
export const cosPiForm: VectorForm = (v, [x], shortcuts) => wave(v, x, true, shortcuts.isWithinHalf(0), shortcuts);

/** sin or cos of πx. */
export function wave(v: Vectors, x: Vector, isCosine: boolean, isWithinHalf: boolean, { isSignless }: Pick<Shortcuts, "isSignless">): Vector {
  if (isWithinHalf) return quarterTurns(v, x, isCosine);
  const nearest = v.do("nearest", x);
  const sine = quarterTurns(v, v.do("sub", x, nearest), isCosine);
  return isSignless ? sine : negatedWhereOdd(v, sine, nearest);
}

/** sin or cos of πr for |r| <= 1/2. */
function quarterTurns(v: Vectors, r: Vector, isCosine: boolean): Vector {
  const angle = isCosine ? v.do("sub", v.constant(0.5), v.do("abs", r)) : r;
  return v.do("mul", angle, v.polynomial(sinPiPolynomial[v.dtype], v.do("mul", angle, angle)));
}

/** -x where n is odd, else x, for a whole n. */
function negatedWhereOdd(v: Vectors, x: Vector, n: Vector): Vector {
  const half = v.do("mul", n, v.constant(0.5));
  const isOdd = v.do("ne", half, v.do("floor", half));
  return v.do("xor", x, v.do("and", isOdd, v.constant(-0)));
}

/** sin x, or cos x. */
export function sineForm(isCosine: boolean): VectorForm {
  return (v, [x]) => v.unlessAny(v.do("lt", v.constant(largestReduced[v.dtype]), v.do("abs", x)), sineOf(v, x, isCosine), () => v.laneByLane(x));
}

/** sin x, or cos x, where x is not so large that whole multiples of π are inexact. */
export function sineOf(v: Vectors, x: Vector, isCosine: boolean): Vector {
  const n = v.do("nearest", v.do("mul", x, v.constant(1 / Math.PI)));
  const [high, low] = splitPi[v.dtype];
  const rough = v.do("sub", x, v.do("mul", n, v.constant(high)));
  const radians = v.do("sub", rough, v.do("mul", n, v.constant(low)));
  return negatedWhereOdd(v, quarterTurns(v, v.do("mul", radians, v.constant(1 / Math.PI)), isCosine), n);
}

/** 2ⁿ exp(x - n ln 2), as twice the half of it, of which no exponent is too large. */
export const expForm: VectorForm = (v, [x]) => {
  const [smallest, largest] = expRange[v.dtype];
  const within = v.do("pmin", v.constant(largest), v.do("pmax", v.constant(smallest), x));
  const n = v.do("nearest", v.do("mul", within, v.constant(Math.LOG2E)));
  const [high, low] = splitLn2[v.dtype];
  const rest = v.do("sub", v.do("sub", within, v.do("mul", n, v.constant(high))), v.do("mul", n, v.constant(low)));
  const mantissa = v.polynomial(doubledExpPolynomial[v.dtype], rest);
  const result = v.do("mul", mantissa, v.powerOfTwo(v.do("sub", n, v.constant(1))));
  const atMost = v.select(v.do("lt", v.constant(largest), x), v.constant(Infinity), result);
  const finite = v.select(v.do("lt", x, v.constant(smallest)), v.constant(0), atMost);
  return v.select(v.do("ne", x, x), x, finite);
};
