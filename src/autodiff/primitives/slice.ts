import { describeShape, ShapeError } from "../../ndarray/errors.js";
import { assign, NdArray } from "../../ndarray/ndarray.js";
import { normalizeAxis, sizeOf, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import { Variable } from "../tape.js";
import { checkRecorded, linear } from "./linear.js";
import { reshape } from "./reshape.js";

type Region = { readonly starts: readonly number[]; readonly steps: readonly number[]; readonly shape: Shape };

export const slicePrimitive: Primitive<Region> = linear<Region>({
  name: "slice",
  infer: ({ dtype }, { shape }) => ({ shape, dtype }),
  kernel: { kind: "view", view: region },
  transpose: (cotangent, input, { starts, steps }) => record(padPrimitive, [cotangent], { starts, steps, shape: input.shape }),
});

/** The transpose of slice: zeros, with the input at the places that the slice took. */
export const padPrimitive: Primitive<Region> = linear<Region>({
  name: "pad",
  infer: ({ dtype }, { shape }) => ({ shape, dtype }),
  kernel: {
    kind: "array",
    run: (output, [input], { starts, steps }) => assign(region(output, { starts, steps, shape: input.shape }), input),
  },
  transpose: (cotangent, input, { starts, steps }) => record(slicePrimitive, [cotangent], { starts, steps, shape: input.shape }),
});

function region(source: NdArray, { starts, steps, shape }: Region): NdArray {
  const strides = source.strides.map((stride, axis) => stride * steps[axis]);
  const offset = sizeOf(shape) === 0 ? 0 : starts.reduce((at, start, axis) => at + start * source.strides[axis], source.offset);
  return new NdArray(source.data, shape, strides, offset);
}

/**
 * A part of an array: along each axis an index (the axis goes), or start, stop and step.
 * @throws ShapeError when an index is out of range or there are more slices than axes
 */
export function slice(x: Variable, ...slices: views.AxisSlice[]): Variable {
  checkRecorded("slice", x);
  if (slices.length > x.shape.length) throw new ShapeError(`${slices.length} slices for an array of shape ${describeShape(x.shape)}`);
  const resolved = x.shape.map((extent, axis) => {
    const wanted = slices[axis] ?? {};
    if (typeof wanted !== "number") return views.resolveSlice(wanted, extent);
    const start = wanted < 0 ? wanted + extent : wanted;
    if (!Number.isInteger(start) || start < 0 || start >= extent) {
      throw new ShapeError(`index ${wanted} is not inside of axis ${axis} of shape ${describeShape(x.shape)}`);
    }
    return { start, step: 1, extent: 1 };
  });
  const part = record(slicePrimitive, [x], {
    starts: resolved.map(({ start }) => start),
    steps: resolved.map(({ step }) => step),
    shape: resolved.map(({ extent }) => extent),
  });
  return reshape(part, part.shape.filter((_, axis) => typeof slices[axis] !== "number"));
}

/** Backwards along one axis. */
export function flip(x: Variable, axis: number): Variable {
  checkRecorded("flip", x);
  const flipped = normalizeAxis(axis, x.shape);
  return slice(x, ...x.shape.map((_, i) => (i === flipped ? { step: -1 } : {})));
}

/** Zeros of a shape, with x from a place along an axis on. */
export function padded(x: Variable, shape: Shape, axis: number, start: number): Variable {
  const starts = shape.map((_, i) => (i === axis ? start : 0));
  return record(padPrimitive, [x], { starts, steps: shape.map(() => 1), shape });
}
