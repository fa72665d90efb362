import { test } from "uvu";
import * as assert from "uvu/assert";
import { extremes } from "../../src/ndarray/extremes.js";

test("the extremes of numbers are two of them, and infinite where there is none", () => {
  assert.equal(extremes(Int32Array.of(3, -7, 12, 12, 0)), [-7, 12]);
  assert.equal(extremes(Float64Array.of(-2.5)), [-2.5, -2.5]);
  assert.equal(extremes(new Float32Array(0)), [Infinity, -Infinity]);
});

test.run();
