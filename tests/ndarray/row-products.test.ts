import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { multiplyRows, wholeGroupsOf } from "../../src/ndarray/row-products.js";

test("products of rows are sums over their elements in order, each pair once", () => {
  const small = fc.integer({ min: 1, max: 11 });
  fc.assert(
    fc.property(small, small, fc.integer({ min: 0, max: 3 }), (rows, length, gap) => {
      const stride = length + gap;
      const [left, right] = [0.37, 0.91].map((by) => Float64Array.from({ length: wholeGroupsOf(rows) * stride }, (_, i) => Math.sin(by * i)));
      const found = new Map<string, number>();
      multiplyRows(left, right, rows, stride, length, (row, column, sum) => {
        assert.not(found.has(`${row},${column}`));
        found.set(`${row},${column}`, sum);
      });
      assert.is(found.size, (rows * (rows + 1)) / 2);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column <= row; column++) {
          let sum = 0;
          for (let p = 0; p < length; p++) sum += left[row * stride + p] * right[column * stride + p];
          assert.is(found.get(`${row},${column}`), sum);
        }
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

test.run();
