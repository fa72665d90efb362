import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate, type DType } from "../../src/ndarray/dtype.js";
import { DTypeError, InputError, mixedDTypes } from "../../src/ndarray/errors.js";
import {
  array, assign, copy, equals, flatData, forEachRun, fromData, full, NdArray, scalar, toNested, zeros,
} from "../../src/ndarray/ndarray.js";
import { contiguousStrides, sameShape, sizeOf } from "../../src/ndarray/shape.js";
import { slice } from "../../src/ndarray/views.js";
import { anyDType, anyElement, anyShape, anyView, elementsOf, indicesOf } from "../arbitraries.js";
import { untyped } from "../untyped.js";
import { refuses, refusesAs } from "./refusal.js";
/** Two to four views of one shape. */
const viewsOfOneShape = anyShape().chain((shape) => fc.array(anyView({ shape }), { minLength: 2, maxLength: 4 }));

/** A view whose elements all stand in memory of their own. */
const viewWithoutRepeats = anyView().filter((view) => view.shape.every((extent, axis) => extent <= 1 || view.strides[axis] !== 0));

function range(length: number, dtype: DType = "float64"): NdArray {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = i;
  return fromData(data);
}

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

test("flat data holds the elements in order, in the array's own memory where it is contiguous", () => {
  fc.assert(
    fc.property(anyView(), (view) => {
      const flat = flatData(view);
      assert.equal(Array.from(flat), elementsOf(view));
      assert.is(flat.buffer === view.data.buffer, view.isContiguous);
    }),
  );
});

test("a copy has the same elements in memory of its own, in any dtype", () => {
  fc.assert(
    fc.property(anyView(), anyDType(), fc.boolean(), (view, dtype, shared) => {
      const copied = copy(view, dtype, { shared });
      assert.ok(copied.isContiguous);
      assert.is(copied.dtype, dtype);
      assert.is(copied.data.buffer instanceof SharedArrayBuffer, shared);
      assert.is.not(copied.data.buffer, view.data.buffer);
      assert.equal(copied.shape, view.shape);
      assert.equal(elementsOf(copied), elementsOf(view));
    }),
  );
});

test("a conversion rounds to float32 and truncates to int32", () => {
  assert.equal(toNested(copy(array([1 / 3, -2.75]), "float32")), [Math.fround(1 / 3), -2.75]);
  assert.equal(toNested(copy(array([1 / 3, -2.75]), "int32")), [0, -2]);
});

test("assignment writes every element of a view and nothing beside it", () => {
  const pairs = viewWithoutRepeats.chain((target) => anyView({ shape: target.shape }).map((source) => ({ target, source })));
  fc.assert(
    fc.property(pairs, ({ target, source }) => {
      const expected = Array.from(target.data);
      for (const index of indicesOf(target.shape)) {
        expected[index.reduce((at, i, axis) => at + i * target.strides[axis], target.offset)] = source.get(...index);
      }
      assign(target, source);
      assert.equal(Array.from(target.data), expected);
    }),
  );
});

test("assignment between two shapes is refused with both", () => {
  refuses(() => assign(zeros([2, 3]), zeros([3, 2])), "[2, 3]", "[3, 2]");
});

test("runs visit every element once, in order, in all arrays together", () => {
  fc.assert(
    fc.property(viewsOfOneShape, (views) => {
      const visited = views.map((): number[] => []);
      forEachRun(views, (count, starts, strides) => {
        for (let i = 0; i < count; i++) {
          views.forEach(({ data }, which) => visited[which].push(data[starts[which] + i * strides[which]]));
        }
      });
      assert.equal(visited, views.map(elementsOf));
    }),
  );
});

test("contiguous arrays are visited in one run, and rows with gaps in one run a row", () => {
  const runs = (...arrays: NdArray[]): number[] => {
    const counts: number[] = [];
    forEachRun(arrays, (count) => counts.push(count));
    return counts;
  };
  assert.equal(runs(zeros([2, 3, 4]), zeros([2, 3, 4])), [24]);
  assert.equal(runs(zeros([2, 3]), new NdArray(range(8).data, [2, 3], [4, 1])), [3, 3]);
  assert.equal(runs(zeros([3, 1, 2]), new NdArray(range(1).data, [3, 1, 2], [0, 0, 0])), [6]);
  assert.equal(runs(zeros([3, 1, 2]), new NdArray(range(6).data, [3, 1, 2], [2, 9, 1])), [6]);
  assert.equal(runs(zeros([])), [1]);
  assert.equal(runs(zeros([3, 0])), []);
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

test("assigning between views that share memory gives what assigning from a copy gives", () => {
  const extent = fc.integer({ min: 1, max: 4 });
  const layout = (shape: readonly number[]): fc.Arbitrary<readonly [strides: number[], offset: number]> =>
    fc.tuple(fc.constantFrom(...permuted(shape)), fc.integer({ min: 0, max: 9 }));
  const cases = fc.tuple(extent, extent).chain((shape) => fc.tuple(fc.constant(shape), layout(shape), layout(shape)));
  fc.assert(
    fc.property(cases, ([shape, to, from]) => {
      const [shared, apart] = [range(32), range(32)];
      const view = ({ data }: NdArray, [strides, offset]: readonly [number[], number]): NdArray => new NdArray(data, shape, strides, offset);
      assign(view(shared, to), view(shared, from));
      assign(view(apart, to), copy(view(apart, from)));
      assert.ok(equals(shared, apart));
    }),
    { seed: 5 },
  );
});

/** Strides of rows or columns one after another, with gaps or without. */
function permuted([rows, columns]: readonly number[]): number[][] {
  return [[columns, 1], [1, rows], [columns + 1, 1], [1, rows + 1]];
}

test("floats become int32 without their fraction, and never wrap around", () => {
  const x = array([1.9, -1.9, 3e9, -3e9, Infinity, -Infinity, NaN, 2 ** 31 - 1]);
  assert.equal(toNested(copy(x, "int32")), [1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1]);
});

test("an array in a JavaScript expression is refused in one sentence that says what to do", () => {
  const x = array([1]);
  for (const expression of [() => 2 * untyped(x), () => untyped(x) > 0, () => `${untyped(x)}`, () => Math.sin(untyped(x))]) {
    assert.throws(expression, (error: unknown) => error instanceof TypeError && /get\(\) or item\(\)/.test(error.message));
  }
});

test.run();
