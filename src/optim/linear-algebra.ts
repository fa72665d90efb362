import { InputError } from "../ndarray/errors.js";
import { dot, maxAbs, type Vector } from "./vector.js";

/** A small dense matrix as a list of its rows. */
export type Matrix = readonly Vector[];

/**
 * The lower triangular L with L Lᵀ = A of a symmetric positive definite matrix.
 * @param matrix A, of which only the lower triangle is read
 * @returns the rows of L, or undefined when A is not positive definite within rounding
 * @see Golub & Van Loan, Matrix Computations, 4th ed., section 4.2
 */
export function cholesky(matrix: Matrix): number[][] | undefined {
  const size = matrix.length;
  const factor: number[][] = [];
  for (let i = 0; i < size; i++) {
    const row = new Array<number>(size).fill(0);
    for (let j = 0; j < i; j++) row[j] = (matrix[i][j] - dot(row, factor[j])) / factor[j][j];
    const pivot = matrix[i][i] - dot(row, row);
    if (!(pivot > size * Number.EPSILON * matrix[i][i])) return undefined;
    row[i] = Math.sqrt(pivot);
    factor.push(row);
  }
  return factor;
}

/**
 * The x with A x = b.
 * @param factor A's factor from `cholesky`
 */
export function solveCholesky(factor: Matrix, b: Vector): number[] {
  const x = [...b];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) x[i] -= factor[i][j] * x[j];
    x[i] /= factor[i][i];
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i] -= factor[j][i] * x[j];
    x[i] /= factor[i][i];
  }
  return x;
}

/**
 * The inverse of A, exactly symmetric.
 * @param factor A's factor from `cholesky`
 */
export function invertCholesky(factor: Matrix): number[][] {
  const columns = factor.map((_, k) => solveCholesky(factor, factor.map((_, i) => (i === k ? 1 : 0))));
  return columns.map((column, i) => column.map((element, j) => (element + columns[j][i]) / 2));
}

export interface Eigen {
  /** Eigenvalues, ascending. */
  readonly values: Vector;
  /** vectors[k] is the eigenvector of values[k], of length 1. */
  readonly vectors: Matrix;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix; those of a normal matrix whose value is next to nothing say which
 * combinations of parameters the data do not determine.
 * @param matrix of which both triangles are read
 * @throws InputError when an element is not finite
 * @see Golub & Van Loan, Matrix Computations, 4th ed., section 8.5: cyclic Jacobi rotations
 */
export function symmetricEigen(matrix: Matrix): Eigen {
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  const largest = maxAbs(matrix.map(maxAbs));
  if (!Number.isFinite(largest)) {
    throw new InputError(`a matrix with the element ${largest} has no eigenvalues; every element must be finite`);
  }
  // Convergence is quadratic: 6 to 10 sweeps are usual, and a sweep that rotates nothing is the last one.
  for (let rotated = true, sweep = 0; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        if (Math.abs(a[p][q]) <= Number.EPSILON * Math.sqrt(Math.abs(a[p][p]) * Math.abs(a[q][q]))) continue;
        rotate(a, v, p, q);
        rotated = true;
      }
    }
  }
  const order = a.map((_, k) => k).sort((i, j) => a[i][i] - a[j][j]);
  return { values: order.map((k) => a[k][k]), vectors: order.map((k) => v[k]) };
}

/** Rotates the plane (p, q) so that a[p][q] = 0; the rows of v follow. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const shift = t * a[p][q];
  for (let k = 0; k < a.length; k++) {
    [v[p][k], v[q][k]] = [c * v[p][k] - s * v[q][k], s * v[p][k] + c * v[q][k]];
    if (k === p || k === q) continue;
    const akp = c * a[k][p] - s * a[k][q];
    const akq = s * a[k][p] + c * a[k][q];
    a[k][p] = a[p][k] = akp;
    a[k][q] = a[q][k] = akq;
  }
  a[p][p] -= shift;
  a[q][q] += shift;
  a[p][q] = a[q][p] = 0;
}
