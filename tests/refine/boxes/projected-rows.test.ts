import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProjectedRows } from "../../../src/refine/boxes/projected-rows.js";

const length = 12;
const derivative = (parameter: number): Float64Array => Float64Array.from({ length }, (_, p) => Math.sin(1.3 * parameter + 0.7 * p + parameter * p));
const roots = Float64Array.from({ length }, (_, p) => 1 / Math.sqrt(2 + (p % 5)));
const ones = Float64Array.from({ length }, () => 1);

/** Products of derivatives whose part along the roots is taken away, as they are defined. */
function asDefined(rows: readonly (readonly number[])[]): number[][] {
  const square = roots.reduce((sum, root) => sum + root * root, 0);
  const along = rows.map((row) => row.reduce((sum, x, p) => sum + x * roots[p], 0));
  return rows.map((row, i) => rows.map((other, j) => (j > i ? 0 : row.reduce((sum, x, p) => sum + x * other[p], 0) - (along[i] * along[j]) / square)));
}

test("a box adds products of what its own unknowns leave of the derivatives, and those by which it does not change add nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 11 }), (areZero) => {
      const count = areZero.length;
      const projected = new ProjectedRows(count);
      const places = Int32Array.from({ length: length - 2 }, (_, q) => 40 + q);
      const normal = Array.from({ length: count }, () => new Array<number>(count).fill(0));
      // A box before this one, in which everything changes, leaves nothing behind.
      for (const isOfThis of [false, true]) {
        projected.begin(length);
        for (let i = 0; i < count; i++) {
          const own = isOfThis && areZero[i] ? new Float64Array(length) : derivative(i);
          if (isOfThis) projected.setSparseRow(i, own, places, 0, places.length, 40, 0.5 * (i + 1), roots);
          else projected.setRow(i, own, 0, 3, ones);
        }
        projected.addColumn(roots.slice());
        projected.addProducts(isOfThis ? normal : Array.from({ length: count }, () => new Array<number>(count).fill(0)));
      }
      const rows = areZero.map((isZero, i) => Array.from({ length }, (_, p) => (isZero || p >= places.length ? 0 : 0.5 * (i + 1) * derivative(i)[p] * roots[p])));
      asDefined(rows).forEach((row, i) => row.forEach((wanted, j) => assert.ok(Math.abs(normal[i][j] - wanted) < 1e-12 * (i + 1) * (j + 1), `${i}, ${j}`)));
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("rows of all pixels, and sparse ones of a part of a longer list, add the products of their numbers", () => {
  const [first, second] = [[1, 2, 3], [4, 5, 6]];
  const list = Float64Array.from([9, ...first, ...second, 9]);
  const weights = Float64Array.from([1, 2, 0.5]);
  const wanted = [[1 + 16 + 2.25, 0], [2 * (4 + 40 + 4.5), 4 * (16 + 100 + 9)]];
  const places = Int32Array.from([9, 10, 11, 12, 10, 11, 12, 10]);
  for (const isSparse of [false, true]) {
    const rows = new ProjectedRows(2);
    rows.begin(3);
    for (const [i, factor] of [1, 2].entries()) {
      if (isSparse) rows.setSparseRow(i, list, places, 1 + 3 * i, 4 + 3 * i, 10, factor, weights);
      else rows.setRow(i, list, 1 + 3 * i, factor, weights);
    }
    const normal = [[0, 0], [0, 0]];
    rows.addProducts(normal);
    assert.equal(normal, wanted);
  }
});

test.run();
