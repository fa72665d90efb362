import { allocate } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../../ndarray/ndarray.js";

const [escape8, escape16, escape32] = [-128, -32768, -2147483648];

/**
 * Decodes differences between neighbouring pixels: each an int8, whose lowest value says that an int16 follows, and so on to int64;
 * little-endian.
 * @param count of the pixels
 * @param range lowest and highest value that a pixel can have
 * @param name what error messages call the bytes
 * @returns float64 of shape [count]
 * @throws InputError when the bytes end early, some are left over, or a pixel leaves the range
 *
 * Source: CBFlib manual, "byte_offset compression".
 */
export function decodeByteOffset(bytes: Uint8Array, count: number, [lowest, highest]: readonly [number, number], name: string): NdArray {
  if (bytes.length < count) throw new InputError(`${name}: ${count} pixels cannot be packed into ${bytes.length} bytes; the file is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = allocate("float64", count);
  let value = 0;
  let at = 0;
  const need = (width: number, pixel: number): void => {
    if (at + width > bytes.length) throw new InputError(`${name}: the pixels end within number ${pixel} of ${count}; the file is cut short`);
  };
  for (let i = 0; i < count; i++) {
    need(1, i);
    let step = view.getInt8(at++);
    if (step === escape8) {
      need(2, i);
      step = view.getInt16(at, true);
      at += 2;
      if (step === escape16) {
        need(4, i);
        step = view.getInt32(at, true);
        at += 4;
        if (step === escape32) {
          need(8, i);
          step = Number(view.getBigInt64(at, true));
          at += 8;
        }
      }
    }
    value += step;
    if (!(value >= lowest && value <= highest)) throw new InputError(`${name}: pixel ${i} is ${value}, outside of ${lowest} to ${highest}`);
    pixels[i] = value;
  }
  if (at !== bytes.length) throw new InputError(`${name}: ${bytes.length - at} bytes are left over behind the last of ${count} pixels`);
  return fromData(pixels, [count]);
}

/**
 * Encodes whole numbers as differences between neighbours.
 * @param image whole numbers of the 32-bit range, of any shape
 * @throws InputError when a pixel is none
 */
export function encodeByteOffset(image: NdArray): Uint8Array {
  const values = flatData(image);
  const bytes = new Uint8Array(15 * values.length);
  const view = new DataView(bytes.buffer);
  let before = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31) {
      throw new InputError(`pixel ${i} of the image is ${value}; a CBF image holds whole numbers of 32 bits`);
    }
    const step = value - before;
    before = value;
    if (Math.abs(step) < -escape8) view.setInt8(at, step);
    else {
      view.setInt8(at++, escape8);
      if (Math.abs(step) < -escape16) {
        view.setInt16(at++, step, true);
      } else {
        view.setInt16(at, escape16, true);
        at += 2;
        if (Math.abs(step) < -escape32) view.setInt32(at, step, true);
        else {
          view.setInt32(at, escape32, true);
          view.setBigInt64(at + 4, BigInt(step), true);
          at += 8;
        }
        at += 3;
      }
    }
    at++;
  }
  return bytes.slice(0, at);
}
