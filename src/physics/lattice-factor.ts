/** How strongly a crystal of Na x Nb x Nc cells scatters at fractional Miller indices: the transform of its shape. */
import { abs, add, cos, div, equal, exp, less, mul, sin, sinPi, sqrt, sub, where } from "../autodiff/primitives/elementwise.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import { dot, plus, scale } from "./vector.js";
import type { ReciprocalBasis } from "./lattice.js";

/** The product of N and dh below which sincg is flat to the dtype's precision, and its slope would lose all digits. */
const flat = { float32: 1e-3, float64: 1e-6 };
/** Stands for a dh there. */
const besidePeak = 1e-10;

/**
 * sin(πN dh) / sin(π dh), N where dh is 0.
 *
 * Taken at the distance to the nearest reflection, it is periodic for a fractional N too, and exact beside a peak.
 * @param n cells along the axis, not necessarily whole
 * @param dh distance to the nearest whole Miller index
 */
export function sincg(n: Quantity, dh: Variable): Variable {
  return div(...sines(n, dh));
}

/** sin(πN dh) and sin(π dh), whose ratio is sincg. */
function sines(n: Quantity, dh: Variable): [Variable, Variable] {
  const isFlat = less(abs(mul(n, dh)), flat[dh.dtype === "float32" ? "float32" : "float64"]);
  const beside = where(isFlat, besidePeak, dh);
  return [sinPi(mul(n, beside)), sinPi(beside)];
}

/** 3 (sin x / x - cos x) / x², the transform of a sphere; 1 where x is 0. */
export function sinc3(x: Variable): Variable {
  const square = mul(x, x);
  const near = less(square, 0.01);
  const away = where(near, 1, x);
  const exact = div(mul(3, sub(div(sin(away), away), cos(away))), mul(away, away));
  const series = add(1, mul(square, add(-1 / 10, mul(square, add(1 / 280, div(square, -15120))))));
  return where(near, series, exact);
}

/** Distances of fractional Miller indices to the nearest reflection. */
export type Offsets = readonly [dh: Variable, dk: Variable, dl: Variable];
export type CellCounts = readonly [na: Quantity, nb: Quantity, nc: Quantity];

const count = ([na, nb, nc]: CellCounts): Quantity => mul(na, nb, nc);

/** A parallelepiped: the product of sincg along the three axes, as one ratio. */
export function squareCrystal(counts: CellCounts, offsets: Offsets): Quantity {
  const ratios = counts.map((n, axis) => (n === 1 ? [1, 1] : sines(n, offsets[axis])));
  return div(mul(...ratios.map(([numerator]) => numerator)), mul(...ratios.map(([, denominator]) => denominator)));
}

/** An ellipsoid. Not differentiable at the reflection itself, where it is flat. */
export function roundCrystal(counts: CellCounts, offsets: Offsets, fudge: Quantity): Quantity {
  const [x, y, z] = offsets.map((offset, axis) => mul(offset, counts[axis]));
  const square = mul(fudge, add(mul(x, x), mul(y, y), mul(z, z)));
  const centre = equal(square, 0);
  const radius = where(centre, 0, sqrt(where(centre, 1, square)));
  return mul(count(counts), 0.723601254558268, sinc3(mul(Math.PI, radius)));
}

/** A Gaussian in reciprocal space that is as wide as a peak of the parallelepiped. */
export function gaussCrystal(counts: CellCounts, offsets: Offsets, basis: ReciprocalBasis, fudge: Quantity): Quantity {
  return mul(count(counts), exp(mul(squaredDistance(counts, offsets, basis), div(mul(-1, fudge), 0.63))));
}

/** A sphere in reciprocal space with a sharp edge: its lattice factor has no gradient but by the number of cells. */
export function tophatCrystal(counts: CellCounts, offsets: Offsets, basis: ReciprocalBasis, fudge: Quantity): Quantity {
  const inside = less(mul(squaredDistance(counts, offsets, basis), fudge), 0.3969);
  return where(inside, count(counts), 0);
}

/** Squared distance to the nearest reflection in reciprocal space, in units of the peak's width. */
function squaredDistance(counts: CellCounts, [dh, dk, dl]: Offsets, { aStar, bStar, cStar }: ReciprocalBasis): Quantity {
  const delta = plus(scale(aStar, dh), scale(bStar, dk), scale(cStar, dl));
  const cells = count(counts);
  return mul(dot(delta, delta), cells, cells);
}
