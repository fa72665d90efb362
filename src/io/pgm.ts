import { allocate } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { formatG } from "./c-format.js";
import { parseCount, quote } from "./field.js";

/** A grey image as read: float64 pixels of shape [slow, fast], 0 to maxValue. */
export interface Pgm {
  /** grey levels, float64 of shape [slow, fast] */
  readonly image: NdArray;
  /** the level of white */
  readonly maxValue: number;
}

/**
 * Writes an 8-bit preview as the reference program does: min(255, pixel * scale), cut to a whole number; below 0 and NaN are 0.
 * @param image shape [slow, fast]
 * @param scale grey levels a unit of the image
 * @throws ShapeError when the image has not two axes of at least one pixel; InputError when the scale is not finite
 */
export function formatPgm(image: NdArray, scale: number): Uint8Array {
  if (image.rank !== 2 || image.size === 0) {
    throw new ShapeError(`a PGM image needs the shape [slow, fast], not ${describeShape(image.shape)}`);
  }
  if (!Number.isFinite(scale)) throw new InputError(`the scale of a PGM image is ${scale}; it must be a finite number`);
  const [slow, fast] = image.shape;
  const header = new TextEncoder().encode(`P5\n${fast} ${slow}\n# pixels scaled by ${formatG(scale)}\n255\n`);
  const bytes = new Uint8Array(header.length + image.size);
  bytes.set(header);
  const data = flatData(image);
  for (let i = 0; i < data.length; i++) bytes[header.length + i] = Math.max(0, Math.min(255, data[i] * scale));
  return bytes;
}

/**
 * Reads a binary PGM (P5) of 8 or 16 bits; what follows the pixels is not looked at.
 * @param name what error messages call the bytes
 * @throws InputError when the header is not one, or there are fewer bytes than it asks for
 */
export function parsePgm(bytes: Uint8Array, name: string): Pgm {
  const { words, length } = headerWords(bytes);
  if (words[0] !== "P5") throw new InputError(`${name} is not a binary PGM: it does not begin with P5`);
  const [fast, slow, maxValue] = [1, 2, 3].map((i) => parseCount(words[i] ?? ""));
  if (!(fast > 0 && slow > 0 && maxValue > 0 && maxValue < 65536)) {
    const found = quote(words.slice(1).join(" "));
    throw new InputError(`${name}: its PGM header says ${found}, not width, height and a largest grey value of 1 to 65535`);
  }
  const pixelBytes = maxValue < 256 ? 1 : 2;
  const wanted = length + fast * slow * pixelBytes;
  if (bytes.length < wanted) {
    throw new InputError(`${name} has ${bytes.length} bytes, but its header asks for ${fast} x ${slow} pixels, ${wanted} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + length);
  const data = allocate("float64", slow * fast);
  for (let i = 0; i < data.length; i++) data[i] = pixelBytes === 1 ? view.getUint8(i) : view.getUint16(2 * i);
  return { image: fromData(data, [slow, fast]), maxValue };
}

const longestHeader = 65536;

/** The four words of the header, comments left out, and how many bytes they take with the one white space after them. */
function headerWords(bytes: Uint8Array): { readonly words: readonly string[]; readonly length: number } {
  const words: string[] = [];
  let word = "";
  let inComment = false;
  let at = 0;
  for (; at < Math.min(bytes.length, longestHeader) && words.length < 4; at++) {
    const character = String.fromCharCode(bytes[at]);
    if (inComment) inComment = character !== "\n";
    else if (/[\s#]/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
      inComment = character === "#";
    } else if (word.length < 32) word += character;
  }
  return { words, length: at };
}
