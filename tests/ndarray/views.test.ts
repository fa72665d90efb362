import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, equals, fromData, NdArray, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { broadcastTo, flip, reshape, resolveSlice, slice, transpose, type AxisSlice } from "../../src/ndarray/views.js";
import { anyBroadcast, anyPermutation, anyReshape, anySlices, anyView, elementsOf, indicesOf } from "../arbitraries.js";
import { refuses } from "./refusal.js";

const matrix = array([[0, 1, 2], [3, 4, 5]]);

/** The indices that a slice takes of an axis, one by one, as Python's range over the clamped bounds has them. */
function taken(wanted: AxisSlice, extent: number): number[] {
  if (typeof wanted === "number") return [wanted < 0 ? wanted + extent : wanted];
  const { step = 1, start = step > 0 ? 0 : extent - 1, stop } = wanted;
  const fromFront = (index: number): number => (index < 0 ? index + extent : index);
  const result: number[] = [];
  const end = stop === undefined ? (step > 0 ? extent : -1) : Math.max(fromFront(stop), -1);
  const clamped = step > 0 ? Math.max(fromFront(start), 0) : Math.min(fromFront(start), extent - 1);
  for (let i = clamped; step > 0 ? i < end && i < extent : i > end && i >= 0; i += step) result.push(i);
  return result;
}

test("a slice takes the elements that Python would take", () => {
  assert.equal(toNested(slice(matrix, 1)), [3, 4, 5]);
  assert.equal(toNested(slice(matrix, {}, -1)), [2, 5]);
  assert.equal(toNested(slice(matrix, { step: -1 }, { start: 1 })), [[4, 5], [1, 2]]);
  assert.equal(toNested(slice(matrix, {}, { start: -1, stop: -9, step: -2 })), [[2, 0], [5, 3]]);
  assert.equal(slice(matrix, { start: 2 }).shape, [0, 3]);
  assert.equal(resolveSlice({ start: -2, step: -1 }, 5), { start: 3, step: -1, extent: 4 });
});

test("a slice of any view has the elements of a slice done by hand, in the same memory", () => {
  const cases = anyView().chain((view) => anySlices(view.shape).map((slices) => ({ view, slices })));
  fc.assert(
    fc.property(cases, ({ view, slices }) => {
      const part = slice(view, ...slices);
      const indices = view.shape.map((extent, axis) => taken(slices[axis] ?? {}, extent));
      const kept = indices.filter((_, axis) => typeof slices[axis] !== "number");
      assert.is(part.data, view.data);
      assert.equal(part.shape, kept.map(({ length }) => length));
      const byHand = indicesOf(indices.map(({ length }) => length)).map((at) => view.get(...at.map((i, axis) => indices[axis][i])));
      assert.equal(elementsOf(part), byHand);
    }),
    { numRuns: 300 },
  );
});

test("a slice that cannot be taken is refused", () => {
  refuses(() => slice(matrix, 2), "index 2", "axis 0", "[2, 3]");
  refuses(() => slice(matrix, {}, -4), "index -4", "axis 1", "[2, 3]");
  refuses(() => slice(matrix, 0, 0, 0), "3 slices", "[2, 3]");
  refuses(() => slice(matrix, { step: 0 }), "not 0");
  refuses(() => slice(matrix, { step: 0.5 }), "not 0.5");
  refuses(() => slice(matrix, { start: 0.5 }), "not at 0.5");
  refuses(() => slice(matrix, { stop: NaN }), "not at NaN");
});

test("a transposed array has its axes in the order asked for, in the same memory", () => {
  const cases = anyView().chain((view) => anyPermutation(view.rank).map((axes) => ({ view, axes })));
  fc.assert(
    fc.property(cases, ({ view, axes }) => {
      const turned = transpose(view, axes);
      assert.is(turned.data, view.data);
      assert.equal(turned.shape, axes.map((axis) => view.shape[axis]));
      for (const index of indicesOf(view.shape)) {
        assert.is(turned.get(...axes.map((axis) => index[axis])), view.get(...index));
      }
    }),
  );
});

test("transposition without axes reverses them, and twice it is the identity", () => {
  assert.equal(toNested(transpose(matrix)), [[0, 3], [1, 4], [2, 5]]);
  fc.assert(
    fc.property(anyView(), (view) => {
      const reversed = view.shape.map((_, axis) => -1 - axis);
      assert.ok(equals(transpose(view), transpose(view, reversed)));
      assert.equal(transpose(transpose(view)), view);
    }),
  );
});

test("axes that are not a permutation are refused with the shape", () => {
  refuses(() => transpose(matrix, [0, 0]), "[0, 0]", "[2, 3]");
  refuses(() => transpose(matrix, [0]), "[0]", "[2, 3]");
  refuses(() => transpose(matrix, [0, 2]), "axis 2", "[2, 3]");
});

test("a flipped array runs backwards along one axis, in the same memory", () => {
  const cases = anyView().filter(({ rank }) => rank > 0).chain((view) => fc.nat(view.rank - 1).map((axis) => ({ view, axis })));
  fc.assert(
    fc.property(cases, ({ view, axis }) => {
      const flipped = flip(view, axis);
      assert.is(flipped.data, view.data);
      for (const index of indicesOf(view.shape)) {
        const mirrored = index.map((i, at) => (at === axis ? view.shape[axis] - 1 - i : i));
        assert.is(flipped.get(...mirrored), view.get(...index));
      }
      assert.ok(equals(flip(flip(view, axis), axis), view));
      assert.ok(equals(flip(view, axis - view.rank), flipped));
    }),
  );
  refuses(() => flip(matrix, 2), "axis 2", "[2, 3]");
});

test("an array that is broadcast repeats its elements, in the same memory", () => {
  const cases = anyBroadcast(2).chain(({ shapes: [shape], common }) => anyView({ shape }).map((view) => ({ view, common })));
  fc.assert(
    fc.property(cases, ({ view, common }) => {
      const stretched = broadcastTo(view, common);
      assert.is(stretched.data, view.data);
      assert.equal(stretched.shape, common);
      const added = common.length - view.rank;
      for (const index of indicesOf(common)) {
        assert.is(stretched.get(...index), view.get(...view.shape.map((extent, axis) => (extent === 1 ? 0 : index[axis + added]))));
      }
    }),
  );
});

test("an axis that repeats has stride 0", () => {
  assert.equal(broadcastTo(array([[1], [2]]), [3, 2, 4]).strides, [0, 1, 0]);
});

test("an array that cannot be broadcast is refused with both shapes", () => {
  refuses(() => broadcastTo(matrix, [3, 3]), "[2, 3]", "[3, 3]");
  refuses(() => broadcastTo(matrix, [3]), "[2, 3]", "[3]");
  refuses(() => broadcastTo(matrix, [2, 3, 1]), "[2, 3]", "[2, 3, 1]");
});

/** Whether strides exist over the view's memory that give its elements in order in another shape. */
function canStayInMemory(view: NdArray, shape: readonly number[]): boolean {
  const places = indicesOf(view.shape).map((index) => index.reduce((at, i, axis) => at + i * view.strides[axis], 0));
  const numbers = fromData(Int32Array.from(places), shape);
  const strides = shape.map((extent, axis) => (extent > 1 ? numbers.get(...shape.map((_, at) => (at === axis ? 1 : 0))) : 0));
  return indicesOf(shape).every((index) => numbers.get(...index) === index.reduce((at, i, axis) => at + i * strides[axis], 0));
}

const reshapes = anyView().chain((view) => anyReshape(view.shape).map((shape) => ({ view, shape })));

test("a reshaped array keeps the order of its elements, whatever the strides", () => {
  fc.assert(
    fc.property(reshapes, ({ view, shape }) => {
      const reshaped = reshape(view, shape);
      assert.equal(reshaped.shape, shape);
      assert.is(reshaped.dtype, view.dtype);
      assert.equal(elementsOf(reshaped), elementsOf(view));
    }),
    { numRuns: 300 },
  );
});

test("a reshaped array is a copy only where no strides would do", () => {
  fc.assert(
    fc.property(reshapes, ({ view, shape }) => {
      fc.pre(view.size > 0);
      assert.is(reshape(view, shape).data === view.data, canStayInMemory(view, shape));
    }),
    { numRuns: 300 },
  );
});

test("a contiguous array is reshaped in the same memory", () => {
  const lookedAt = slice(zeros([4, 6]), { start: 1, stop: 3 });
  const reshaped = reshape(lookedAt, [3, 1, 4]);
  assert.is(reshaped.data, lookedAt.data);
  assert.is(reshaped.offset, 6);
});

test("a transposed array that is reshaped keeps the order of the transposed one", () => {
  assert.equal(toNested(reshape(transpose(matrix), [6])), [0, 3, 1, 4, 2, 5]);
});

test("a shape of another size, or with an extent that is none, is refused", () => {
  refuses(() => reshape(matrix, [4, 2]), "[2, 3]", "[4, 2]");
  refuses(() => reshape(matrix, []), "[2, 3]", "[]");
  refuses(() => reshape(matrix, [-2, -3]), "[-2, -3]");
  refuses(() => reshape(reshape(matrix, [6]), [8, 0.75]), "[8, 0.75]");
});

test.run();
