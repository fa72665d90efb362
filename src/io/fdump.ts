import { InputError, ShapeError } from "../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { parseNumber, quote } from "./field.js";
import { isIndex, largestIndex } from "./hkl.js";

type Indices = readonly [h: number, k: number, l: number];

/** A grid of amplitudes (electrons, float64, shape [nh, nk, nl]) from index min to index max, both included. */
export interface Fdump {
  /** smallest h, k and l */
  readonly min: Indices;
  /** largest h, k and l */
  readonly max: Indices;
  /** electrons, float64, of shape [nh, nk, nl] */
  readonly values: NdArray;
}

const longestHeader = 256;
const formFeed = 0x0c;

/**
 * Reads the reference program's binary dump of a structure factor grid: a text line of six ranges, newline, form feed,
 * little-endian float64 with one entry more than needed on every axis.
 * @param name what error messages call the bytes
 * @param room gives the grid its memory, contiguous and float64
 * @returns the grid without the extra entries
 * @throws InputError when the header is not one, the size does not agree with it, or an amplitude is not finite
 */
export function parseFdump(bytes: Uint8Array, name: string, room: (shape: Shape) => NdArray = zeros): Fdump {
  const headerLength = bytes.subarray(0, longestHeader).indexOf(formFeed) + 1;
  const words = new TextDecoder("latin1").decode(bytes.subarray(0, headerLength)).trim().split(/\s+/);
  const ranges = words.map(parseNumber);
  if (ranges.length !== 6 || !ranges.every(Number.isSafeInteger)) {
    throw new InputError(
      `${name} is not an Fdump: it begins with ${quote(words.join(" "))}, not with h_min h_max k_min k_max l_min l_max and a form feed`,
    );
  }
  const [hMin, hMax, kMin, kMax, lMin, lMax] = ranges;
  if (hMax < hMin || kMax < kMin || lMax < lMin) {
    throw new InputError(`${name}: a range of the header "${words.join(" ")}" ends before it begins`);
  }
  if (Math.max(...ranges.map(Math.abs)) > largestIndex) {
    throw new InputError(`${name}: the header "${words.join(" ")}" holds an index beyond +-${largestIndex}`);
  }
  const stored = [hMax - hMin + 2, kMax - kMin + 2, lMax - lMin + 2];
  const count = stored[0] * stored[1] * stored[2];
  const wanted = headerLength + 8 * count;
  if (bytes.length !== wanted) {
    throw new InputError(`${name} has ${bytes.length} bytes, but its header "${words.join(" ")}" asks for ${wanted}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + headerLength);
  const values = room(stored.map((entries) => entries - 1));
  const { data } = values;
  const [nh, nk, nl] = values.shape;
  for (let h = 0, at = 0; h <= nh; h++) {
    for (let k = 0; k <= nk; k++) {
      for (let l = 0; l <= nl; l++, at += 8) {
        const f = view.getFloat64(at, true);
        if (!Number.isFinite(f)) throw new InputError(`${name} holds an amplitude that is not a finite number`);
        if (h < nh && k < nk && l < nl) data[(h * nk + k) * nl + l] = f;
      }
    }
  }
  return { min: [hMin, kMin, lMin], max: [hMax, kMax, lMax], values };
}

/**
 * Writes a grid as the reference program dumps it, the extra entries 0.
 * @param grid its first index on each axis, and values of shape [nh, nk, nl]
 * @throws ShapeError when the values have not three axes of at least one entry; InputError when an index is not whole or beyond 10000,
 *   or an amplitude is not finite
 */
export function formatFdump({ min, values }: Pick<Fdump, "min" | "values">): Uint8Array {
  if (values.rank !== 3 || values.size === 0) throw new ShapeError("a grid of structure factors needs the shape [nh, nk, nl]");
  const [nh, nk, nl] = values.shape;
  const max = values.shape.map((extent, axis) => min[axis] + extent - 1);
  if (![...min, ...max].every(isIndex)) {
    throw new InputError(`the grid reaches from ${min.join(" ")} to ${max.join(" ")}; indices must be whole numbers within +-${largestIndex}`);
  }
  const header = new TextEncoder().encode(`${max.map((last, axis) => `${min[axis]} ${last}`).join(" ")}\n\f`);
  const bytes = new Uint8Array(header.length + 8 * (nh + 1) * (nk + 1) * (nl + 1));
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  const data = flatData(values);
  let next = 0;
  for (let h = 0; h < nh; h++) {
    for (let k = 0; k < nk; k++) {
      const row = (h * (nk + 1) + k) * (nl + 1);
      for (let l = 0; l < nl; l++) {
        const f = data[next++];
        if (!Number.isFinite(f)) {
          throw new InputError(`the amplitude of ${min[0] + h} ${min[1] + k} ${min[2] + l} is ${f}; it must be a finite number`);
        }
        view.setFloat64(8 * (row + l), f, true);
      }
    }
  }
  return bytes;
}
