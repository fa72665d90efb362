/** The linear primitives that move, repeat and add up numbers. The derivative of each is itself, its transpose another. */
import { isFloat, type DType } from "../../ndarray/dtype.js";
import { describe, describeShape, DTypeError, InputError, ShapeError } from "../../ndarray/errors.js";
import { assign, forEachRun, NdArray } from "../../ndarray/ndarray.js";
import { normalizeAxis, sameShape, sizeOf, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { accumulate } from "./accumulate.js";
import { record, type Kernel, type Primitive } from "../primitive.js";
import { Variable, type Attributes, type Typed } from "../tape.js";

interface LinearRecord<A extends Attributes> {
  readonly name: string;
  infer(input: Typed, attributes: A): Typed;
  readonly kernel: Kernel<A>;
  /** The cotangent of the input from that of the output. */
  transpose(cotangent: Variable, input: Variable, attributes: A): Variable | undefined;
}

function linear<A extends Attributes>({ name, infer, kernel, transpose }: LinearRecord<A>): Primitive<A> {
  const primitive: Primitive<A> = {
    name,
    kernel,
    masks: "moved",
    infer: ([input], attributes) => infer(input, attributes),
    vjp: (_index, cotangent, { inputs, attributes }) => transpose(cotangent, inputs[0], attributes),
    jvp: (_index, tangent, { attributes }) => record(primitive, [tangent], attributes),
  };
  return primitive;
}

/** Throws InputError unless the operand is recorded, so that it has the shape that the step is made of. */
function checkRecorded(operation: string, x: Variable): void {
  if (!(x instanceof Variable)) throw new InputError(`${operation}: the operand is ${describe(x)}; it has to be a recorded value`);
}

type Axes = { readonly axes: readonly number[] };

const sumPrimitive: Primitive<Axes> = linear<Axes>({
  name: "sum",
  infer: ({ shape, dtype }, { axes }) => ({ shape: shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)), dtype }),
  kernel: {
    kind: "array",
    run(output, [input], { axes }) {
      // The summed axes go last, so that each run adds to one element.
      const kept = input.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...axes];
      const from = views.transpose(input, order);
      const x = from.data;
      accumulate(output, (sums) => {
        const to = views.broadcastTo(views.transpose(sums, order), from.shape);
        const y = to.data;
        forEachRun([to, from], (count, [t, f], [dt, df]) => {
          if (dt !== 0) {
            for (let i = 0; i < count; i++, t += dt, f += df) y[t] += x[f];
            return;
          }
          let total = y[t];
          for (let i = 0; i < count; i++, f += df) total += x[f];
          y[t] = total;
        });
      });
    },
  },
  transpose: (cotangent, input) => broadcastTo(cotangent, input.shape),
});

/**
 * The sum over some axes, or all; they stay with extent 1.
 * @throws ShapeError when there is no such axis
 */
export function sum(x: Variable, ...axes: number[]): Variable {
  checkRecorded("sum", x);
  const over = axes.length === 0 ? x.shape.map((_, axis) => axis) : axes.map((axis) => normalizeAxis(axis, x.shape));
  const long = [...new Set(over)].filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  return long.length === 0 ? x : record(sumPrimitive, [x], { axes: long });
}

/** The sum of all elements, of shape []. */
export function total(x: Variable): Variable {
  checkRecorded("total", x);
  return reshape(sum(x), []);
}

type To = { readonly shape: Shape };

const broadcastPrimitive: Primitive<To> = linear<To>({
  name: "broadcast",
  infer({ shape: from, dtype }, { shape }) {
    const added = shape.length - from.length;
    if (added < 0 || !from.every((extent, axis) => extent === 1 || extent === shape[axis + added])) {
      throw new ShapeError(`shape ${describeShape(from)} does not broadcast to ${describeShape(shape)}`);
    }
    return { shape, dtype };
  },
  kernel: { kind: "view", view: (input, { shape }) => views.broadcastTo(input, shape) },
  transpose: (cotangent, input) => unbroadcast(cotangent, input.shape),
});

/**
 * Repeats along new axes and along those of extent 1.
 * @throws ShapeError when the shape cannot be reached that way
 */
export function broadcastTo(x: Variable, shape: Shape): Variable {
  checkRecorded("broadcastTo", x);
  return sameShape(x.shape, shape) ? x : record(broadcastPrimitive, [x], { shape });
}

/** The transpose of broadcasting: sums what was repeated from `shape`. */
export function unbroadcast(x: Variable, shape: Shape): Variable {
  const added = x.shape.length - shape.length;
  const repeated = x.shape.map((_, axis) => axis).filter((axis) => axis < added || shape[axis - added] !== x.shape[axis]);
  return reshape(repeated.length === 0 ? x : sum(x, ...repeated), shape);
}

const reshapePrimitive: Primitive<To> = linear<To>({
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

const transposePrimitive: Primitive<Axes> = linear<Axes>({
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

type Region = { readonly starts: readonly number[]; readonly steps: readonly number[]; readonly shape: Shape };

const slicePrimitive: Primitive<Region> = linear<Region>({
  name: "slice",
  infer: ({ dtype }, { shape }) => ({ shape, dtype }),
  kernel: { kind: "view", view: region },
  transpose: (cotangent, input, { starts, steps }) => record(padPrimitive, [cotangent], { starts, steps, shape: input.shape }),
});

/** The transpose of slice: zeros, with the input at the places that the slice took. */
const padPrimitive: Primitive<Region> = linear<Region>({
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

type Direction = { readonly axis: number; readonly direction: "forward" | "backward" };

const cumulativeSumPrimitive: Primitive<Direction> = linear<Direction>({
  name: "cumulativeSum",
  infer: ({ shape, dtype }) => ({ shape, dtype }),
  kernel: {
    kind: "array",
    run(output, [input], { axis, direction }) {
      const ordered = (whole: NdArray): NdArray => {
        const rest = whole.shape.map((_, i) => i).filter((i) => i !== axis);
        return views.transpose(direction === "forward" ? whole : views.flip(whole, axis), [...rest, axis]);
      };
      const to = ordered(output);
      const from = ordered(input);
      const length = input.shape[axis];
      if (length === 0) return;
      const firsts = [to, from].map((view) => views.slice(view, ...view.shape.slice(0, -1).map(() => ({})), 0));
      const [stepTo, stepFrom] = [to, from].map(({ strides }) => strides[strides.length - 1]);
      forEachRun(firsts, (count, [t, f], [dt, df]) => {
        for (let i = 0; i < count; i++) {
          let running = 0;
          for (let j = 0; j < length; j++) {
            running += from.data[f + i * df + j * stepFrom];
            to.data[t + i * dt + j * stepTo] = running;
          }
        }
      });
    },
  },
  transpose: (cotangent, _input, { axis, direction }) =>
    record(cumulativeSumPrimitive, [cotangent], { axis, direction: direction === "forward" ? "backward" : "forward" }),
});

/** Element i becomes the sum of the elements 0..i along an axis; backward, of the elements i..last. */
export function cumulativeSum(x: Variable, axis: number, direction: "forward" | "backward" = "forward"): Variable {
  checkRecorded("cumulativeSum", x);
  return record(cumulativeSumPrimitive, [x], { axis: normalizeAxis(axis, x.shape), direction });
}

type As = { readonly dtype: DType };

const convertPrimitive: Primitive<As> = linear<As>({
  name: "convert",
  infer: ({ shape }, { dtype }) => ({ shape, dtype }),
  kernel: { kind: "array", run: (output, [input]) => assign(output, input) },
  transpose: (cotangent, input) => (isFloat(input.dtype) && isFloat(cotangent.dtype) ? convert(cotangent, input.dtype) : undefined),
});

/**
 * The same numbers in another dtype. To int32 they carry no gradient and lose their fraction; those beyond 32 bits become the largest
 * or smallest int32, and NaN becomes 0.
 */
export function convert(x: Variable, dtype: DType): Variable {
  checkRecorded("convert", x);
  return x.dtype === dtype ? x : record(convertPrimitive, [x], { dtype });
}

const gatherPrimitive: Primitive<Record<string, never>> = {
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
const scatterAddPrimitive: Primitive<To> = {
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

const aliasPrimitive: Primitive<{ readonly occurrence: number }> = {
  name: "alias",
  masks: "moved",
  kernel: { kind: "view", isIdentity: true, view: (input) => input },
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  vjp: (_index, cotangent) => cotangent,
  jvp: (_index, tangent) => tangent,
};

/** The same value as a step of its own, shared with no other: to differentiate by it is not to differentiate by x. */
export function alias(x: Variable): Variable {
  return record(aliasPrimitive, [x], { occurrence: x.tape.nodes.length });
}

const stopPrimitive: Primitive<Record<string, never>> = {
  name: "stopGradient",
  kernel: { kind: "view", isIdentity: true, view: (input) => input },
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  vjp: () => undefined,
  jvp: () => undefined,
};

/** The same value, taken as one that does not vary: no derivative passes through. */
export function stopGradient(x: Variable): Variable {
  checkRecorded("stopGradient", x);
  return record(stopPrimitive, [x], {});
}

/** Zeros of a shape, with x from a place along an axis on. */
export function padded(x: Variable, shape: Shape, axis: number, start: number): Variable {
  const starts = shape.map((_, i) => (i === axis ? start : 0));
  return record(padPrimitive, [x], { starts, steps: shape.map(() => 1), shape });
}

export const structurePrimitives = {
  stopGradient: stopPrimitive,
  sum: sumPrimitive,
  broadcast: broadcastPrimitive,
  reshape: reshapePrimitive,
  transpose: transposePrimitive,
  slice: slicePrimitive,
  pad: padPrimitive,
  cumulativeSum: cumulativeSumPrimitive,
  convert: convertPrimitive,
  gather: gatherPrimitive,
  scatterAdd: scatterAddPrimitive,
  alias: aliasPrimitive,
};
