import { describeShape, DTypeError, ShapeError } from "../../ndarray/errors.js";
import { forEachRun, NdArray } from "../../ndarray/ndarray.js";
import { sameShape } from "../../ndarray/shape.js";
import { record, type Primitive } from "../primitive.js";
import { Variable, type Typed } from "../tape.js";
import { accumulate } from "./accumulate.js";
import type { To } from "./linear.js";

export const gatherPrimitive: Primitive<Record<string, never>> = {
  name: "gather",
  masks: "moved",
  kernel: {
    kind: "array",
    run(output, [source, indices]) {
      const values = source.data;
      forEachRun([output, indices], (count, [o, i], [dOut, dIn]) => {
        for (let n = 0; n < count; n++, o += dOut, i += dIn) {
          output.data[o] = values[source.offset + inside("gather", indices.data[i], source) * source.strides[0]];
        }
      });
    },
  },
  infer([source, indices]) {
    if (source.shape.length !== 1) {
      throw new ShapeError(`gather reads from an array of one axis, not of shape ${describeShape(source.shape)}`);
    }
    checkIndices("gather", indices);
    return { shape: indices.shape, dtype: source.dtype };
  },
  vjp: (index, cotangent, { inputs: [source, indices] }) =>
    index === 0 ? record(scatterAddPrimitive, [cotangent, indices], { shape: source.shape }) : undefined,
  jvp: (index, tangent, { inputs: [, indices] }) => (index === 0 ? gather(tangent, indices) : undefined),
};

/** The transpose of gather: zeros, to which every number is added at its index. */
export const scatterAddPrimitive: Primitive<To> = {
  name: "scatterAdd",
  masks: "moved",
  kernel: {
    kind: "array",
    run(output, [source, indices]) {
      accumulate(output, (sums) => {
        forEachRun([source, indices], (count, [s, i], [dSource, dIndex]) => {
          for (let n = 0; n < count; n++, s += dSource, i += dIndex) {
            sums.data[sums.offset + inside("scatterAdd", indices.data[i], sums) * sums.strides[0]] += source.data[s];
          }
        });
      });
    },
  },
  infer([source, indices], { shape }) {
    checkIndices("scatterAdd", indices);
    if (!sameShape(source.shape, indices.shape)) {
      throw new ShapeError(`scatterAdd: ${describeShape(source.shape)} numbers for ${describeShape(indices.shape)} indices`);
    }
    return { shape, dtype: source.dtype };
  },
  vjp: (index, cotangent, { inputs: [, indices] }) => (index === 0 ? gather(cotangent, indices) : undefined),
  jvp: (index, tangent, { inputs: [, indices], attributes }) =>
    index === 0 ? record(scatterAddPrimitive, [tangent, indices], attributes) : undefined,
};

/** The index, if the array of one axis has such an element; else throws ShapeError. */
function inside(operation: string, index: number, { shape: [extent] }: NdArray): number {
  if (index >= 0 && index < extent) return index;
  throw new ShapeError(`${operation}: index ${index} is not one of the ${extent} elements 0 to ${extent - 1}; bring indices into this range first`);
}

function checkIndices(operation: string, indices: Typed): void {
  if (indices.dtype !== "int32") throw new DTypeError(`${operation} needs int32 indices, not ${indices.dtype}`);
}

/**
 * The elements of x, shape [n], at int32 indices of any shape.
 * @throws ShapeError when x has another rank or, when it is run, an index is not within 0..n-1; DTypeError when the indices are not
 *   int32
 */
export function gather(x: Variable, indices: Variable | NdArray): Variable;
export function gather(x: Variable | NdArray, indices: Variable): Variable;
export function gather(x: Variable | NdArray, indices: Variable | NdArray): Variable {
  return record(gatherPrimitive, [x, indices], {});
}
