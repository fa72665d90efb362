import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, mixedDTypes } from "../../src/ndarray/errors.js";
import { array, copy, equals, flatData, fromData, NdArray, scalar, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { contiguousStrides, sameShape } from "../../src/ndarray/shape.js";
import { slice } from "../../src/ndarray/views.js";
import { anyView, elementsOf, indicesOf } from "../arbitraries.js";
import { untyped } from "../untyped.js";
import { range, viewsOfOneShape } from "./draws.js";
import { refuses } from "./refusal.js";

test("an element stands at the offset plus its indices times the strides", () => {
  const { data } = range(12);
  const view = new NdArray(data, [2, 3], [-6, 2], 7);
  assert.equal(toNested(view), [[7, 9, 11], [1, 3, 5]]);
  assert.is(view.get(1, 2), 5);
  assert.is(view.size, 6);
  assert.is(view.rank, 2);
  assert.is(view.dtype, "float64");
});

test("an array of a known type has memory of that type, and so have its views and copies", () => {
  const x = array([[1, 2, 3], [4, 5, 6]]);
  const sum = (data: Float64Array): number => data.reduce((so, far) => so + far, 0);
  assert.is(sum(x.data), 21);
  assert.is(sum(flatData(slice(x, 1))), 15);
  assert.is(sum(copy(copy(x, "int32"), "float64").data), 21);
  const counts: Int32Array = zeros([2], "int32").data;
  const single: Float32Array = fromData(new Float32Array([0.5])).data;
  assert.equal([...counts, ...single], [0, 0, 0.5]);
  // @ts-expect-error the memory of an array of unknown type may be of any
  const unknown: (data: NdArray) => Float64Array = ({ data }) => data;
  assert.is(unknown(x), x.data);
});

test("a stride of 0 repeats one element", () => {
  assert.equal(toNested(new NdArray(range(3).data, [2, 2], [0, 1], 1)), [[1, 2], [1, 2]]);
});

test("a view that would leave its data is refused, at either end", () => {
  const { data } = range(6);
  refuses(() => new NdArray(data, [2, 3], [3, 1], 1), "[2, 3]", "[3, 1]", "offset 1", "6 elements");
  refuses(() => new NdArray(data, [2, 3], [3, -1], 1), "[2, 3]", "[3, -1]", "offset 1", "6 elements");
  refuses(() => new NdArray(data, [2, 3], [3]), "[2, 3]", "2 strides");
  refuses(() => new NdArray(data, [2, -3]), "[2, -3]");
});

test("strides and an offset that are not whole are refused, even where there is no element", () => {
  const { data } = range(6);
  refuses(() => new NdArray(data, [2], [1.5]), "strides [1.5]", "whole");
  refuses(() => new NdArray(data, [2], [NaN]), "strides [NaN]", "whole");
  refuses(() => new NdArray(data, [2], [1], 0.5), "offset 0.5", "whole");
  refuses(() => new NdArray(data, [2], [1], NaN), "offset NaN", "whole");
  refuses(() => new NdArray(data, [0], [0.5]), "strides [0.5]", "whole");
});

test("a view without elements reaches nowhere, so that it never leaves its data", () => {
  assert.equal(elementsOf(new NdArray(range(2).data, [3, 0], [9, -9], 5)), []);
});

test("an index that is missing, out of range or not whole is refused with the shape", () => {
  const matrix = zeros([2, 3]);
  for (const index of [[0], [0, 0, 0], [2, 0], [0, 3], [-1, 0], [0, 0.5], [0, NaN]]) {
    refuses(() => matrix.get(...index), `[${index.join(", ")}]`, "[2, 3]");
  }
});

test("only an array of one element is a number", () => {
  assert.is(scalar(3).item(), 3);
  assert.is(new NdArray(range(9).data, [1, 1], [40, 40], 4).item(), 4);
  refuses(() => zeros([2]).item(), "[2]");
  refuses(() => zeros([0]).item(), "[0]");
});

test("an array is contiguous when its elements follow one another in memory", () => {
  fc.assert(
    fc.property(anyView(), (view) => {
      const expected = contiguousStrides(view.shape);
      const places = (strides: readonly number[]): string =>
        indicesOf(view.shape).map((index) => index.reduce((at, i, axis) => at + i * strides[axis], 0)).join();
      assert.is(view.isContiguous, places(view.strides) === places(expected));
    }),
  );
});

test("arrays are equal when dtype, shape and every element are, whatever their strides", () => {
  fc.assert(
    fc.property(viewsOfOneShape, ([a, b]) => {
      const same = a.dtype === b.dtype && elementsOf(a).every((value, i) => Object.is(value, elementsOf(b)[i]));
      assert.is(equals(a, b), same);
      assert.ok(equals(a, copy(a)));
    }),
  );
  assert.not(equals(zeros([2, 3]), zeros([3, 2])));
  assert.not(equals(zeros([1]), zeros([1], "float32")));
});

test("NaN equals NaN, and 0 does not equal -0", () => {
  assert.ok(equals(scalar(NaN), scalar(NaN)));
  assert.not(equals(scalar(0), scalar(-0)));
});

test("a mixture of dtypes is named with the operation and both of them", () => {
  const error = mixedDTypes("add", "float32", "float64");
  assert.instance(error, DTypeError);
  assert.match(error.message, /^add: .*float32 and float64/);
});

test("random views have the shape, dtype and storage asked for, and now and then each kind of stride", () => {
  const seen = { negative: false, zero: false, gap: false, turned: false, offset: false, empty: false, shared: false };
  for (const view of fc.sample(anyView(), { numRuns: 300, seed: 1 })) {
    const long = view.strides.filter((_, axis) => view.shape[axis] > 1);
    if (view.size === 0) seen.empty = true;
    else {
      seen.negative ||= long.some((stride) => stride < 0);
      seen.zero ||= long.includes(0);
      seen.gap ||= long.length > 0 && long.every((stride) => Math.abs(stride) > 1);
      seen.turned ||= long.some((stride, i) => i > 0 && Math.abs(stride) > Math.abs(long[i - 1]));
      seen.offset ||= view.offset > 0;
    }
    seen.shared ||= view.data.buffer instanceof SharedArrayBuffer;
  }
  assert.equal(Object.entries(seen).filter(([, met]) => !met), []);
  for (const view of fc.sample(anyView({ shape: [2, 3], dtype: "float32", shared: false, element: fc.constant(0.5) }), 20)) {
    assert.ok(sameShape(view.shape, [2, 3]) && view.dtype === "float32" && view.data.buffer instanceof ArrayBuffer);
    assert.equal(elementsOf(view), new Array(6).fill(0.5));
  }
});

test("an array keeps its own lists of extents and strides, whatever becomes of the caller's", () => {
  const [shape, strides] = [[2, 3], [1, 2]];
  const view = new NdArray(range(6).data, shape, strides);
  const before = toNested(view);
  shape[0] = 9;
  strides.fill(0);
  assert.equal(toNested(view), before);
});

test("an array in a JavaScript expression is refused in one sentence that says what to do", () => {
  const x = array([1]);
  for (const expression of [() => 2 * untyped(x), () => untyped(x) > 0, () => `${untyped(x)}`, () => Math.sin(untyped(x))]) {
    assert.throws(expression, (error: unknown) => error instanceof TypeError && /get\(\) or item\(\)/.test(error.message));
  }
});

test.run();
