import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { broadcastShapes, checkShape, contiguousStrides, normalizeAxis, sameShape, sizeOf } from "../../src/ndarray/shape.js";
import { anyBroadcast, anyShape, indicesOf } from "../arbitraries.js";
import { untyped } from "../untyped.js";
import { refuses } from "./refusal.js";

test("the size is the product of the extents, and 1 of a number", () => {
  assert.is(sizeOf([2, 3, 4]), 24);
  assert.is(sizeOf([5, 0, 3]), 0);
  assert.is(sizeOf([]), 1);
});

test("contiguous strides count the elements behind each axis", () => {
  assert.equal(contiguousStrides([2, 3, 4]), [12, 4, 1]);
  assert.equal(contiguousStrides([]), []);
});

test("contiguous strides number the elements 0, 1, 2, ... in order", () => {
  fc.assert(
    fc.property(anyShape(), (shape) => {
      const strides = contiguousStrides(shape);
      const places = indicesOf(shape).map((index) => index.reduce((at, i, axis) => at + i * strides[axis], 0));
      assert.equal(places, Array.from({ length: sizeOf(shape) }, (_, i) => i));
    }),
  );
});

test("shapes are the same when every extent is", () => {
  assert.ok(sameShape([2, 3], [2, 3]));
  assert.not(sameShape([2, 3], [2, 3, 1]));
  assert.not(sameShape([2, 3, 1], [2, 3]));
  assert.not(sameShape([2, 3], [3, 2]));
});

test("shapes broadcast at their last axes, and an extent of 1 stretches, to 0 as well", () => {
  assert.equal(broadcastShapes([4, 1], [3]), [4, 3]);
  assert.equal(broadcastShapes([2, 1, 5], [3, 1], []), [2, 3, 5]);
  assert.equal(broadcastShapes([1], [0]), [0]);
});

test("any number of shapes broadcast to their common shape, in any order", () => {
  fc.assert(
    fc.property(anyBroadcast(3), ({ shapes, common }) => {
      assert.equal(broadcastShapes(...shapes), common);
      assert.equal(broadcastShapes(...[...shapes].reverse()), common);
    }),
  );
});

test("shapes that do not broadcast are both named", () => {
  refuses(() => broadcastShapes([2, 3], [4, 2]), "[2, 3]", "[4, 2]");
  refuses(() => broadcastShapes([0], [2]), "[0]", "[2]");
});

test("an axis is counted from the front or, negative, from the back", () => {
  assert.equal([0, 1, 2, -1, -2, -3].map((axis) => normalizeAxis(axis, [4, 5, 6])), [0, 1, 2, 2, 1, 0]);
});

test("an axis that is not there is named with the shape", () => {
  for (const axis of [2, -3, 0.5, NaN]) refuses(() => normalizeAxis(axis, [4, 5]), "[4, 5]", `${axis}`);
});

test("an extent is a whole number of at least 0", () => {
  checkShape([0, 1, 7]);
  for (const extent of [-1, 1.5, NaN, Infinity]) refuses(() => checkShape([2, extent]), `[2, ${extent}]`);
  refuses(() => checkShape(untyped(3)), "a list of extents", "not 3");
});

test.run();
