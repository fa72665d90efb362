import { test } from "uvu";
import * as assert from "uvu/assert";
import { hessian, hessianProduct, jacobian, normalEquations } from "../../src/autodiff/jacobian.js";
import { add, concatenate, exp, mul, reshape, sub, sum, total } from "../../src/autodiff/operations.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { array, toNested } from "../../src/ndarray/ndarray.js";

interface Curve {
  readonly height: Variable;
  readonly rates: Variable;
}
const x = array([0, 1, 2]);
/** height exp(-rates x), one rate after the other, shape [2, 3] */
const curves = ({ height, rates }: Curve): Variable => mul(height, exp(mul(-1, reshape(rates, [2, 1]), x)));
const at = { height: 2, rates: array([0.5, 1]) };

test("a Jacobian has the value's shape and then the parameter's, in forward and in reverse mode alike", () => {
  const { height, rates } = jacobian(curves)(at);
  assert.equal([height.shape, rates.shape], [[2, 3], [2, 3, 2]]);
  for (const [i, rate] of [0.5, 1].entries()) {
    for (const t of [0, 1, 2]) {
      assert.ok(Math.abs(height.get(i, t) - Math.exp(-rate * t)) < 1e-15);
      assert.ok(Math.abs(rates.get(i, t, i) + 2 * t * Math.exp(-rate * t)) < 1e-15);
      assert.is(Math.abs(rates.get(i, t, 1 - i)), 0);
    }
  }
  const backwards = jacobian((p: Curve) => sum(curves(p)))(at);
  assert.equal(backwards.rates.shape, [1, 1, 2]);
  assert.ok(Math.abs(backwards.height.item() - [0.5, 1].reduce((all, rate) => all + 1 + Math.exp(-rate) + Math.exp(-2 * rate), 0)) < 1e-14);
});

test("a Hessian is symmetric, and its product with a direction is the tree of its rows times it", () => {
  const f = ({ height, rates }: Curve): Variable => total(mul(height, height, rates, rates, rates));
  const matrix = hessian(f)(at);
  // Of h² Σ r³: 2 Σ r³; 6 h r²; 6 h² r.
  assert.equal(toNested(matrix), [[2.25, 3, 12], [3, 12, 0], [12, 0, 24]]);
  const { height, rates } = hessianProduct(f)(at, { height: 1, rates: array([0, -1]) });
  assert.equal([height, toNested(rates)], [2.25 - 12, [3, 12 - 24]]);
});

test("normal equations are those of the residuals' Jacobian", () => {
  const residuals = (p: Curve): Variable => sub(concatenate([reshape(curves(p), [6]), p.rates]), 0.5);
  const { value, gradient, normal } = normalEquations(residuals)(at);
  const { height, rates } = jacobian(residuals)(at);
  const rows = Array.from({ length: 8 }, (_, i) => [height.get(i), rates.get(i, 0), rates.get(i, 1)]);
  const found = [...curvesAt().map((y) => y - 0.5), 0, 0.5];
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-13, `${a} is not ${b}`);
  near(value, found.reduce((all, r) => all + (r * r) / 2, 0));
  gradient.forEach((slope, k) => near(slope, rows.reduce((all, row, i) => all + row[k] * found[i], 0)));
  normal.forEach((row, k) => row.forEach((each, l) => near(each, rows.reduce((all, derivatives) => all + derivatives[k] * derivatives[l], 0))));
});

function curvesAt(): number[] {
  return [0.5, 1].flatMap((rate) => [0, 1, 2].map((t) => 2 * Math.exp(-rate * t)));
}

test("numbers alone are parameters, too", () => {
  assert.equal(toNested(hessian(({ a, b }: { readonly a: Variable; readonly b: Variable }) => add(mul(a, a, b), b))({ a: 3, b: 2 })), [[4, 6], [6, 0]]);
});

test.run();
