import { isFloat } from "../../ndarray/dtype.js";
import { describe, describeShape, InputError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { assign, type NdArray } from "../../ndarray/ndarray.js";
import { normalizeAxis, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import { onOneTape, Variable, type Operand, type Typed } from "../tape.js";
import { padded, slice } from "./slice.js";
import { reshape } from "./reshape.js";

type Along = { readonly axis: number };

/** Where each part begins along the axis. */
function startsOf(parts: readonly Typed[], axis: number): number[] {
  let next = 0;
  return parts.map(({ shape }) => (next += shape[axis]) - shape[axis]);
}

const concatenatePrimitive: Primitive<Along> = {
  name: "concatenate",
  masks: "moved",
  infer(parts, { axis }) {
    const [first, ...rest] = parts;
    for (const { shape, dtype } of rest) {
      if (dtype !== first.dtype) throw mixedDTypes("concatenate", first.dtype, dtype);
      const fits = shape.length === first.shape.length && shape.every((extent, i) => i === axis || extent === first.shape[i]);
      if (!fits) throw new ShapeError(`concatenate: shapes ${describeShape(first.shape)} and ${describeShape(shape)} differ in more than axis ${axis}`);
    }
    const extent = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
    return { shape: first.shape.map((each, i) => (i === axis ? extent : each)), dtype: first.dtype };
  },
  kernel: {
    kind: "array",
    run(output, parts, { axis }) {
      const starts = startsOf(parts, axis);
      parts.forEach((part, i) => assign(views.slice(output, ...partOf(part.shape, axis, starts[i])), part));
    },
  },
  vjp(index, cotangent, { inputs, attributes: { axis } }) {
    if (!isFloat(cotangent.dtype)) return undefined;
    return slice(cotangent, ...partOf(inputs[index].shape, axis, startsOf(inputs, axis)[index]));
  },
  jvp: (index, tangent, { inputs, output, attributes: { axis } }) => padded(tangent, output.shape, axis, startsOf(inputs, axis)[index]),
};

function partOf(shape: Shape, axis: number, start: number): views.AxisSlice[] {
  return shape.map((extent, i) => (i === axis ? { start, stop: start + extent } : {}));
}

/**
 * Arrays one after another along an axis.
 * @param parts recorded values and arrays, of one dtype and, but for the axis, one shape
 * @throws InputError when there is none, or one is a number; ShapeError, DTypeError when they do not fit
 */
export function concatenate(parts: readonly (Variable | NdArray)[], axis = 0): Variable {
  const operands = joined("concatenate", parts);
  return record(concatenatePrimitive, operands, { axis: normalizeAxis(axis, operands[0].shape) });
}

/**
 * Arrays of one shape side by side along a new axis.
 * @param parts recorded values, arrays and numbers, of one dtype and shape
 * @param axis of the result
 * @throws InputError when there is none; ShapeError, DTypeError when they do not fit
 */
export function stack(parts: readonly Operand[], axis = 0): Variable {
  const operands = joined("stack", parts);
  const [{ shape }] = operands;
  const at = normalizeAxis(axis, [...shape, 1]);
  for (const other of operands) {
    if (describeShape(other.shape) !== describeShape(shape)) {
      throw new ShapeError(`stack: shapes ${describeShape(shape)} and ${describeShape(other.shape)} are not the same`);
    }
  }
  return concatenate(operands.map((part) => reshape(part, [...shape.slice(0, at), 1, ...shape.slice(at)])), at);
}

function joined(operation: string, parts: readonly Operand[]): Variable[] {
  if (!Array.isArray(parts)) throw new InputError(`${operation} takes a list of arrays, not ${describe(parts)}`);
  if (parts.length === 0) throw new InputError(`${operation} needs at least one array`);
  return onOneTape(operation, parts);
}

export const joiningPrimitives = { concatenate: concatenatePrimitive };
