import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import { conjugateGradients } from "../../src/optim/conjugate-gradients.js";
import { cholesky, solveCholesky, type Matrix } from "../../src/optim/linear-algebra.js";
import { dot } from "../../src/optim/vector.js";
import { refusesAs } from "../ndarray/refusal.js";

const matrix: Matrix = [[4, 1, 0, -0.5], [1, 3, 0.25, 0], [0, 0.25, 2, 1], [-0.5, 0, 1, 5]];
const times = (rows: Matrix) => (vector: readonly number[]) => rows.map((row) => dot(row, vector));

test("products with a matrix solve the equations that its factor solves", () => {
  const b = [1, -2, 3, 0.5];
  const wanted = solveCholesky(cholesky(matrix) ?? [], b);
  conjugateGradients(times(matrix), b).forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) < 1e-9, `x[${i}] is ${x}, not ${wanted[i]}`));
  assert.equal(conjugateGradients(times(matrix), [0, 0, 0, 0]), [0, 0, 0, 0]);
});

test("in exact arithmetic so many products suffice as there are different eigenvalues", () => {
  let products = 0;
  const x = conjugateGradients((vector) => {
    products++;
    return vector.map((element, i) => (i < 2 ? 2 : 5) * element);
  }, [2, 4, 5, 10]);
  assert.is(products, 2);
  x.forEach((element, i) => assert.ok(Math.abs(element - [1, 2, 1, 2][i]) < 1e-12));
});

test("a matrix that is not positive definite, and too few products, are refused", () => {
  refusesAs(InputError, () => conjugateGradients(times([[1, 0], [0, -1]]), [0, 1]), "not positive definite", "-1");
  refusesAs(InputError, () => conjugateGradients(times(matrix), [1, 2, 3, 4], { maxProducts: 2 }), "after 2 products");
});

test.run();
