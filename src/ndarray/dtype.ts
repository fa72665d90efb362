import { InputError } from "./errors.js";

/** The numbers that an array can hold: two floats that carry gradients, and the integers that index. */
export type DType = "float32" | "float64" | "int32";
export type FloatDType = "float32" | "float64";

export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
}
export type Data = DataOf[DType];

export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4 };

/** The distance from 1 to the next larger number. */
export const machineEpsilon: Readonly<Record<FloatDType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Zeroed storage for `length` elements.
 * @param shared in a SharedArrayBuffer, so that workers see the same memory
 * @throws InputError when memory cannot be shared here
 */
export function allocate(dtype: DType, length: number, shared = false): Data {
  if (shared) checkSharing();
  const Buffer = shared ? SharedArrayBuffer : ArrayBuffer;
  return overBuffer(dtype, new Buffer(length * bytesPerElement[dtype]));
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

/** A buffer, from its first byte to its last, as numbers. */
export function overBuffer(dtype: DType, buffer: ArrayBufferLike): Data {
  if (dtype === "float64") return new Float64Array(buffer);
  return dtype === "float32" ? new Float32Array(buffer) : new Int32Array(buffer);
}

export function dtypeOf(data: Data): DType {
  if (data instanceof Float64Array) return "float64";
  return data instanceof Float32Array ? "float32" : "int32";
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype !== "int32";
}
