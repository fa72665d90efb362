import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, assign, copy, equals, flatData, forEachRun, NdArray, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { anyDType, anyView, elementsOf, indicesOf } from "../arbitraries.js";
import { range, viewsOfOneShape, viewWithoutRepeats } from "./draws.js";
import { refuses } from "./refusal.js";

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

test.run();
