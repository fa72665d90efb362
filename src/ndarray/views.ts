import type { DType } from "./dtype.js";
import { describeShape, ShapeError } from "./errors.js";
import { copy, NdArray } from "./ndarray.js";
import { checkShape, contiguousStrides, normalizeAxis, sizeOf, type Shape } from "./shape.js";

/** Along one axis: one index (the axis goes), or start, stop and step, counted from the back where negative. */
export type AxisSlice =
  | number
  | {
      /** first index; counted from the back where it is below 0 */
      readonly start?: number;
      /** index behind the last; counted from the back where it is below 0 */
      readonly stop?: number;
      /** from one index to the next; below 0 it runs backwards */
      readonly step?: number;
    };

/** A slice of an axis with nothing left open. */
export interface ResolvedSlice {
  /** first index */
  readonly start: number;
  /** from one index to the next */
  readonly step: number;
  /** number of indices */
  readonly extent: number;
}

/**
 * Start, step and extent of a slice with its defaults filled in, as Python has them.
 * @throws ShapeError when the step is 0, or one of the three is not whole
 */
export function resolveSlice(slice: Exclude<AxisSlice, number>, extent: number): ResolvedSlice {
  const step = slice.step ?? 1;
  if (!Number.isInteger(step) || step === 0) throw new ShapeError(`a slice needs a whole step other than 0, not ${step}`);
  for (const bound of [slice.start ?? 0, slice.stop ?? 0]) {
    if (!Number.isInteger(bound)) throw new ShapeError(`a slice starts and stops at whole numbers, not at ${bound}`);
  }
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const resolve = (index: number | undefined, otherwise: number): number =>
    index === undefined ? otherwise : Math.min(Math.max(index < 0 ? index + extent : index, low), high);
  const start = resolve(slice.start, step > 0 ? low : high);
  const stop = resolve(slice.stop, step > 0 ? high : low);
  return { start, step, extent: Math.max(0, Math.ceil((stop - start) / step)) };
}

/**
 * A part of an array, without a copy.
 * @param slices one for each axis, from the first; missing ones take the whole axis
 * @throws ShapeError when an index is out of range or there are more slices than axes
 */
export function slice<D extends DType>(source: NdArray<D>, ...slices: AxisSlice[]): NdArray<D> {
  if (slices.length > source.rank) {
    throw new ShapeError(`${slices.length} slices for an array of shape ${describeShape(source.shape)}`);
  }
  let offset = source.offset;
  const shape: number[] = [];
  const strides: number[] = [];
  source.shape.forEach((extent, axis) => {
    const wanted = slices[axis] ?? {};
    if (typeof wanted === "number") {
      const index = wanted < 0 ? wanted + extent : wanted;
      if (!Number.isInteger(index) || index < 0 || index >= extent) {
        throw new ShapeError(`index ${wanted} is not inside of axis ${axis} of shape ${describeShape(source.shape)}`);
      }
      offset += index * source.strides[axis];
      return;
    }
    const { start, step, extent: length } = resolveSlice(wanted, extent);
    if (length > 0) offset += start * source.strides[axis];
    shape.push(length);
    strides.push(step * source.strides[axis]);
  });
  return new NdArray(source.data, shape, strides, offset);
}

/**
 * The same elements with the axes in another order; reversed when none is given.
 * @throws ShapeError when `axes` is not a permutation
 */
export function transpose<D extends DType>(source: NdArray<D>, axes?: readonly number[]): NdArray<D> {
  const order = axes?.map((axis) => normalizeAxis(axis, source.shape)) ?? source.shape.map((_, axis) => source.rank - 1 - axis);
  if (order.length !== source.rank || new Set(order).size !== source.rank) {
    throw new ShapeError(`axes ${describeShape(order)} are not a permutation of those of shape ${describeShape(source.shape)}`);
  }
  return new NdArray(source.data, order.map((axis) => source.shape[axis]), order.map((axis) => source.strides[axis]), source.offset);
}

/** The same elements, backwards along one axis. */
export function flip<D extends DType>(source: NdArray<D>, axis: number): NdArray<D> {
  const flipped = normalizeAxis(axis, source.shape);
  return slice(source, ...source.shape.map((_, i) => (i === flipped ? { step: -1 } : {})));
}

/**
 * The same elements, repeated along new axes and along those of extent 1, with stride 0.
 * @throws ShapeError when the shape cannot be reached that way
 */
export function broadcastTo<D extends DType>(source: NdArray<D>, shape: Shape): NdArray<D> {
  const added = shape.length - source.rank;
  const fits = added >= 0 && source.shape.every((extent, axis) => extent === 1 || extent === shape[axis + added]);
  if (!fits) throw new ShapeError(`shape ${describeShape(source.shape)} does not broadcast to ${describeShape(shape)}`);
  const strides = shape.map((extent, axis) => (axis < added || source.shape[axis - added] !== extent ? 0 : source.strides[axis - added]));
  return new NdArray(source.data, shape, strides, source.offset);
}

/**
 * The same elements in the same order in another shape: a view where the strides allow it, else a copy.
 * @throws ShapeError when the number of elements differs or an extent is not a whole number of at least 0
 */
export function reshape<D extends DType>(source: NdArray<D>, shape: Shape): NdArray<D> {
  checkShape(shape);
  if (sizeOf(shape) !== source.size) {
    throw new ShapeError(`shape ${describeShape(source.shape)} cannot be reshaped to ${describeShape(shape)}`);
  }
  const strides = reshapedStrides(source, shape);
  return strides ? new NdArray(source.data, shape, strides, source.offset) : new NdArray(copy(source).data, shape);
}

/** Strides of the new shape over the old memory, or undefined where a group of axes is not evenly spaced. */
function reshapedStrides(source: NdArray, shape: Shape): number[] | undefined {
  if (source.size === 0) return contiguousStrides(shape);
  const from = source.shape.map((extent, axis) => ({ extent, stride: source.strides[axis] })).filter(({ extent }) => extent !== 1);
  const strides = new Array<number>(shape.length).fill(0);
  let axis = 0;
  for (let i = 0; i < from.length; ) {
    let extent = from[i].extent;
    let last = i;
    const first = axis;
    let wanted = 1;
    while (wanted < extent || wanted === 1) wanted *= shape[axis++];
    while (extent !== wanted) {
      if (extent < wanted) {
        last++;
        if (from[last - 1].stride !== from[last].stride * from[last].extent) return undefined;
        extent *= from[last].extent;
      } else wanted *= shape[axis++];
    }
    let stride = from[last].stride;
    for (let to = axis - 1; to >= first; to--) {
      strides[to] = stride;
      stride *= shape[to];
    }
    i = last + 1;
  }
  return strides;
}
