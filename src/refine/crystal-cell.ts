import { known } from "../autodiff/tape.js";
import { orientedLattice, type Crystal, type UnitCell } from "../models/crystal.js";
import { umat2misset } from "../models/ran1.js";
import { radiansPerDegree } from "../physics/constants.js";
import { reciprocalBasis } from "../physics/lattice.js";
import type { Vector } from "../physics/vector.js";

type Triple = readonly [number, number, number];

const numbers = ([x, y, z]: Vector): Triple => [known(x), known(y), known(z)];
const dot = ([ax, ay, az]: Triple, [bx, by, bz]: Triple): number => ax * bx + ay * by + az * bz;

/**
 * A crystal whose lattice is a cell and whose orientation is a misset: the same crystal, where its reciprocal vectors were given.
 * @param crystal of numbers alone
 */
export function withCell(crystal: Crystal): Crystal & { readonly lattice: UnitCell } {
  const { lattice } = crystal;
  if ("a" in lattice) return { ...crystal, lattice };
  const { direct, reciprocal } = orientedLattice(crystal);
  const [a, b, c] = [numbers(direct.a), numbers(direct.b), numbers(direct.c)];
  const length = (edge: Triple): number => Math.sqrt(dot(edge, edge));
  const angle = (one: Triple, other: Triple): number => Math.acos(dot(one, other) / (length(one) * length(other)));
  const cell = { a: length(a), b: length(b), c: length(c), alpha: angle(b, c), beta: angle(a, c), gamma: angle(a, b) };
  const { aStar, bStar, cStar } = reciprocalBasis(cell);
  // The rotation U has U B = A for the reciprocal vectors B before and A after it.
  const before = [numbers(aStar), numbers(bStar), numbers(cStar)];
  const after = [numbers(reciprocal.aStar), numbers(reciprocal.bStar), numbers(reciprocal.cStar)];
  const inverse = inverseOf(before);
  const row = (i: 0 | 1 | 2): Triple => {
    const element = (j: 0 | 1 | 2): number => after.reduce((sum, star, k) => sum + star[i] * inverse[k][j], 0);
    return [element(0), element(1), element(2)];
  };
  const umat = [...row(0), ...row(1), ...row(2)] as const;
  const [x, y, z] = umat2misset(umat);
  const degrees = (value: number): number => value / radiansPerDegree;
  return {
    ...crystal,
    lattice: {
      a: cell.a,
      b: cell.b,
      c: cell.c,
      alpha: degrees(cell.alpha),
      beta: degrees(cell.beta),
      gamma: degrees(cell.gamma),
    },
    missetDeg: [degrees(x), degrees(y), degrees(z)],
  };
}

/** The rows that are dual to three vectors: row k times vector j is 1 where j = k, else 0. */
function inverseOf([a, b, c]: readonly Triple[]): readonly Triple[] {
  const cross = ([ax, ay, az]: Triple, [bx, by, bz]: Triple): Triple => [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  const volume = dot(a, cross(b, c));
  const over = ([x, y, z]: Triple): Triple => [x / volume, y / volume, z / volume];
  return [over(cross(b, c)), over(cross(c, a)), over(cross(a, b))];
}
