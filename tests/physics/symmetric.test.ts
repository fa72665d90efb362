import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { known, type Quantity } from "../../src/autodiff/tape.js";
import { componentsOf, gram, invert, outer, outerSum, plusTensors, rowsOf, scaleTensor, solve, squareRoot, symmetricOf, times, type Symmetric } from "../../src/physics/symmetric.js";
import { dot } from "../../src/physics/vector.js";
import { anyVector, assertNear, assertVector } from "./quantities.js";

const numbersOf = (tensor: readonly Quantity[]): number[] => tensor.map(known);
/** Positive, as a covariance is. */
const covariance = fc.tuple(anyVector, anyVector, anyVector).map((rows) => plusTensors([1, 1, 1, 0, 0, 0], gram(rows)));

test("a tensor times its adjugate is its determinant times unity", () => {
  fc.assert(
    fc.property(covariance, anyVector, (tensor, vector) => {
      const { determinant, adjugate } = invert(tensor);
      assertVector(times(tensor, times(adjugate, vector)), [vector[0] * known(determinant), vector[1] * known(determinant), vector[2] * known(determinant)], 1e-9 * known(determinant));
      assert.ok(known(determinant) >= 1);
    }),
  );
});

test("a tensor's inverse, with its determinant, is what the adjugate says, also of one that is long and short", () => {
  fc.assert(
    fc.property(covariance, anyVector, fc.constantFrom(1, 1e-3, 1e3), (tensor, vector, stretch) => {
      const [xx, yy, zz, xy, xz, yz] = numbersOf(tensor);
      const given: Symmetric<number> = [stretch ** 2 * xx, yy, zz, stretch * xy, stretch * xz, yz];
      const { determinant, adjugate } = invert(given);
      const { square, perDeterminant, solution } = solve(given, vector);
      assertNear(known(perDeterminant) * known(determinant), 1, 1e-9);
      const solved = solution();
      assertVector(times(given, solved), vector, 1e-9 * (1 + stretch));
      times(scaleTensor(adjugate, perDeterminant), vector).forEach((component, i) => assertNear(known(solved[i]), known(component), 1e-9));
      assertNear(known(square), known(dot(vector, solved)), 1e-9);
    }),
  );
});

test("the outer product of a sum of vectors is that of each, and both mixed", () => {
  fc.assert(
    fc.property(anyVector, anyVector, (v, w) => {
      const whole = numbersOf(outer([v[0] + w[0], v[1] + w[1], v[2] + w[2]]));
      numbersOf(plusTensors(outer(v), outer(w), outerSum(v, w))).forEach((component, i) => assertNear(component, whole[i], 1e-12));
    }),
  );
});

test("a tensor's square root is positive, and its square is the tensor, also where lengths differ a thousandfold", () => {
  fc.assert(
    fc.property(covariance, fc.constantFrom(1, 1e-3, 1e3), (tensor, stretch) => {
      const [xx, yy, zz, xy, xz, yz] = numbersOf(tensor);
      const given: Symmetric<number> = [stretch ** 2 * xx, yy, zz, stretch * xy, stretch * xz, yz];
      const root = squareRoot(given);
      const square = numbersOf(gram(rowsOf(root)));
      square.forEach((component, i) => assertNear(component, given[i], 1e-9 * Math.max(...given)));
      assert.ok(root[0] > 0 && known(invert(root).determinant) > 0);
    }),
  );
});

test("one component makes a multiple of unity, three a diagonal, six a whole tensor", () => {
  assert.equal(componentsOf(2), [2]);
  assert.equal(symmetricOf(2), [2, 2, 2, 0, 0, 0]);
  assert.equal(symmetricOf([1, 2, 3]), [1, 2, 3, 0, 0, 0]);
  const six: Symmetric<number> = [1, 2, 3, 4, 5, 6];
  assert.equal(symmetricOf(six), six);
  assert.equal(rowsOf(six), [[1, 4, 5], [4, 2, 6], [5, 6, 3]]);
  assert.equal(numbersOf(scaleTensor(six, 2)), [2, 4, 6, 8, 10, 12]);
  assert.equal(numbersOf(gram(rowsOf([2, 3, 4, 0, 0, 0]))), [4, 9, 16, 0, 0, 0]);
});

test.run();
