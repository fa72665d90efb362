import { describeShape, ShapeError } from "../../ndarray/errors.js";
import { normalizeAxis, sameShape, sizeOf, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import { Variable } from "../tape.js";
import { checkRecorded, linear, type Axes, type To } from "./linear.js";

export const reshapePrimitive: Primitive<To> = linear<To>({
  name: "reshape",
  infer({ shape: from, dtype }, { shape }) {
    if (sizeOf(from) !== sizeOf(shape)) {
      throw new ShapeError(`shape ${describeShape(from)} cannot be reshaped to ${describeShape(shape)}`);
    }
    return { shape, dtype };
  },
  kernel: { kind: "view", view: (input, { shape }) => views.reshape(input, shape) },
  transpose: (cotangent, input) => reshape(cotangent, input.shape),
});

/**
 * The same elements in the same order in another shape.
 * @throws ShapeError when the number of elements differs
 */
export function reshape(x: Variable, shape: Shape): Variable {
  checkRecorded("reshape", x);
  return sameShape(x.shape, shape) ? x : record(reshapePrimitive, [x], { shape });
}

export const transposePrimitive: Primitive<Axes> = linear<Axes>({
  name: "transpose",
  infer({ shape, dtype }, { axes }) {
    if (axes.length !== shape.length || new Set(axes).size !== shape.length) {
      throw new ShapeError(`axes ${describeShape(axes)} are not a permutation of those of shape ${describeShape(shape)}`);
    }
    return { shape: axes.map((axis) => shape[axis]), dtype };
  },
  kernel: { kind: "view", view: (input, { axes }) => views.transpose(input, axes) },
  transpose: (cotangent, _input, { axes }) => transpose(cotangent, axes.map((_, axis) => axes.indexOf(axis))),
});

/**
 * The axes in another order; reversed when none is given.
 * @throws ShapeError when `axes` is not a permutation
 */
export function transpose(x: Variable, axes?: readonly number[]): Variable {
  checkRecorded("transpose", x);
  const order = axes?.map((axis) => normalizeAxis(axis, x.shape)) ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  return record(transposePrimitive, [x], { axes: order });
}
