/** How property tests draw the inputs of a function that is differentiated. */
import * as fc from "fast-check";
import { allocate, type DType } from "../../src/ndarray/dtype.js";
import { NdArray, zeros } from "../../src/ndarray/ndarray.js";
import { contiguousStrides, sizeOf, type Shape } from "../../src/ndarray/shape.js";
import { anyShape, anyView, indicesOf, type ShapeOptions } from "../arbitraries.js";

/** How an array lies in memory; "empty" is contiguous, without elements where its shape may be chosen. */
export const layouts = ["contiguous", "every second", "backwards", "repeated", "offset", "empty", "any"] as const;
export type Layout = (typeof layouts)[number];

/** What a primitive's case draws its inputs with. */
export interface Draw {
  readonly dtype: DType;
  /** a shape of few elements, or of none when that is what is asked for */
  shape(options?: ShapeOptions): fc.Arbitrary<number[]>;
  /** of the layout and dtype that are asked for */
  view(shape: Shape, element: fc.Arbitrary<number>): fc.Arbitrary<NdArray>;
  /** of the layout that is asked for, holding whole numbers from 0 to below */
  indices(shape: Shape, below: number): fc.Arbitrary<NdArray>;
  /** the first, where derivatives are compared with differences; elsewhere the second, kinks included */
  number(smooth: fc.Arbitrary<number>, anywhere: fc.Arbitrary<number>): fc.Arbitrary<number>;
}

export function draw(dtype: DType, layout: Layout, purpose: "value" | "derivative"): Draw {
  const view = (shape: Shape, element: fc.Arbitrary<number>, of: DType): fc.Arbitrary<NdArray> =>
    layout === "any" ? anyView({ shape, dtype: of, element }) : laidOut(shape, element, of, layout);
  return {
    dtype,
    shape(options = {}) {
      const shapes = anyShape({ minExtent: 1, maxRank: 3, ...options });
      if (layout !== "empty") return shapes;
      return fc.tuple(shapes, fc.nat()).map(([shape, at]) => {
        return shape.length === 0 ? [0] : shape.map((extent, axis) => (axis === at % shape.length ? 0 : extent));
      });
    },
    view: (shape, element) => view(shape, element, dtype),
    indices: (shape, below) => view(shape, fc.nat({ max: below - 1 }), "int32"),
    number: (smooth, anywhere) => (purpose === "derivative" ? smooth : anywhere),
  };
}

function laidOut(shape: Shape, element: fc.Arbitrary<number>, dtype: DType, layout: Exclude<Layout, "any">): fc.Arbitrary<NdArray> {
  const spread = layout === "every second" ? 2 : 1;
  const plain = contiguousStrides(shape).map((stride) => spread * stride);
  const strides = plain.map((stride, axis) => (layout === "backwards" ? -stride : layout === "repeated" && axis === 0 ? 0 : stride));
  const length = spread * sizeOf(shape) + 5;
  const start = layout === "backwards" ? Math.max(0, sizeOf(shape) - 1) : layout === "offset" ? 3 : 0;
  return fc.array(element, { minLength: length, maxLength: length }).map((values) => {
    const data = allocate(dtype, length);
    data.set(values);
    return new NdArray(data, shape, strides, start);
  });
}

/** Numbers with three decimals. */
export function between(low: number, high: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.ceil(low * 1000), max: Math.floor(high * 1000) }).map((thousandths) => thousandths / 1000);
}

/** An array whose elements are a function of their indices. */
export function tabulate(shape: Shape, f: (...index: number[]) => number): NdArray {
  const result = zeros(shape);
  indicesOf(shape).forEach((index, i) => (result.data[i] = f(...index)));
  return result;
}

/** The element of an array that stands beside an index of the shape which it broadcasts to. */
export function broadcastGet(view: NdArray, index: readonly number[]): number {
  return view.get(...view.shape.map((extent, axis) => (extent === 1 ? 0 : index[axis + index.length - view.rank])));
}
