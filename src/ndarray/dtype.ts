import { describe, DTypeError, InputError, ShapeError } from "./errors.js";

/** The numbers that an array can hold: two floats that carry gradients, and the integers that index. */
export type DType = "float32" | "float64" | "int32";
/** Types of numbers that carry gradients. */
export type FloatDType = "float32" | "float64";

/** The typed array of each type of element. */
export interface DataOf {
  /** elements of 4 bytes */
  float32: Float32Array;
  /** elements of 8 bytes */
  float64: Float64Array;
  /** whole numbers of 4 bytes */
  int32: Int32Array;
}
/** Memory of an array of any type. */
export type Data = DataOf[DType];
/** The type of the elements that memory of a kind holds. */
export type DTypeOf<T extends Data> = { readonly [D in DType]: T extends DataOf[D] ? D : never }[DType];

/** Bytes that an element takes. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4 };

/** The distance from 1 to the next larger number. */
export const machineEpsilon: Readonly<Record<FloatDType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Zeroed storage for `length` elements.
 * @param shared in a SharedArrayBuffer, so that workers see the same memory
 * @throws InputError when memory cannot be shared here; ShapeError when it does not hold as many
 */
export function allocate<D extends DType>(dtype: D, length: number, shared = false): DataOf[D] {
  if (shared) checkSharing();
  const Buffer = shared ? SharedArrayBuffer : ArrayBuffer;
  const bytes = length * bytesPerElement[dtype];
  try {
    return overBuffer(dtype, new Buffer(bytes));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ShapeError(`${length} ${dtype} elements are ${bytes} bytes, which do not fit into memory; fewer would`);
  }
}

/**
 * Whether memory can be shared with workers: in a browser, only by a page that is cross-origin isolated.
 * @throws InputError when it cannot
 */
export function checkSharing(): void {
  if (typeof SharedArrayBuffer === "function") return;
  const headers = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  throw new InputError(`memory cannot be shared with workers, as the page is not cross-origin isolated; serve it with the headers ${headers}`);
}

const views: { readonly [D in DType]: (buffer: ArrayBufferLike) => DataOf[D] } = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
};

/** A buffer, from its first byte to its last, as numbers. */
export function overBuffer<D extends DType>(dtype: D, buffer: ArrayBufferLike): DataOf[D] {
  return views[dtype](buffer);
}

/** @throws DTypeError when it is memory of another kind */
export function dtypeOf<D extends DType>(data: DataOf[D]): D;
export function dtypeOf(data: Data): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  throw new DTypeError(`the elements of an array stand in a Float64Array, Float32Array or Int32Array, not in ${describe(data)}`);
}

/** @throws DTypeError when the dtype is int32 and the number is not whole, or has more than 32 bits */
export function checkElement(value: number, dtype: DType): void {
  if (dtype === "int32" && (value | 0) !== value) throw new DTypeError(`${value} is not a whole number of 32 bits and cannot be int32`);
}

/** Whether a type carries gradients. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype !== "int32";
}
