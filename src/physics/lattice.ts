/** The crystal's lattice and its reciprocal: lengths in Å and Å⁻¹, angles in radians. */
import { cos, div, mul, sin, sqrt, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { cross, dot, product, scale, type Vector } from "./vector.js";

export interface CellParameters {
  readonly a: Quantity;
  readonly b: Quantity;
  readonly c: Quantity;
  readonly alpha: Quantity;
  readonly beta: Quantity;
  readonly gamma: Quantity;
}

export interface ReciprocalBasis {
  readonly aStar: Vector;
  readonly bStar: Vector;
  readonly cStar: Vector;
}

export interface DirectBasis {
  readonly a: Vector;
  readonly b: Vector;
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
