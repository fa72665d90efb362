/**
 * Spots in closed form: the domain's own shape, the domains' orientations, the beam's bandwidth and divergence, and places on the
 * detector are Gaussians, so that a spot is one, whose covariance is the sum of theirs:
 *
 *     I(q) = |F|² N² sqrt(det S0 / det S) exp(-d' S⁻¹ d / 2),    d = q - q_h,    S = S0 + S_mosaic + S_band + S_divergence + S_plane
 *
 * Derivation: S0⁻¹ = (4/0.63) Σ Ni² a_i a_i' is that of the Gaussian that has the peak and, along each axis, the width of a
 * parallelepiped of Ni cells. A domain turned by a small w moves q_h by w x q_h; a wavelength longer by the part ε moves q by -ε q; a
 * beam tilted by w across itself moves q by -w/λ; a place beside the pixel moves q by J = dq/d(fast, slow). Each is linear in what is
 * normally distributed; independent Gaussians convolve to the Gaussian of summed covariance, and the factor keeps the integral.
 *
 * Everything is computed in the domain's own units y = B d, B' B = S0⁻¹, in which S0 is unity: no covariance is ever near to singular,
 * however sharp a spot is, and N² sqrt(det S0 / det S) is N² / sqrt(det (B S B')).
 */
import { abs, add, div, exp, less, mul, neg, sqrt, where } from "../autodiff/primitives/elementwise.js";
import { known, type Quantity } from "../autodiff/tape.js";
import { gaussWidth, type CellCounts } from "./lattice-factor.js";
import { directBasis, type ReciprocalBasis } from "./lattice.js";
import { componentsOf, gram, invert, minusTensor, outer, plusTensors, rowsOf, scaleTensor, solve, squareRoot, symmetricOf, times, type Symmetric, type Tensor } from "./symmetric.js";
import { cross, dot, plus, product, scale, transform, type Matrix, type Vector } from "./vector.js";

/** exp(-2 (N dh)² / 0.63) is exp(-y²/2) for y = unitsPerCell N dh. */
const unitsPerCell = 2 / Math.sqrt(gaussWidth);

/** A spot ends at this exponent, where it is e⁻³⁶ = 2e-16 of its peak, less than the last digit of what stands beside it. */
export const spotEnd = 36;

/** Unity, the covariance of a domain's own spot in its own units. */
export const ownSpot: Symmetric<number> = [1, 1, 1, 0, 0, 0];

/** A coherent domain of the crystal. */
export interface Domain {
  /** from offsets in h, k and l to the domain's own units */
  readonly ofIndices: Matrix;
  /** from vectors in Å⁻¹, in the crystal's own frame, to the domain's own units */
  readonly ofFrame: Matrix;
  /** ofFrame times its transpose */
  readonly metric: Symmetric;
  /** number of cells */
  readonly cells: Quantity;
}

/**
 * The reciprocal vectors in the crystal's own frame, whose x is along a* and whose z is along c.
 * @param basis in any frame
 */
export function crystalFrame({ aStar, bStar, cStar }: ReciprocalBasis): ReciprocalBasis {
  const ax = sqrt(dot(aStar, aStar));
  const bx = div(dot(aStar, bStar), ax);
  const by = sqrt(add(dot(bStar, bStar), neg(mul(bx, bx))));
  const cx = div(dot(aStar, cStar), ax);
  const cy = div(add(dot(bStar, cStar), neg(mul(bx, cx))), by);
  const volume = dot(aStar, cross(bStar, cStar));
  return { aStar: [ax, 0, 0], bStar: [bx, by, 0], cStar: [cx, cy, div(volume, mul(ax, by))] };
}

/**
 * A domain of so many cells along a, b and c.
 * @param basis in the crystal's own frame
 */
export function domainOfCells([na, nb, nc]: CellCounts, basis: ReciprocalBasis): Domain {
  const { a, b, c } = directBasis(basis);
  const [ka, kb, kc] = [mul(unitsPerCell, na), mul(unitsPerCell, nb), mul(unitsPerCell, nc)];
  const ofFrame: Matrix = [scale(a, ka), scale(b, kb), scale(c, kc)];
  return { ofIndices: [[ka, 0, 0], [0, kb, 0], [0, 0, kc]], ofFrame, metric: gram(ofFrame), cells: mul(na, nb, nc) };
}

/**
 * A domain of any ellipsoidal shape: S0⁻¹ is (4/0.63) L L.
 * @param lengths L in Å, in the crystal's own frame: its eigenvalues are the domain's lengths along its own axes
 * @param basis in the crystal's own frame
 */
export function domainOfTensor(lengths: Symmetric, basis: ReciprocalBasis): Domain {
  const { aStar, bStar, cStar } = basis;
  const [first, second, third] = rowsOf(scaleTensor(lengths, unitsPerCell));
  const ofFrame: Matrix = [first, second, third];
  const inIndices = (row: Vector): Vector => [dot(row, aStar), dot(row, bStar), dot(row, cStar)];
  const volumeStar = dot(aStar, cross(bStar, cStar));
  const cells = abs(mul(invert(lengths).determinant, volumeStar));
  return { ofIndices: [inIndices(first), inIndices(second), inIndices(third)], ofFrame, metric: gram(ofFrame), cells };
}

/** The lengths in Å of the domain whose own spot has so large a standard deviation in Å⁻¹ in all directions. */
export function roundDomain(width: number): Symmetric<number> {
  const length = 1 / (unitsPerCell * width);
  return [length, length, length, 0, 0, 0];
}

/**
 * The tensor of lengths in Å whose domain has the spots of so many cells along a, b and c.
 * @param basis in the crystal's own frame
 */
export function lengthsOfCells([na, nb, nc]: readonly [number, number, number], basis: ReciprocalBasis): Symmetric<number> {
  const { a, b, c } = directBasis(basis);
  const [xx, yy, zz, xy, xz, yz] = plusTensors(outer(scale(a, na)), outer(scale(b, nb)), outer(scale(c, nc)));
  return squareRoot([known(xx), known(yy), known(zz), known(xy), known(xz), known(yz)]);
}

/** A reflection: h, k and l, and where it is in the crystal's own frame. */
export interface Reflection {
  /** q_h in Å⁻¹, in the crystal's own frame */
  readonly inFrame: Vector;
  /** h, k and l */
  readonly indices: Vector;
}

export function reflectionOf(indices: Vector, basis: ReciprocalBasis): Reflection {
  return { inFrame: latticePoint(indices, basis), indices };
}

/** h a* + k b* + l c*. */
export function latticePoint([h, k, l]: Vector, { aStar, bStar, cStar }: ReciprocalBasis): Vector {
  return plus(scale(aStar, h), scale(bStar, k), scale(cStar, l));
}

/**
 * What the domains' orientations add to the covariance, in the domain's own units: B [q_h]x W [q_h]x' B'.
 * @param eta in radians: the standard deviation of rotations about every axis, or a tensor in the crystal's own frame whose square is
 *   their covariance W, or its three components along the frame's axes
 */
export function mosaicCovariance(eta: Tensor, { inFrame, indices }: Reflection, domain: Domain): Symmetric {
  const components = componentsOf(eta);
  if (components.length === 1) {
    const [angle] = components;
    const [first, second, third] = domain.ofIndices;
    const turned = transform([scale(first, angle), scale(second, angle), scale(third, angle)], indices);
    return minusTensor(scaleTensor(scaleTensor(domain.metric, product(angle, angle)), dot(inFrame, inFrame)), outer(turned));
  }
  return plusTensors(...rowsOf(symmetricOf(eta)).map((turn) => outer(transform(domain.ofFrame, cross(turn, inFrame)))));
}

/** A spot as a pixel sees it. */
export interface Spot {
  /** what F² N² is multiplied by; 0 where the spot does not reach */
  readonly strength: Quantity;
  /** 1 where the spot reaches, else 0 */
  readonly reaches: Quantity;
  /** Records (B S B')⁻¹ y: where in the domain's own spot, in its own units, what reaches the pixel comes from, on average. */
  origin(): Vector;
}

/**
 * @param offset B d, of the pixel from the reflection, in the domain's own units
 * @param covariance B S B' of everything, the domain's own 1 included
 */
export function closedSpot(offset: Vector, covariance: Symmetric): Spot {
  const { square, perDeterminant, solution } = solve(covariance, offset);
  const reaches = less(square, 2 * spotEnd);
  return { strength: where(reaches, mul(exp(mul(-0.5, square)), sqrt(perDeterminant)), 0), reaches, origin: solution };
}

/**
 * A place in a domain's own spot as offsets in h, k and l.
 * @param place in the domain's own units
 */
export function offsetsAt([x, y, z]: Vector, { ofIndices }: Domain): Vector {
  const [first, second, third] = ofIndices;
  const volume = dot(first, cross(second, third));
  const inverse: Matrix = [cross(second, third), cross(third, first), cross(first, second)];
  return scale(plus(scale(inverse[0], x), scale(inverse[1], y), scale(inverse[2], z)), div(1, volume));
}

/**
 * The overall temperature factor of an amplitude, exp(-q' B q / 4).
 * @param bFactor B in Å², isotropic, or a tensor in the crystal's own frame
 * @param scattering q in Å⁻¹, in the crystal's own frame
 */
export function temperatureFactor(bFactor: Tensor, scattering: Vector): Quantity {
  const components = componentsOf(bFactor);
  const square = components.length === 1 ? product(components[0], dot(scattering, scattering)) : dot(scattering, times(symmetricOf(bFactor), scattering));
  return exp(product(-0.25, square));
}
