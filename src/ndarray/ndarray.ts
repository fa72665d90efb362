import { allocate, checkElement, dtypeOf, type Data, type DataOf, type DType, type DTypeOf } from "./dtype.js";
import { checkOptions } from "./fields.js";
import { describe, describeShape, InputError, ShapeError } from "./errors.js";
import { checkShape, contiguousStrides, sameShape, sizeOf, type Shape } from "./shape.js";

/**
 * A strided view of numbers: element (i, j, ...) stands at data[offset + i*strides[0] + j*strides[1] + ...].
 * Strides count elements; 0 repeats, negative runs backwards. Where the type of its elements is known, so is that of its memory: the
 * data of an `NdArray<"float64">` are a Float64Array.
 */
export class NdArray<D extends DType = DType> {
  /** type of the elements */
  readonly dtype: D;
  /** number of elements */
  readonly size: number;
  /** extents of the axes, the slowest first */
  readonly shape: Shape;
  /** elements from one index of an axis to the next; 0 where an axis repeats */
  readonly strides: readonly number[];

  /**
   * @param data kept, not copied; the lists of extents and strides are copied
   * @throws ShapeError when the view would reach outside of its data, or between its elements; DTypeError when the data have no dtype
   */
  constructor(
    readonly data: DataOf[D],
    shape: Shape,
    strides: readonly number[] = contiguousStrides(shape),
    /** place of the first element in the data */
    readonly offset: number = 0,
  ) {
    checkShape(shape);
    this.dtype = dtypeOf(data);
    this.size = sizeOf(shape);
    this.shape = [...shape];
    this.strides = [...strides];
    if (strides.length !== shape.length) {
      throw new ShapeError(`shape ${describeShape(shape)} needs ${shape.length} strides, not ${strides.length}`);
    }
    let isWhole = Number.isInteger(offset);
    let low = offset;
    let high = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      if (!Number.isInteger(strides[axis])) isWhole = false;
      const reach = strides[axis] * (shape[axis] - 1);
      if (reach < 0) low += reach;
      else high += reach;
    }
    if (!isWhole) {
      throw new ShapeError(`strides and an offset count elements in whole numbers, not as strides ${describeShape(strides)} and offset ${offset}`);
    }
    if (this.size > 0 && (low < 0 || high >= data.length)) {
      throw new ShapeError(
        `a view of shape ${describeShape(shape)} with strides ${describeShape(strides)} and offset ${offset} leaves its ${data.length} elements`,
      );
    }
  }

  /** number of axes */
  get rank(): number {
    return this.shape.length;
  }

  /** Whether the elements stand one after another in memory, the last axis fastest. */
  get isContiguous(): boolean {
    let stride = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== stride) return this.size === 0;
      stride *= this.shape[axis];
    }
    return true;
  }

  /**
   * One element.
   * @throws ShapeError when an index is missing or out of range
   */
  get(...indices: number[]): number {
    const inside = indices.every((index, axis) => Number.isInteger(index) && index >= 0 && index < this.shape[axis]);
    if (indices.length !== this.rank || !inside) {
      throw new ShapeError(`index ${describeShape(indices)} is not inside of shape ${describeShape(this.shape)}`);
    }
    return this.data[indices.reduce((at, index, axis) => at + index * this.strides[axis], this.offset)];
  }

  /**
   * The one element of an array of size 1.
   * @throws ShapeError when there is not exactly one
   */
  item(): number {
    if (this.size !== 1) throw new ShapeError(`an array of shape ${describeShape(this.shape)} is not a single number`);
    return this.data[this.offset];
  }

  /** Refuses to stand in a JavaScript expression, where it would count as NaN. */
  [Symbol.toPrimitive](): never {
    throw new TypeError("an NdArray is no number in a JavaScript expression: take one element with get() or item(), or compute with the operations of `ops`");
  }
}

/** Where an array's elements lie in its memory. */
export interface StorageOptions {
  /** in a SharedArrayBuffer, so that workers see the same memory */
  readonly shared?: boolean;
}

/** @throws ShapeError when it is no shape, or memory does not hold as much; InputError when memory cannot be shared here */
export function zeros(shape: Shape): NdArray<"float64">;
export function zeros<D extends DType>(shape: Shape, dtype: D, options?: StorageOptions): NdArray<D>;
export function zeros(shape: Shape, dtype: DType = "float64", options: StorageOptions = {}): NdArray {
  checkOptions("an array", options, { shared: true });
  checkShape(shape);
  return new NdArray(allocate(dtype, sizeOf(shape), options.shared), shape);
}

/** @throws DTypeError when the dtype cannot hold the value; otherwise as `zeros` */
export function full(shape: Shape, value: number): NdArray<"float64">;
export function full<D extends DType>(shape: Shape, value: number, dtype: D, options?: StorageOptions): NdArray<D>;
export function full(shape: Shape, value: number, dtype: DType = "float64", options: StorageOptions = {}): NdArray {
  checkElement(value, dtype);
  const result = zeros(shape, dtype, options);
  result.data.fill(value);
  return result;
}

/** A number as an array of shape []. */
export function scalar(value: number): NdArray<"float64">;
export function scalar<D extends DType>(value: number, dtype: D): NdArray<D>;
export function scalar(value: number, dtype: DType = "float64"): NdArray {
  return full([], value, dtype);
}

/** Numbers in lists of lists, as deep as the array has axes. */
export type Nested = number | readonly Nested[];

/**
 * An array from numbers in nested lists, or, copied, in typed memory.
 * @throws ShapeError when the lists are ragged; InputError when they hold something else than numbers; DTypeError when the dtype
 *   cannot hold a number
 */
export function array(values: Nested | Data): NdArray<"float64">;
export function array<D extends DType>(values: Nested | Data, dtype: D): NdArray<D>;
export function array(values: Nested | Data, dtype: DType = "float64"): NdArray {
  const shape: number[] = [];
  for (let level: unknown = values; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const result = zeros(shape, dtype);
  let next = 0;
  const fill = (level: unknown, axis: number): void => {
    if (typeof level === "number") {
      if (axis !== shape.length) throw new ShapeError("nested lists of unequal depth are not an array");
      checkElement(level, dtype);
      result.data[next++] = level;
      return;
    }
    if (!isList(level)) throw new InputError(`an array is made of numbers in nested lists, not of ${describe(level)}`);
    if (axis === shape.length) throw new ShapeError("nested lists of unequal depth are not an array");
    if (level.length !== shape[axis]) {
      throw new ShapeError(`nested lists of unequal length (${shape[axis]} and ${level.length}) are not an array`);
    }
    for (let i = 0; i < level.length; i++) fill(level[i], axis + 1);
  };
  fill(values, 0);
  return result;
}

function isList(level: unknown): level is ArrayLike<unknown> {
  return Array.isArray(level) || (ArrayBuffer.isView(level) && "length" in level);
}

/**
 * Numbers that are already in typed memory, not copied.
 * @throws ShapeError when the shape has another number of elements; DTypeError when it is memory of another kind
 */
export function fromData<T extends Data>(data: T, shape?: Shape): NdArray<DTypeOf<T>>;
export function fromData(data: Data, shape: Shape = [data.length]): NdArray {
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(`${data.length} elements do not make the shape ${describeShape(shape)}`);
  }
  return new NdArray(data, shape);
}

/** Same dtype, shape and, bit for bit or both NaN, elements. */
export function equals(a: NdArray, b: NdArray): boolean {
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return false;
  const left = flatData(a);
  const right = flatData(b);
  return left.every((value, i) => Object.is(value, right[i]));
}

/** The elements in order, as contiguous typed memory: the array's own where that is possible, else a copy. */
export function flatData<D extends DType>(source: NdArray<D>): DataOf[D];
export function flatData(source: NdArray): Data {
  if (source.isContiguous) return source.data.subarray(source.offset, source.offset + source.size);
  return copy(source).data;
}

/** The elements, in order, in new contiguous memory, of another dtype if one is given. */
export function copy<D extends DType>(source: NdArray<D>): NdArray<D>;
export function copy<D extends DType>(source: NdArray, dtype: D, options?: StorageOptions): NdArray<D>;
export function copy(source: NdArray, dtype: DType = source.dtype, options: StorageOptions = {}): NdArray {
  const result = zeros(source.shape, dtype, options);
  assign(result, source);
  return result;
}

/**
 * Writes the source's elements into a view of the same shape, which may share its memory. Floats become int32 by dropping the
 * fraction; those beyond 32 bits become the largest or smallest int32, and NaN becomes 0.
 * @throws ShapeError when the shapes differ
 */
export function assign(target: NdArray, source: NdArray): void {
  if (!sameShape(target.shape, source.shape)) {
    throw new ShapeError(`shape ${describeShape(source.shape)} cannot be assigned to ${describeShape(target.shape)}`);
  }
  const to = target.data;
  const from = source.data;
  const isCut = target.dtype === "int32" && source.dtype !== "int32";
  if (!isCut && source.size > 0 && target.isContiguous && source.isContiguous) {
    to.set(from.subarray(source.offset, source.offset + source.size), target.offset);
    return;
  }
  if (overlap(target, source)) return assign(target, copy(source));
  forEachRun([target, source], (count, [t, s], [dt, ds]) => {
    if (isCut) for (let i = 0; i < count; i++, t += dt, s += ds) to[t] = Math.min(Math.max(from[s], smallestInt32), largestInt32);
    else for (let i = 0; i < count; i++, t += dt, s += ds) to[t] = from[s];
  });
}

const [smallestInt32, largestInt32] = [-(2 ** 31), 2 ** 31 - 1];

/** Whether two views may have memory in common. */
function overlap(a: NdArray, b: NdArray): boolean {
  if (a.data.buffer !== b.data.buffer) return false;
  const [firstA, endA] = bytesOf(a);
  const [firstB, endB] = bytesOf(b);
  return firstA < endB && firstB < endA;
}

/** The byte of the buffer at which a view's memory begins, and the one behind it. */
function bytesOf({ data, shape, strides, offset, size }: NdArray): [first: number, end: number] {
  if (size === 0) return [0, 0];
  let [low, high] = [offset, offset];
  shape.forEach((extent, axis) => {
    const reach = strides[axis] * (extent - 1);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return [data.byteOffset + low * data.BYTES_PER_ELEMENT, data.byteOffset + (high + 1) * data.BYTES_PER_ELEMENT];
}

/** The elements as nested lists of numbers. */
export function toNested(source: NdArray): Nested {
  const level = (axis: number, at: number): Nested =>
    axis === source.rank
      ? source.data[at]
      : Array.from({ length: source.shape[axis] }, (_, i) => level(axis + 1, at + i * source.strides[axis]));
  return level(0, source.offset);
}

/**
 * Visits arrays of one shape together, in the longest runs along which every array has one stride.
 * @param visit called with the number of elements of a run, where it starts in each array, and each array's stride
 */
export function forEachRun(
  arrays: readonly NdArray[],
  visit: (count: number, starts: readonly number[], strides: readonly number[]) => void,
): void {
  const shape = arrays[0].shape;
  if (arrays[0].size === 0) return;
  const extents: number[] = [];
  const strides: number[][] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis];
    if (extent === 1) continue;
    const here = arrays.map((operand) => operand.strides[axis]);
    const last = extents.length - 1;
    if (last >= 0 && here.every((stride, i) => stride === strides[last][i] * extents[last])) extents[last] *= extent;
    else {
      extents.push(extent);
      strides.push(here);
    }
  }
  const starts = arrays.map((operand) => operand.offset);
  if (extents.length === 0) return visit(1, starts, starts.map(() => 0));
  const counters = extents.map(() => 0);
  for (;;) {
    visit(extents[0], starts, strides[0]);
    let level = 1;
    for (; level < extents.length; level++) {
      counters[level]++;
      const wrapped = counters[level] === extents[level];
      const move = wrapped ? 1 - extents[level] : 1;
      for (let i = 0; i < starts.length; i++) starts[i] += move * strides[level][i];
      if (!wrapped) break;
      counters[level] = 0;
    }
    if (level === extents.length) return;
  }
}
