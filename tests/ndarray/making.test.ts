import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate } from "../../src/ndarray/dtype.js";
import { DTypeError, InputError } from "../../src/ndarray/errors.js";
import { array, fromData, full, scalar, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { sizeOf } from "../../src/ndarray/shape.js";
import { anyDType, anyElement, anyShape, anyView, elementsOf } from "../arbitraries.js";
import { untyped } from "../untyped.js";
import { refuses, refusesAs } from "./refusal.js";

test("an array that is made is zeroed or filled, and contiguous", () => {
  fc.assert(
    fc.property(anyShape(), anyDType(), anyElement(), fc.boolean(), (shape, dtype, value, shared) => {
      const cases = [
        { made: zeros(shape, dtype, { shared }), expected: 0 },
        { made: full(shape, value, dtype, { shared }), expected: value },
      ];
      for (const { made, expected } of cases) {
        assert.equal(made.shape, shape);
        assert.is(made.dtype, dtype);
        assert.ok(made.isContiguous);
        assert.is(made.data.buffer instanceof SharedArrayBuffer, shared);
        assert.equal(elementsOf(made), new Array<number>(sizeOf(shape)).fill(expected));
      }
    }),
  );
});

test("an array is float64 unless it is asked to be something else", () => {
  assert.equal([zeros([1]), full([1], 2), scalar(1), array([1])].map(({ dtype }) => dtype), new Array(4).fill("float64"));
});

test("nested lists become an array and come back, when no axis is empty", () => {
  fc.assert(
    fc.property(anyView(), (view) => {
      fc.pre(view.size > 0);
      const again = array(toNested(view), view.dtype);
      assert.equal(again.shape, view.shape);
      assert.equal(toNested(again), toNested(view));
    }),
  );
});

test("nested lists that are ragged are refused", () => {
  refuses(() => array([[1, 2], [3]]), "2 and 1");
  refuses(() => array([[], [3]]), "0 and 1");
  refuses(() => array([[1], 2]), "depth");
  refuses(() => array([1, [2]]), "depth");
  assert.equal(array([[], []]).shape, [2, 0]);
});

test("typed memory stands for the list of its numbers, and is copied", () => {
  const data = Float32Array.of(1.5, 2);
  const copied = array(data);
  assert.equal([copied.dtype, toNested(copied)], ["float64", [1.5, 2]]);
  assert.is.not(copied.data.buffer, data.buffer);
});

test("what is not made of numbers is refused and named", () => {
  const odd: readonly [found: unknown, named: string][] = [
    ["1", 'the string "1"'], [undefined, "undefined"], [null, "null"], [true, "the boolean true"], [1n, "the bigint 1"],
    [{}, "a plain object"], [zeros([1]), "an NdArray"], [new Map(), "a Map"], [Math.sin, "a function"],
  ];
  for (const [found, named] of odd) {
    for (const values of [found, [found], [1, found]]) {
      refusesAs(InputError, () => array(untyped(values)), "numbers in nested lists", `not of ${named}`);
    }
  }
});

test("a number that int32 cannot hold is refused, not cut", () => {
  for (const number of [1.5, 3e9, -(2 ** 31) - 1, NaN, Infinity]) {
    for (const make of [() => array([[number]], "int32"), () => full([2], number, "int32"), () => scalar(number, "int32")]) {
      refusesAs(DTypeError, make, `${number} is not a whole number of 32 bits`, "int32");
    }
  }
  assert.equal(toNested(array([2 ** 31 - 1, -(2 ** 31), -0], "int32")), [2147483647, -2147483648, 0]);
});

test("typed memory becomes an array without a copy", () => {
  const data = allocate("int32", 6);
  assert.is(fromData(data, [2, 3]).data, data);
  assert.equal(fromData(data).shape, [6]);
  refuses(() => fromData(data, [2, 2]), "6 elements", "[2, 2]");
});

test("memory that is not of one of the dtypes is refused and named", () => {
  refusesAs(DTypeError, () => fromData(untyped(new Uint8Array(3))), "Int32Array", "not in a Uint8Array");
  refusesAs(DTypeError, () => fromData(untyped([1.5, 2])), "not in a list");
});

test.run();
