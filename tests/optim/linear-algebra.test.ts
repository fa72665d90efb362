import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import { cholesky, invertCholesky, solveCholesky, symmetricEigen, type Matrix } from "../../src/optim/linear-algebra.js";
import { dot } from "../../src/optim/vector.js";
import { distance } from "./problems.js";

const element = fc.double({ min: -1, max: 1, noNaN: true });

/** B with more rows than columns, so that BᵀB is a normal matrix. */
const tall = fc.integer({ min: 1, max: 8 }).chain((columns) =>
  fc.array(fc.array(element, { minLength: columns, maxLength: columns }), { minLength: columns + 2, maxLength: columns + 4 }),
);

function normalMatrix(b: Matrix): number[][] {
  return b[0].map((_, i) => b[0].map((__, j) => b.reduce((sum, row) => sum + row[i] * row[j], 0)));
}

function withDiagonal(matrix: Matrix, shift: number): number[][] {
  return matrix.map((row, i) => row.map((value, j) => (i === j ? value + shift : value)));
}

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => dot(row, vector));
}

test("the Cholesky factor of a matrix done by hand", () => {
  assert.equal(cholesky([[4, 12, -16], [12, 37, -43], [-16, -43, 98]]), [[2, 0, 0], [6, 1, 0], [-8, 5, 3]]);
  assert.equal(cholesky([]), []);
});

test("a matrix that is not positive definite has no Cholesky factor", () => {
  assert.is(cholesky([[1, 2], [2, 1]]), undefined);
  assert.is(cholesky([[0, 0], [0, 1]]), undefined);
  assert.is(cholesky([[1, 1], [1, 1]]), undefined);
  for (let a = 1; a < 100; a++) assert.is(cholesky([[a, a], [a, a]]), undefined);
  assert.is(cholesky([[NaN]]), undefined);
});

test("Cholesky solves A x = b", () => {
  fc.assert(
    fc.property(tall, (b) => {
      const matrix = withDiagonal(normalMatrix(b), 0.1);
      const x = matrix.map((_, i) => i - 2.5);
      assert.ok(distance(solveCholesky(cholesky(matrix) ?? [], times(matrix, x)), x) < 1e-11);
    }),
  );
});

test("the inverse times the matrix is the identity, and the inverse is exactly symmetric", () => {
  fc.assert(
    fc.property(tall, (b) => {
      const matrix = withDiagonal(normalMatrix(b), 0.1);
      const inverse = invertCholesky(cholesky(matrix) ?? []);
      matrix.forEach((row, i) => {
        assert.ok(distance(times(inverse, row), row.map((_, j) => (i === j ? 1 : 0))) < 1e-11);
        assert.equal(inverse[i], inverse.map((other) => other[i]));
      });
    }),
  );
});

test("the eigenvalues of matrices done by hand", () => {
  assert.ok(distance(symmetricEigen([[2, 1], [1, 2]]).values, [1, 3]) < 1e-15);
  assert.ok(distance(symmetricEigen([[0, 1], [1, 0]]).values, [-1, 1]) < 1e-15);
  assert.equal(symmetricEigen([[3, 0], [0, -2]]), { values: [-2, 3], vectors: [[0, 1], [1, 0]] });
  // The second difference of n points: 2 - 2 cos(k pi / (n + 1)).
  const size = 7;
  const difference = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
  );
  const known = difference.map((_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)));
  assert.ok(distance(symmetricEigen(difference).values, known) < 1e-14);
});

test("eigenvectors are orthonormal, fulfil A v = lambda v, and stand in the order of ascending eigenvalues", () => {
  fc.assert(
    fc.property(tall, fc.double({ min: -2, max: 2, noNaN: true }), (b, shift) => {
      const matrix = withDiagonal(normalMatrix(b), shift);
      const { values, vectors } = symmetricEigen(matrix);
      vectors.forEach((vector, k) => {
        assert.ok(distance(times(matrix, vector), vector.map((part) => values[k] * part)) < 1e-13);
        vectors.forEach((other, l) => assert.ok(Math.abs(dot(vector, other) - (k === l ? 1 : 0)) < 1e-13));
        assert.ok(k === 0 || values[k - 1] <= values[k]);
      });
    }),
  );
});

test("a combination of parameters that is not determined has the eigenvalue 0", () => {
  const { values, vectors } = symmetricEigen(normalMatrix([[1, 1, 0], [2, 2, 1], [3, 3, -1]]));
  assert.ok(Math.abs(values[0]) < 1e-15);
  const [a, b, c] = vectors[0];
  assert.ok(Math.abs(a + b) < 1e-15 && Math.abs(c) < 1e-15);
});

test("a matrix that is not finite has no eigenvalues", () => {
  assert.throws(() => symmetricEigen([[1, Infinity], [Infinity, 1]]), (error: unknown) => error instanceof InputError);
  assert.throws(() => symmetricEigen([[NaN]]), /element NaN has no eigenvalues/);
});

test.run();
