/** From cell edges to a right-angled frame and back, where a file counts in the one and a record in the other. */
import type { Cell } from "./mtz.js";

/** 3x3, row by row. */
export type Matrix = readonly number[];

const perDegree = Math.PI / 180;

/** From right-angled coordinates in A (x along a, y in the plane of a and b) to fractions of the cell edges. */
export function fractionalization([a, b, c, alpha, beta, gamma]: Cell): Matrix {
  // A right angle has no cosine to round.
  const cosine = (degrees: number): number => (degrees === 90 ? 0 : Math.cos(degrees * perDegree));
  const [ca, cb, cg] = [cosine(alpha), cosine(beta), cosine(gamma)];
  const sg = Math.sqrt(1 - cg * cg);
  const v = Math.sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
  return [
    1 / a, -cg / (a * sg), (cg * ca - cb) / (a * v * sg),
    0, 1 / (b * sg), (cg * cb - ca) / (b * v * sg),
    0, 0, sg / (c * v),
  ];
}

/** Lengths of the reciprocal edges, in 1/A. */
export function reciprocalLengths(cell: Cell): readonly [number, number, number] {
  const m = fractionalization(cell);
  return [Math.hypot(m[0], m[1], m[2]), Math.hypot(m[3], m[4], m[5]), Math.hypot(m[6], m[7], m[8])];
}

export function applied(m: Matrix, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

/** M U M^T of a symmetric U, both as 11, 22, 33, 12, 13, 23. */
export function transformedTensor(m: Matrix, [u11, u22, u33, u12, u13, u23]: readonly number[]): number[] {
  const u = [u11, u12, u13, u12, u22, u23, u13, u23, u33];
  const element = (row: number, column: number): number => {
    let sum = 0;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) sum += m[3 * row + i] * u[3 * i + j] * m[3 * column + j];
    return sum;
  };
  return [element(0, 0), element(1, 1), element(2, 2), element(0, 1), element(0, 2), element(1, 2)];
}
