import { cholesky, solveCholesky, type Matrix } from "./linear-algebra.js";
import { dot, type Vector } from "./vector.js";

/** The part of normal equations that belongs to one block of parameters, which meets other blocks in the shared parameters alone. */
export interface OwnEquations {
  readonly gradient: Vector;
  readonly normal: Matrix;
  /** a row for each own parameter, a column for each shared one */
  readonly mixed: Matrix;
}

/** Normal equations of parameters that all data share and of blocks of which each has data of its own. */
export interface BorderedEquations {
  readonly value: number;
  readonly gradient: Vector;
  readonly normal: Matrix;
  readonly own: readonly OwnEquations[];
}

/** Changes of the shared parameters, and of each block's own. */
export interface BorderedStep {
  readonly shared: Vector;
  readonly own: readonly Vector[];
  /** by how much the quadratic model falls */
  readonly promised: number;
}

/**
 * A damped Gauss-Newton step, (N + damping diag N) step = -gradient, with each block's own parameters eliminated: only a matrix of the
 * shared parameters is solved, and the work grows in proportion to the number of blocks.
 * @returns undefined where a matrix is singular within rounding
 * @see Golub & Van Loan, Matrix Computations, 4th ed., section 4.5.4, on block elimination
 */
export function borderedStep({ gradient, normal, own }: BorderedEquations, damping: number): BorderedStep | undefined {
  const reduced = normal.map((row, i) => row.map((x, j) => (i === j ? x * (1 + damping) : x)));
  const slope = [...gradient];
  const factors: Matrix[] = [];
  for (const block of own) {
    const factor = cholesky(block.normal.map((row, i) => row.map((x, j) => (i === j ? x * (1 + damping) : x))));
    if (factor === undefined) return undefined;
    factors.push(factor);
    // Columns of the block's inverse times the mixed part.
    const columns = gradient.map((_, j) => solveCholesky(factor, block.mixed.map((row) => row[j])));
    const solved = solveCholesky(factor, block.gradient);
    block.mixed.forEach((row, k) => {
      row.forEach((x, i) => {
        if (x === 0) return;
        slope[i] -= x * solved[k];
        const target = reduced[i];
        for (let j = 0; j < target.length; j++) target[j] -= x * columns[j][k];
      });
    });
  }
  const factor = cholesky(reduced);
  if (factor === undefined) return undefined;
  const shared = solveCholesky(factor, slope.map((x) => -x));
  const steps = own.map((block, b) => solveCholesky(factors[b], block.gradient.map((x, k) => -x - dot(block.mixed[k], shared))));
  // At the solution the quadratic model has fallen by half of slope times step, and by half of what the damping took.
  let promised = 0;
  const fall = (step: Vector, slopes: Vector, matrix: Matrix): void => step.forEach((x, i) => (promised += (x * (damping * matrix[i][i] * x - slopes[i])) / 2));
  fall(shared, gradient, normal);
  steps.forEach((step, b) => fall(step, own[b].gradient, own[b].normal));
  return { shared, own: steps, promised };
}
