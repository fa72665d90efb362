/** Random shapes, views and slices for property tests. */
import * as fc from "fast-check";
import { allocate, type DType } from "../src/ndarray/dtype.js";
import { NdArray } from "../src/ndarray/ndarray.js";
import { sizeOf, type Shape } from "../src/ndarray/shape.js";
import type { AxisSlice } from "../src/ndarray/views.js";

export interface ShapeOptions {
  readonly minRank?: number;
  readonly maxRank?: number;
  readonly minExtent?: number;
  readonly maxExtent?: number;
}

/** Few axes of few elements; axes of one element and of none are as frequent as any. */
export function anyShape({ minRank = 0, maxRank = 4, minExtent = 0, maxExtent = 3 }: ShapeOptions = {}): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: minExtent, max: maxExtent }), { minLength: minRank, maxLength: maxRank });
}

export function anyDType(): fc.Arbitrary<DType> {
  return fc.constantFrom("float32", "float64", "int32");
}

/** Numbers that every dtype holds without rounding. */
export function anyElement(): fc.Arbitrary<number> {
  return fc.integer({ min: -1000, max: 1000 });
}

export interface ViewOptions {
  /** drawn anew for every view when it is not given */
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** in a SharedArrayBuffer or not */
  readonly shared?: boolean;
  /** values, before they are rounded to the dtype */
  readonly element?: fc.Arbitrary<number>;
}

/** A view with gaps between its elements, strides that are positive, negative or zero, axes in any order, and an offset. */
export function anyView({ shape, dtype, shared, element = anyElement() }: ViewOptions = {}): fc.Arbitrary<NdArray> {
  return fc
    .record({
      shape: shape === undefined ? anyShape() : fc.constant(shape),
      dtype: dtype === undefined ? anyDType() : fc.constant(dtype),
      shared: shared === undefined ? fc.boolean() : fc.constant(shared),
    })
    .chain((drawn) =>
      fc
        .record({
          layout: anyLayout(drawn.shape),
          tail: fc.integer({ min: 0, max: 2 }),
        })
        .chain(({ layout, tail }) =>
          fc.array(element, { minLength: layout.length + tail, maxLength: layout.length + tail }).map((values) => {
            const data = allocate(drawn.dtype, values.length, drawn.shared);
            data.set(values);
            return new NdArray(data, drawn.shape, layout.strides, layout.offset);
          }),
        ),
    );
}

interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
  /** number of elements up to the last one that the view reaches */
  readonly length: number;
}

function anyLayout(shape: Shape): fc.Arbitrary<Layout> {
  const axis = fc.record({
    direction: fc.constantFrom(1, 1, -1, 0),
    gap: fc.constantFrom(1, 1, 2),
    idleStride: fc.integer({ min: -5, max: 5 }),
  });
  return fc
    .record({
      axes: fc.array(axis, { minLength: shape.length, maxLength: shape.length }),
      fastestFirst: fc.oneof(fc.constant(shape.map((_, i) => shape.length - 1 - i)), anyPermutation(shape.length)),
      offset: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ axes, fastestFirst, offset }) => {
      if (sizeOf(shape) === 0) return { strides: axes.map(({ idleStride }) => idleStride), offset, length: 0 };
      const strides = new Array<number>(shape.length);
      let start = offset;
      let length = 1;
      for (const i of fastestFirst) {
        const { direction, gap, idleStride } = axes[i];
        const extent = shape[i];
        strides[i] = extent === 1 ? idleStride : direction * gap * length;
        if (extent === 1 || direction === 0) continue;
        if (direction < 0) start -= strides[i] * (extent - 1);
        length *= gap * extent;
      }
      return { strides, offset: start, length: length + offset };
    });
}

/** The whole numbers from 0 to length - 1 in any order. */
export function anyPermutation(length: number): fc.Arbitrary<number[]> {
  const inOrder = Array.from({ length }, (_, i) => i);
  return fc.shuffledSubarray(inOrder, { minLength: length, maxLength: length });
}

/** One slice or index for each axis of a shape, and sometimes for its first axes only. */
export function anySlices(shape: Shape): fc.Arbitrary<AxisSlice[]> {
  const bound = (extent: number): fc.Arbitrary<number> => fc.integer({ min: -extent - 2, max: extent + 2 });
  const slices = shape.map((extent): fc.Arbitrary<AxisSlice> => {
    const range = fc.record(
      { start: bound(extent), stop: bound(extent), step: fc.constantFrom(1, 2, 3, -1, -2, -3) },
      { requiredKeys: [] },
    );
    return extent === 0 ? range : fc.oneof(range, fc.integer({ min: -extent, max: extent - 1 }));
  });
  return fc.integer({ min: 0, max: shape.length }).chain((count) => fc.tuple(...slices.slice(0, count)));
}

/** Another shape of as many elements. */
export function anyReshape(shape: Shape): fc.Arbitrary<number[]> {
  const size = sizeOf(shape);
  const factors: number[] = [];
  let rest = size;
  for (let factor = 2; rest > 1; ) {
    if (rest % factor === 0) {
      factors.push(factor);
      rest /= factor;
    } else factor++;
  }
  if (size === 0) factors.push(0);
  return fc
    .tuple(anyPermutation(factors.length), fc.integer({ min: size === 1 ? 0 : 1, max: 4 }))
    .chain(([order, rank]) =>
      fc.array(fc.nat({ max: Math.max(rank - 1, 0) }), { minLength: factors.length, maxLength: factors.length }).map((axes) => {
        const result = new Array<number>(rank).fill(1);
        axes.forEach((axis, i) => (result[axis] *= factors[order[i]]));
        return result;
      }),
    );
}

/** Shapes that broadcast together, and the shape that they broadcast to. */
export function anyBroadcast(count: number): fc.Arbitrary<{ readonly shapes: readonly number[][]; readonly common: number[] }> {
  return anyShape().chain((shape) =>
    fc
      .array(
        fc.record({
          rank: fc.integer({ min: 0, max: shape.length }),
          stretched: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        }),
        { minLength: count, maxLength: count },
      )
      .map((operands) => {
        const shapes = operands.map(({ rank, stretched }) =>
          shape.map((extent, axis) => (stretched[axis] ? 1 : extent)).slice(shape.length - rank),
        );
        const rank = Math.max(0, ...shapes.map((operand) => operand.length));
        const common = Array.from({ length: rank }, (_, i) => {
          const axis = shape.length - rank + i;
          const here = shapes.map((operand) => operand[axis - shape.length + operand.length] ?? 1);
          return here.every((extent) => extent === 1) ? 1 : shape[axis];
        });
        return { shapes, common };
      }),
  );
}

/** The indices of every element of a shape, last axis fastest. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (before, extent) => before.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The elements in order, read one by one. */
export function elementsOf(view: NdArray): number[] {
  return indicesOf(view.shape).map((index) => view.get(...index));
}
