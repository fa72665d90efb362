import { describe, describeShape, ShapeError } from "./errors.js";

/** Extents along each axis, slowest first. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Whether two shapes have the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Strides, in elements, of a contiguous array whose last axis is the fastest. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/**
 * The common shape of operands, aligned at their last axes; an extent of 1 stretches.
 * @throws ShapeError that names the two shapes that do not fit
 */
export function broadcastShapes(...shapes: Shape[]): Shape {
  return shapes.reduce(broadcastPair);
}

function broadcastPair(a: Shape, b: Shape): Shape {
  if (a.length === 0 || sameShape(a, b)) return b;
  if (b.length === 0) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const [atA, atB] = [axis - rank + a.length, axis - rank + b.length];
    const inA = atA < 0 ? 1 : a[atA];
    const inB = atB < 0 ? 1 : b[atB];
    if (inA !== inB && inA !== 1 && inB !== 1) {
      throw new ShapeError(`shapes ${describeShape(a)} and ${describeShape(b)} do not broadcast together`);
    }
    shape[axis] = inA === 1 ? inB : inA;
  }
  return shape;
}

/**
 * An axis counted from the front, whether it was given from the front or, negative, from the back.
 * @throws ShapeError when the shape has no such axis
 */
export function normalizeAxis(axis: number, shape: Shape): number {
  const normal = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= shape.length) {
    throw new ShapeError(`shape ${describeShape(shape)} has no axis ${axis}`);
  }
  return normal;
}

/** Throws ShapeError unless it is a list whose every extent is a whole number of at least 0. */
export function checkShape(shape: Shape): void {
  if (!Array.isArray(shape)) throw new ShapeError(`a shape is a list of extents, one for each axis, not ${describe(shape)}`);
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw new ShapeError(`shape ${describeShape(shape)} has an extent that is not a whole number of at least 0`);
  }
}
