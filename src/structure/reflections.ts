import { allocate } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { fromData, type NdArray } from "../ndarray/ndarray.js";
import type { UnitCell } from "../models/crystal.js";
import { radiansPerDegree } from "../physics/constants.js";
import { reciprocalBasis } from "../physics/lattice.js";
import { known } from "../autodiff/tape.js";
import { dot } from "../physics/vector.js";
import type { Indices, Symmetry } from "./symmetry.js";

/** Products of the reciprocal edges in Å⁻²: a*·a*, b*·b*, c*·c*, a*·b*, a*·c*, b*·c*. */
export type ReciprocalMetric = readonly [aa: number, bb: number, cc: number, ab: number, ac: number, bc: number];

export function reciprocalMetric(cell: UnitCell): ReciprocalMetric {
  const angle = (degrees: number): number => (degrees === 90 ? Math.PI / 2 : degrees * radiansPerDegree);
  const { aStar, bStar, cStar } = reciprocalBasis({ ...cell, alpha: angle(cell.alpha), beta: angle(cell.beta), gamma: angle(cell.gamma) });
  const product = (a: typeof aStar, b: typeof aStar): number => known(dot(a, b));
  return [product(aStar, aStar), product(bStar, bStar), product(cStar, cStar), product(aStar, bStar), product(aStar, cStar), product(bStar, cStar)];
}

/** 1/d² of a reflection, in Å⁻². */
export function inverseSquare([aa, bb, cc, ab, ac, bc]: ReciprocalMetric, [h, k, l]: Indices): number {
  return h * h * aa + k * k * bb + l * l * cc + 2 * (h * k * ab + h * l * ac + k * l * bc);
}

/** (sin θ/λ)² of every reflection of a list, shape [n]. */
export function stolSquared(cell: UnitCell, hkl: NdArray): NdArray {
  const metric = reciprocalMetric(cell);
  const values = allocate("float64", hkl.shape[0]);
  for (let i = 0; i < values.length; i++) values[i] = inverseSquare(metric, [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]) / 4;
  return fromData(values);
}

const mostReflections = 2 ** 25;

/**
 * One of each set of equivalent reflections to a resolution, those that symmetry makes vanish left out, (0 0 0) first; then in the order
 * of h, k, l.
 * @param matesApart whether h k l and -h -k -l are two
 * @returns int32, shape [n, 3]
 * @throws InputError when there would be too many
 */
export function uniqueReflections(cell: UnitCell, symmetry: Symmetry, dminA: number, matesApart = false): NdArray {
  const metric = reciprocalMetric(cell);
  const { a, b, c } = cell;
  if (!(dminA > 0)) throw new InputError(`the resolution is ${dminA} A; it must be a number above 0`);
  const largest = 1 / dminA ** 2;
  // A plane of lattice points whose indices are beyond edge / d lies outside, whatever the angles.
  const [maxH, maxK, maxL] = [a, b, c].map((edge) => Math.floor(edge / dminA));
  if ((2 * maxH + 1) * (2 * maxK + 1) * (2 * maxL + 1) > 8 * mostReflections) {
    throw new InputError(`a cell of ${a} x ${b} x ${c} A has too many reflections to ${dminA} A for the memory`);
  }
  const found: number[] = [0, 0, 0];
  for (let h = matesApart ? -maxH : 0; h <= maxH; h++) {
    for (let k = -maxK; k <= maxK; k++) {
      for (let l = -maxL; l <= maxL; l++) {
        const hkl: Indices = [h, k, l];
        if (inverseSquare(metric, hkl) > largest || (h === 0 && k === 0 && l === 0)) continue;
        const [first, second, third] = symmetry.representative(hkl, matesApart);
        if (first !== h || second !== k || third !== l || symmetry.isAbsent(hkl)) continue;
        found.push(h, k, l);
      }
    }
  }
  return fromData(Int32Array.from(found), [found.length / 3, 3]);
}
