/** Memory of WebAssembly that several threads see: a large grid lies at its start, and each program that looks it up has its own heap behind it. */
import { bytesPerElement, overBuffer, type Data, type FloatDType } from "../../ndarray/dtype.js";
import { NdArray } from "../../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../../ndarray/shape.js";
import { uniqueName } from "../../ndarray/unique-name.js";

/** Bytes of a page of WebAssembly's memory. */
export const pageBytes = 65536;
/** Pages that a memory can grow to; the engine sets aside addresses, not memory. */
export const mostPages = 65536;

/** A memory, with a name by which threads know that it is the same. */
export interface SharedMemory {
  readonly id: string;
  readonly memory: WebAssembly.Memory;
}

const memories = new WeakMap<ArrayBufferLike, SharedMemory>();

/** The memory that numbers lie in, if it is one of WebAssembly that threads see. */
export function sharedMemoryOf({ buffer }: Data): SharedMemory | undefined {
  return memories.get(buffer);
}

/** Takes note of the memory that numbers lie in: that of another thread, or one that has grown. */
export function noteSharedMemory({ buffer }: Data, memory: SharedMemory): void {
  memories.set(buffer, memory);
}

/** An array at the start of a memory of its own that workers' programs can look up in place; undefined where there is no such memory. */
export function arrayInSharedMemory(shape: Shape, dtype: FloatDType): NdArray | undefined {
  if (typeof SharedArrayBuffer !== "function") return undefined;
  const initial = Math.ceil((sizeOf(shape) * bytesPerElement[dtype]) / pageBytes);
  try {
    const memory = new WebAssembly.Memory({ initial, maximum: mostPages, shared: true });
    const data = overBuffer(dtype, memory.buffer);
    noteSharedMemory(data, { id: uniqueName(), memory });
    return new NdArray(data, shape);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether two arrays are one and the same stretch of a memory that threads see. */
export function isSamePlace(a: NdArray, b: NdArray): boolean {
  const id = sharedMemoryOf(a.data)?.id;
  return id !== undefined && id === sharedMemoryOf(b.data)?.id && a.data.byteOffset === b.data.byteOffset && a.offset === b.offset && a.dtype === b.dtype;
}
