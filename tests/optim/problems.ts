/** Least-squares problems whose minima are known: Moré, Garbow & Hillstrom, ACM Trans. Math. Software 7 (1981) 17. */
import * as fc from "fast-check";
import type { LeastSquares, NormalEquations } from "../../src/optim/levenberg-marquardt.js";
import type { Evaluation } from "../../src/optim/objective.js";

/** Residuals and their Jacobian, a row for each residual. */
export interface Problem {
  readonly start: readonly number[];
  readonly minimum: readonly number[];
  readonly residuals: (x: readonly number[]) => number[];
  readonly jacobian: (x: readonly number[]) => number[][];
}

export const rosenbrock: Problem = {
  start: [-1.2, 1],
  minimum: [1, 1],
  residuals: ([x, y]) => [10 * (y - x * x), 1 - x],
  jacobian: ([x]) => [[-20 * x, 10], [-1, 0]],
};

export const beale: Problem = {
  start: [1, 1],
  minimum: [3, 0.5],
  residuals: ([x, y]) => [1.5 - x * (1 - y), 2.25 - x * (1 - y ** 2), 2.625 - x * (1 - y ** 3)],
  jacobian: ([x, y]) => [[y - 1, x], [y ** 2 - 1, 2 * x * y], [y ** 3 - 1, 3 * x * y ** 2]],
};

export const powellSingular: Problem = {
  start: [3, -1, 0, 1],
  minimum: [0, 0, 0, 0],
  residuals: ([a, b, c, d]) => [a + 10 * b, Math.sqrt(5) * (c - d), (b - 2 * c) ** 2, Math.sqrt(10) * (a - d) ** 2],
  jacobian: ([a, b, c, d]) => [
    [1, 10, 0, 0],
    [0, 0, Math.sqrt(5), -Math.sqrt(5)],
    [0, 2 * (b - 2 * c), -4 * (b - 2 * c), 0],
    [2 * Math.sqrt(10) * (a - d), 0, 0, -2 * Math.sqrt(10) * (a - d)],
  ],
};

export const wood: Problem = {
  start: [-3, -1, -3, -1],
  minimum: [1, 1, 1, 1],
  residuals: ([a, b, c, d]) => [
    10 * (b - a * a),
    1 - a,
    Math.sqrt(90) * (d - c * c),
    1 - c,
    Math.sqrt(10) * (b + d - 2),
    (b - d) / Math.sqrt(10),
  ],
  jacobian: ([a, , c]) => [
    [-20 * a, 10, 0, 0],
    [-1, 0, 0, 0],
    [0, 0, -2 * Math.sqrt(90) * c, Math.sqrt(90)],
    [0, 0, -1, 0],
    [0, Math.sqrt(10), 0, Math.sqrt(10)],
    [0, 1 / Math.sqrt(10), 0, -1 / Math.sqrt(10)],
  ],
};

export const classics = { Rosenbrock: rosenbrock, Beale: beale, "Powell's singular": powellSingular, Wood: wood };

/** Linear residuals in 1 to 12 dimensions, not too badly conditioned, that vanish nowhere; and a start. */
export function anyQuadratic(): fc.Arbitrary<{ readonly problem: Omit<Problem, "start">; readonly start: number[] }> {
  const element = fc.double({ min: -1, max: 1, noNaN: true });
  return fc.integer({ min: 1, max: 12 }).chain((count) => {
    const vector = fc.array(element, { minLength: count, maxLength: count });
    return fc.record({ mixing: fc.array(vector, { minLength: count, maxLength: count }), minimum: vector, start: vector }).map(
      ({ mixing, minimum, start }) => {
        const rows = mixing.map((row, i) => row.map((part, j) => part / count + (i === j ? 1.5 + i / 4 : 0)));
        const residuals = (x: readonly number[]): number[] => {
          const off = x.map((part, i) => part - minimum[i]);
          return [...rows.map((row) => sum(row.map((part, i) => part * off[i]))), 1];
        };
        return { problem: { minimum, residuals, jacobian: () => [...rows, minimum.map(() => 0)] }, start };
      },
    );
  });
}

/** The numbers below `count` in an order that follows from a stream of numbers. */
export function permutation(count: number, numbers: Iterator<number>): number[] {
  const keys = Array.from({ length: count }, (): number => numbers.next().value);
  return [...keys.keys()].sort((i, j) => keys[i] - keys[j] || i - j);
}

/** Half the sum of squares, with its gradient. */
export function evaluate(problem: Pick<Problem, "residuals" | "jacobian">, x: readonly number[]): Evaluation {
  const { value, gradient } = normalEquations(problem, x);
  return { value, gradient };
}

export function leastSquares(problem: Pick<Problem, "residuals" | "jacobian">): LeastSquares {
  return { normalEquations: (x) => normalEquations(problem, x), value: (x) => sum(problem.residuals(x).map((r) => r * r)) / 2 };
}

export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((element, i) => Math.abs(element - b[i])));
}

function normalEquations(problem: Pick<Problem, "residuals" | "jacobian">, x: readonly number[]): NormalEquations {
  const r = problem.residuals(x);
  const rows = problem.jacobian(x);
  return {
    value: sum(r.map((element) => element * element)) / 2,
    gradient: x.map((_, i) => sum(rows.map((row, k) => row[i] * r[k]))),
    normal: x.map((_, i) => x.map((__, j) => sum(rows.map((row) => row[i] * row[j])))),
  };
}

function sum(terms: readonly number[]): number {
  return terms.reduce((total, term) => total + term, 0);
}
