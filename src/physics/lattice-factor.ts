/** How strongly a crystal of Na x Nb x Nc cells scatters at fractional Miller indices: the transform of its shape. */
import { add, div, exp, less, mul, where } from "../autodiff/primitives/elementwise.js";
import { sincg, sphericalBessel1 } from "../autodiff/primitives/special.js";
import { known, type Quantity, type Variable } from "../autodiff/tape.js";
import { dot, plus, scale, type Matrix, type Vector } from "./vector.js";
import type { ReciprocalBasis } from "./lattice.js";

/**
 * sin(πN dh) / sin(π dh), N where dh is 0.
 *
 * Taken at the distance to the nearest reflection, it is periodic for a fractional N too, and exact beside a peak, as are its derivatives.
 * @param n cells along the axis, not necessarily whole
 * @param dh distance to the nearest whole Miller index
 */
export { sincg };

/** 3 (sin x / x - cos x) / x² = 3 j₁(x) / x, the transform of a sphere; 1 where x is 0. */
export function sinc3(x: Variable): Variable {
  return sphereTransform(mul(x, x));
}

/** The same of x². */
function sphereTransform(square: Variable): Variable;
function sphereTransform(square: Quantity): Quantity;
function sphereTransform(square: Quantity): Quantity {
  return mul(3, sphericalBessel1(square));
}

/** Distances of fractional Miller indices to the nearest reflection. */
export type Offsets = readonly [dh: Variable, dk: Variable, dl: Variable];
/** Cells along a, b and c, not necessarily whole. */
export type CellCounts = readonly [na: Quantity, nb: Quantity, nc: Quantity];
/** All numbers from `low` to `high`. */
export interface Interval {
  /** its lower end */
  readonly low: number;
  /** its upper end */
  readonly high: number;
}
/** Intervals that hold the offsets along a*, b* and c*. */
export type OffsetBox = readonly [dh: Interval, dk: Interval, dl: Interval];

const count = ([na, nb, nc]: CellCounts): Quantity => mul(na, nb, nc);

/** A parallelepiped: the product of sincg along the three axes. */
export function squareCrystal(counts: CellCounts, offsets: Offsets): Quantity {
  return mul(...counts.map((n, axis) => (n === 1 ? 1 : sincg(n, offsets[axis]))));
}

/** sqrt(π/6): a round crystal's spot has the integral of a square one's, as ∫ sinc3²(πr) d³r is 6/π. */
const roundPeak = 0.723601254558268;

/** An ellipsoid. */
export function roundCrystal(counts: CellCounts, offsets: Offsets, fudge: Quantity): Quantity {
  const [x, y, z] = offsets.map((offset, axis) => mul(offset, counts[axis]));
  const square = mul(fudge, Math.PI ** 2, add(mul(x, x), mul(y, y), mul(z, z)));
  return mul(count(counts), roundPeak, sphereTransform(square));
}

/**
 * A Gaussian spot's exponent is -2ρ²/0.63, and a tophat's radius is 0.63: the reference program's compromise between the height,
 * the width at half maximum and the integral of a square crystal's spot. exp(-2ρ²/0.63) is half at ρ = 0.467 (square: 0.443), and
 * its integral (0.63 π/2)^(3/2) = 0.98; a sphere of radius 0.63 has the volume 1.05.
 */
export const gaussWidth = 0.63;

/** A Gaussian in reciprocal space that is as wide as a peak of the parallelepiped. */
export function gaussCrystal(counts: CellCounts, offsets: Offsets, basis: ReciprocalBasis, fudge: Quantity): Quantity {
  return mul(count(counts), exp(mul(squaredDistance(counts, offsets, basis), div(mul(-1, fudge), gaussWidth))));
}

/** A Gaussian in the offsets that is as wide along each axis as a peak of the parallelepiped. */
export function domainCrystal(counts: CellCounts, offsets: Offsets): Quantity {
  const [x, y, z] = offsets.map((offset, axis) => mul(offset, counts[axis]));
  return mul(count(counts), exp(mul(add(mul(x, x), mul(y, y), mul(z, z)), -1 / gaussWidth)));
}

/** A sphere in reciprocal space with a sharp edge: its lattice factor has no gradient but by the number of cells. */
export function tophatCrystal(counts: CellCounts, offsets: Offsets, basis: ReciprocalBasis, fudge: Quantity): Quantity {
  const inside = less(mul(squaredDistance(counts, offsets, basis), fudge), gaussWidth ** 2);
  return where(inside, count(counts), 0);
}

/** Squared distance to the nearest reflection in reciprocal space, in units of the peak's width. */
function squaredDistance(counts: CellCounts, [dh, dk, dl]: Offsets, { aStar, bStar, cStar }: ReciprocalBasis): Quantity {
  const delta = plus(scale(aStar, dh), scale(bStar, dk), scale(cStar, dl));
  const cells = count(counts);
  return mul(dot(delta, delta), cells, cells);
}

/** A crystal, as its shape's factor needs it. */
export interface CrystalBody {
  /** cells along a, b and c */
  readonly counts: CellCounts;
  /** reciprocal vectors, in 1/A */
  readonly basis: ReciprocalBasis;
  /** how much smaller the shape transform is than the shape says */
  readonly fudge: Quantity;
}

/** A bound of a factor that is a function of a distance from the reflection. */
export interface DistanceBound {
  /** from offsets to a space in which that distance is Euclid's */
  inUnits(crystal: CrystalBody): Matrix<number>;
  /** beyond which squared distance the factor is at most so large */
  squareBeyond(crystal: CrystalBody, factor: number): number;
}

/** A crystal's shape: all that the program knows of it. */
export interface ShapeRecord {
  /** the lattice factor beside a reflection */
  factor(crystal: CrystalBody, offsets: Offsets): Quantity;
  /** whether the factor is exactly 0 somewhere: where the reference program leaves a step out */
  readonly ends: boolean;
  /** whether the factor heeds the fudge */
  readonly isFudged: boolean;
  /**
   * An upper bound of the factor's size for all offsets in a box, 0 where it is exactly 0 for all of them.
   * @param crystal of numbers; what is returned can be called often
   */
  bound(crystal: CrystalBody): (box: OffsetBox) => number;
  /** where the factor is a function of a distance from the reflection, which then bounds it better than a box does */
  readonly distance?: DistanceBound;
  /** the reference program's option */
  readonly option: string;
  /** other spellings of the option */
  readonly aliases?: readonly string[];
  /** what the option's help says */
  readonly description: string;
}

/** Every shape, by its name. Source: the reference program's `-square_xtal` and so on, in its main loop. */
export const crystalShapes = {
  square: {
    factor: ({ counts }, offsets) => squareCrystal(counts, offsets),
    ends: false,
    isFudged: false,
    // |sin πNx / sin πx| is at most N, where N is 1 or more, and at most 1 / |sin πx|.
    bound({ counts }) {
      const cells = counts.map(known);
      return (box) => cells.reduce((product, n, axis) => (n === 1 ? product : product * Math.min(Math.max(n, 1), 1 / Math.sin(Math.PI * nearest(box[axis])))), 1);
    },
    option: "square_xtal",
    description: "a parallelepiped",
  },
  round: {
    factor: ({ counts, fudge }, offsets) => roundCrystal(counts, offsets, fudge),
    ends: false,
    isFudged: true,
    // |sin x / x - cos x| is at most sqrt(1 + 1/x²).
    bound({ counts, fudge }) {
      const cells = counts.map(known);
      const peak = known(count(counts)) * roundPeak;
      return (box) => {
        const square = cells.reduce((sum, n, axis) => sum + (n * nearest(box[axis])) ** 2, 0) * known(fudge) * Math.PI ** 2;
        return peak * Math.min(1, (3 / square) * Math.sqrt(1 + 1 / square));
      };
    },
    distance: {
      inUnits: ({ counts }) => diagonal(counts),
      // Where x² is (3/f) sqrt(1 + f/3), or more, f is above (3/x²) sqrt(1 + 1/x²).
      squareBeyond({ counts, fudge }, factor) {
        const part = factor / (known(count(counts)) * roundPeak);
        return ((3 / part) * Math.sqrt(1 + part / 3) * (1 + rounding)) / (known(fudge) * Math.PI ** 2);
      },
    },
    option: "round_xtal",
    description: "an ellipsoid",
  },
  gauss: {
    factor: ({ counts, basis, fudge }, offsets) => gaussCrystal(counts, offsets, basis, fudge),
    ends: true,
    isFudged: true,
    bound(crystal) {
      const cells = known(count(crystal.counts));
      const distance = leastDistance(crystal);
      return (box) => cells * Math.exp(-distance(box) / gaussWidth);
    },
    distance: {
      inUnits: distanceUnits,
      squareBeyond: ({ counts }, factor) => (gaussWidth * Math.log(known(count(counts)) / factor)) * (1 + rounding),
    },
    option: "gauss_xtal",
    description: "Gaussian spots",
  },
  domain: {
    factor: ({ counts }, offsets) => domainCrystal(counts, offsets),
    ends: true,
    isFudged: false,
    bound({ counts }) {
      const cells = counts.map(known);
      const peak = known(count(counts));
      return (box) => peak * Math.exp((-(1 - rounding) / gaussWidth) * cells.reduce((sum, n, axis) => sum + (n * nearest(box[axis])) ** 2, 0));
    },
    distance: {
      inUnits: ({ counts }) => diagonal(counts),
      squareBeyond: ({ counts }, factor) => gaussWidth * Math.log(known(count(counts)) / factor) * (1 + rounding),
    },
    option: "domain_xtal",
    description: "Gaussian spots as wide as those of a parallelepiped along each axis: what -spots closed has",
  },
  tophat: {
    factor: ({ counts, basis, fudge }, offsets) => tophatCrystal(counts, offsets, basis, fudge),
    ends: true,
    isFudged: true,
    bound(crystal) {
      const cells = known(count(crystal.counts));
      const distance = leastDistance(crystal);
      return (box) => (distance(box) < gaussWidth ** 2 ? cells : 0);
    },
    distance: { inUnits: distanceUnits, squareBeyond: () => gaussWidth ** 2 * (1 + rounding) },
    option: "tophat_spots",
    aliases: ["binary_spots"],
    description: "spots with a sharp edge",
  },
} as const satisfies Readonly<Record<string, ShapeRecord>>;

/** Names of the shapes. */
export type CrystalShape = keyof typeof crystalShapes;
const isShape = (name: string): name is CrystalShape => name in crystalShapes;
/** The shapes by their names, in the order of the table. */
export const crystalShapeNames: readonly CrystalShape[] = Object.keys(crystalShapes).filter(isShape);

/** A shape's record, whichever it is. */
export function shapeNamed(name: CrystalShape): ShapeRecord {
  return crystalShapes[name];
}

/** Offsets in units of the peak's width along each axis. */
function diagonal([na, nb, nc]: CellCounts): Matrix<number> {
  return [[known(na), 0, 0], [0, known(nb), 0], [0, 0, known(nc)]];
}

/** The rows take offsets to the place beside the reflection, in units of the peak's width. */
function distanceUnits({ counts, basis: { aStar, bStar, cStar }, fudge }: CrystalBody): Matrix<number> {
  const scale = Math.sqrt(known(fudge)) * known(count(counts));
  const row = (axis: 0 | 1 | 2): Vector<number> => [scale * known(aStar[axis]), scale * known(bStar[axis]), scale * known(cStar[axis])];
  return [row(0), row(1), row(2)];
}

/** How near to 0 the numbers of an interval come. */
function nearest({ low, high }: Interval): number {
  return Math.max(low, -high, 0);
}

/** Room for the rounding of a squared distance that the tape computes in another order. */
const rounding = 1e-12;

/**
 * A lower bound of fudge times the squared distance to the reflection, for all offsets in a box. |A x|² is the sum of the squares of
 * the three rows of R x, where A = Q R and R is triangular; each of them is bounded by intervals. It is exact for a cell of right
 * angles.
 */
function leastDistance({ counts, basis, fudge }: CrystalBody): (box: OffsetBox) => number {
  const [a, b, c]: Vector<number>[] = [basis.aStar, basis.bStar, basis.cStar].map(([x, y, z]) => [known(x), known(y), known(z)]);
  const inner = (x: Vector<number>, y: Vector<number>): number => x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
  const aa = Math.sqrt(inner(a, a));
  const [ab, ac] = [inner(a, b) / aa, inner(a, c) / aa];
  const bb = Math.sqrt(inner(b, b) - ab * ab);
  const bc = (inner(b, c) - ab * ac) / bb;
  const cc = Math.sqrt(inner(c, c) - ac * ac - bc * bc);
  const scale = known(fudge) * known(count(counts)) ** 2 * (1 - rounding);
  return ([h, k, l]) => {
    const first = nearest(sumOf(times(h, aa), times(k, ab), times(l, ac)));
    const second = nearest(sumOf(times(k, bb), times(l, bc)));
    const third = cc * nearest(l);
    return scale * (first * first + second * second + third * third);
  };
}

function times({ low, high }: Interval, factor: number): Interval {
  return factor < 0 ? { low: high * factor, high: low * factor } : { low: low * factor, high: high * factor };
}

function sumOf(...intervals: readonly Interval[]): Interval {
  return { low: intervals.reduce((sum, { low }) => sum + low, 0), high: intervals.reduce((sum, { high }) => sum + high, 0) };
}
