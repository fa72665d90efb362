import { nativeOrder } from "./byte-order.js";
import { allocate } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";

/**
 * Reads raw little-endian float32 pixels, fast axis first.
 * @param shape [slow, fast], which the bytes do not tell
 * @param name what error messages call the bytes
 * @returns float32 of that shape
 * @throws InputError when the bytes are not as many as the shape asks for
 */
export function parseFloatImage(bytes: Uint8Array, shape: readonly [slow: number, fast: number], name: string): NdArray<"float32"> {
  const [slow, fast] = shape;
  const wanted = 4 * slow * fast;
  if (bytes.length !== wanted) {
    throw new InputError(`${name} has ${bytes.length} bytes; ${fast} x ${slow} pixels of float32 need ${wanted}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const data = allocate("float32", slow * fast);
  for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(4 * i, true);
  return fromData(data, shape);
}

/**
 * Writes an image of any dtype as raw little-endian float32, last axis fastest.
 * @returns the memory of the image itself, where that is what it holds
 */
export function formatFloatImage(image: NdArray): Uint8Array {
  const data = flatData(image);
  if (image.dtype === "float32" && nativeOrder === "little") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(4 * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
  return bytes;
}
