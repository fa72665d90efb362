import { test } from "uvu";
import * as assert from "uvu/assert";
import { cholesky, solveCholesky } from "../../src/optim/linear-algebra.js";
import { borderedStep, type BorderedEquations } from "../../src/optim/shared-and-own.js";

/** Normal equations of rows of a Jacobian: three shared parameters, two blocks of two own ones. */
function equations(): { readonly bordered: BorderedEquations; readonly dense: number[][]; readonly slope: number[] } {
  const rows = Array.from({ length: 14 }, (_, i) => {
    const block = i % 2;
    const own = [0, 1, 2, 3].map((k) => (Math.floor(k / 2) === block ? Math.sin(3 * i + k + 1) : 0));
    return [Math.cos(i), Math.cos(2 * i + 1), Math.sin(i * i), ...own];
  });
  const residuals = rows.map((_, i) => Math.sin(5 * i) + 0.3);
  const slope = rows[0].map((_, j) => rows.reduce((sum, row, i) => sum + row[j] * residuals[i], 0));
  const dense = rows[0].map((_, j) => rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[j] * row[k], 0)));
  const part = (from: number, to: number, first: number, last: number): number[][] => dense.slice(from, to).map((row) => row.slice(first, last));
  const own = [3, 5].map((at) => ({ gradient: slope.slice(at, at + 2), normal: part(at, at + 2, at, at + 2), mixed: part(at, at + 2, 0, 3) }));
  return { bordered: { value: 1, gradient: slope.slice(0, 3), normal: part(0, 3, 0, 3), own }, dense, slope };
}

test("with own parameters eliminated the step is that of all parameters at once, and it promises what the quadratic model falls", () => {
  for (const damping of [0, 0.1, 10]) {
    const { bordered, dense, slope } = equations();
    const step = borderedStep(bordered, damping);
    const damped = dense.map((row, i) => row.map((x, j) => (i === j ? x * (1 + damping) : x)));
    const wanted = solveCholesky(cholesky(damped) ?? [], slope.map((x) => -x));
    const found = [...(step?.shared ?? []), ...(step?.own.flat() ?? [])];
    wanted.forEach((x, i) => assert.ok(Math.abs(found[i] - x) < 1e-12 * Math.max(1, Math.abs(x)), `${found[i]} is not ${x}`));
    const fall = -wanted.reduce((sum, x, i) => sum + x * slope[i] + (x * dense[i].reduce((inner, y, j) => inner + y * wanted[j], 0)) / 2, 0);
    assert.ok(Math.abs((step?.promised ?? 0) - fall) < 1e-12);
  }
});

test("parameters that nothing depends on make no step", () => {
  const { bordered } = equations();
  const blind = { gradient: [0], normal: [[0]], mixed: [[0, 0, 0]] };
  assert.is(borderedStep({ ...bordered, own: [...bordered.own, blind] }, 0.1), undefined);
});

test.run();
