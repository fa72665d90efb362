/** The crystal's lattice and its reciprocal: lengths in Å and Å⁻¹, angles in radians. */
import { cos, div, mul, sin, sqrt, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { cross, dot, product, scale, type Vector } from "./vector.js";

/** Edges in A and angles in radians. */
export interface CellParameters {
  /** edge in A */
  readonly a: Quantity;
  /** edge in A */
  readonly b: Quantity;
  /** edge in A */
  readonly c: Quantity;
  /** angle between b and c, in radians */
  readonly alpha: Quantity;
  /** angle between a and c, in radians */
  readonly beta: Quantity;
  /** angle between a and b, in radians */
  readonly gamma: Quantity;
}

/** Reciprocal vectors. */
export interface ReciprocalBasis {
  /** in 1/A */
  readonly aStar: Vector;
  /** in 1/A */
  readonly bStar: Vector;
  /** in 1/A */
  readonly cStar: Vector;
}

/** Edges of the cell as vectors. */
export interface DirectBasis {
  /** in A */
  readonly a: Vector;
  /** in A */
  readonly b: Vector;
  /** in A */
  readonly c: Vector;
}

/**
 * The reciprocal vectors of a cell in its default orientation: a* along X, b* in the plane of X and Y, c* towards positive Z.
 *
 * For a triclinic cell the reference program's c* is too long along Z; this is the c* of the cell that was asked for.
 */
export function reciprocalBasis({ a, b, c, alpha, beta, gamma }: CellParameters): ReciprocalBasis {
  const [cosAlpha, cosBeta, cosGamma] = [cosine(alpha), cosine(beta), cosine(gamma)];
  const sinAlpha = sin(alpha);
  // Volume of the cell with edges of length 1.
  const squares = [cosAlpha, cosBeta, cosGamma].map((cosine) => product(cosine, cosine));
  const v = sqrt(
    sub(sub(sub(sub(1, squares[0]), squares[1]), squares[2]), product(-2, product(cosAlpha, product(cosBeta, cosGamma)))),
  );
  const lengthA = div(sinAlpha, mul(a, v));
  const lengthB = div(sin(beta), mul(b, v));
  const lengthC = div(sin(gamma), mul(c, v));
  const cosBetaStar = div(sub(product(cosAlpha, cosGamma), cosBeta), mul(sinAlpha, sin(gamma)));
  const cosGammaStar = div(sub(product(cosAlpha, cosBeta), cosGamma), mul(sinAlpha, sin(beta)));
  const cosAlphaStar = div(sub(product(cosBeta, cosGamma), cosAlpha), mul(sin(beta), sin(gamma)));
  const sinGammaStar = sqrt(sub(1, product(cosGammaStar, cosGammaStar)));
  return {
    aStar: [lengthA, 0, 0],
    bStar: [product(lengthB, cosGammaStar), mul(lengthB, sinGammaStar), 0],
    cStar: [
      product(lengthC, cosBetaStar),
      product(lengthC, div(sub(cosAlphaStar, product(cosBetaStar, cosGammaStar)), sinGammaStar)),
      div(1, c),
    ],
  };
}

/** The cosine of a cell angle; exactly 0 for a right angle. */
function cosine(angle: Quantity): Quantity {
  return angle === Math.PI / 2 ? 0 : cos(angle);
}

/** The direct vectors: a = V (b* × c*) and so on, V = 1 / a*·(b* × c*). */
export function directBasis({ aStar, bStar, cStar }: ReciprocalBasis): DirectBasis {
  const normalA = cross(bStar, cStar);
  const volume = div(1, dot(aStar, normalA));
  return {
    a: scale(normalA, volume),
    b: scale(cross(cStar, aStar), volume),
    c: scale(cross(aStar, bStar), volume),
  };
}
