import { allocate } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../../ndarray/ndarray.js";
import { reshape } from "../../ndarray/views.js";
import { parseCount, quote } from "../field.js";
import { md5Base64 } from "../md5.js";
import { decodeByteOffset, encodeByteOffset } from "./byte-offset.js";
import { decodeCanonical } from "./canonical.js";
import { decodePacked, littleEndian } from "./packed.js";

/** A CBF image as read: the text before the pixels, and the pixels as float64 of shape [slow, fast]. */
export interface Cbf {
  /** the text in front of the pixels */
  readonly header: string;
  /** of the image, in pixels */
  readonly shape: readonly [slow: number, fast: number];
  /** counts, of shape [slow, fast]; below 0 where a pixel is missing or bad */
  readonly image: NdArray;
  /** whether pixels below 0 are counts, or marks of pixels that do not exist (-1) or are bad (-2) */
  readonly isCounted: boolean;
  /** number of images in the file */
  readonly frames: number;
}

interface ElementType {
  readonly bytes: 1 | 2 | 4;
  readonly range: readonly [lowest: number, highest: number];
  readonly read: (view: DataView, at: number) => number;
}

const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ["signed 8-bit integer", { bytes: 1, range: [-128, 127], read: (view, at) => view.getInt8(at) }],
  ["unsigned 8-bit integer", { bytes: 1, range: [0, 255], read: (view, at) => view.getUint8(at) }],
  ["signed 16-bit integer", { bytes: 2, range: [-32768, 32767], read: (view, at) => view.getInt16(at, true) }],
  ["unsigned 16-bit integer", { bytes: 2, range: [0, 65535], read: (view, at) => view.getUint16(at, true) }],
  ["signed 32-bit integer", { bytes: 4, range: [-2147483648, 2147483647], read: (view, at) => view.getInt32(at, true) }],
  ["unsigned 32-bit integer", { bytes: 4, range: [0, 4294967295], read: (view, at) => view.getUint32(at, true) }],
  ["signed 32-bit real IEEE", { bytes: 4, range: [-Infinity, Infinity], read: (view, at) => view.getFloat32(at, true) }],
] satisfies [string, ElementType][]);

const boundary = "--CIF-BINARY-FORMAT-SECTION--";
const marker = [0x0c, 0x1a, 0x04, 0xd5];
/** Pixels of the largest detectors, with room; a header that asks for more is damaged. */
const mostPixels = 2 ** 28;

export function isCbf(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, 7)) === "###CBF:" || (latin1(bytes.subarray(0, 4096)).includes(boundary));
}

/** A binary section: where it begins and ends, its header, and its bytes as far as the file has them. */
interface Section {
  readonly begin: number;
  readonly end: number;
  readonly mime: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

/**
 * The binary sections of a file, in their order.
 * @throws InputError when there is none, or what is to be one is not whole
 */
function sectionsOf(bytes: Uint8Array, name: string): Section[] {
  const text = latin1(bytes);
  const sections: Section[] = [];
  for (let begin = beginOf(text, 0); begin >= 0; begin = beginOf(text, sections[sections.length - 1].end)) {
    const blank = /\r?\n[ \t]*\r?\n/g;
    blank.lastIndex = begin;
    const header = blank.exec(text);
    const mark = findMarker(bytes, begin);
    const mime = mimeEntries(text.slice(begin + boundary.length, header ? header.index : mark < 0 ? text.length : mark));
    const encoding = (mime.get("content-transfer-encoding") ?? "BINARY").toUpperCase();
    if (encoding !== "BINARY" && header) {
      const stop = text.indexOf(`${boundary}--`, blank.lastIndex);
      if (stop < 0) throw new InputError(`${name} is cut short: the ${encoding} section has no end`);
      sections.push({ begin, end: stop + boundary.length + 2, mime, bytes: decodeText(text.slice(blank.lastIndex, stop), encoding, name) });
      continue;
    }
    if (mark < 0) throw new InputError(`${name} is not a CBF image: the bytes 0C 1A 04 D5 in front of the pixels are missing`);
    const first = mark + marker.length;
    const size = parseCount(mime.get("x-binary-size") ?? "");
    const last = size > 0 ? first + size : bytes.length;
    const closing = text.indexOf(`${boundary}--`, last);
    sections.push({ begin, end: closing < 0 ? bytes.length : closing + boundary.length + 2, mime, bytes: bytes.subarray(first, last) });
  }
  if (sections.length === 0) throw new InputError(`${name} is not a CBF image: no line ${boundary} stands in front of the pixels`);
  return sections;
}

/** Where the next section begins, by a line that does not end one; -1 where there is none. */
function beginOf(text: string, from: number): number {
  let at = text.indexOf(boundary, from);
  while (at >= 0 && text.startsWith("--", at + boundary.length)) at = text.indexOf(boundary, at + boundary.length);
  return at;
}

/** The bytes that a section written as text stands for. */
function decodeText(text: string, encoding: string, name: string): Uint8Array {
  if (encoding === "BASE64") {
    const digits = text.replace(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits) || digits.length % 4 !== 0) throw new InputError(`${name} is damaged: its pixels are not BASE64, as Content-Transfer-Encoding says`);
    return bytesOf(atob(digits));
  }
  if (encoding === "QUOTED-PRINTABLE") {
    const joined = text.replace(/=[ \t]*\r?\n/g, "").replace(/\r?\n$/, "");
    return bytesOf(joined.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))));
  }
  throw new InputError(`${name}: Content-Transfer-Encoding is ${quote(encoding)}; it can be BINARY, BASE64 or QUOTED-PRINTABLE`);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text in front of a section: that of its own data block, where one begins behind the section before. */
function headerOf(bytes: Uint8Array, sections: readonly Section[], number: number): string {
  const parts = sections.slice(0, number + 1).map(({ begin }, i) => latin1(bytes.subarray(i === 0 ? 0 : sections[i - 1].end, begin)));
  const own = parts[number];
  return number === 0 || /^data_/m.test(own) ? own : parts.join("\n");
}

/**
 * Reads an image of a CBF file: miniCBF or imgCIF, packed in one of CBFlib's ways or not packed, in binary or as text.
 * @param name what error messages call the bytes
 * @param frame number of the image, from 1; the first unless given
 * @throws InputError when there is no such image, sizes, counts or checksum contradict the pixels, or they are packed in a way that is not known
 */
export function parseCbf(bytes: Uint8Array, name: string, frame = 1): Cbf {
  const sections = sectionsOf(bytes, name);
  if (!(frame >= 1 && frame <= sections.length)) {
    throw new InputError(`${name} holds ${sections.length === 1 ? "one image" : `${sections.length} images`}, and number ${frame} is asked for`);
  }
  const { mime, bytes: content } = sections[frame - 1];
  const count = (key: string): number => {
    const word = mime.get(key.toLowerCase());
    const value = parseCount(word ?? "");
    if (!(value > 0)) throw new InputError(`${name}: ${key} is ${word === undefined ? "missing" : quote(word)}; it must be a number above 0`);
    return value;
  };
  const [fast, slow] = [count("X-Binary-Size-Fastest-Dimension"), count("X-Binary-Size-Second-Dimension")];
  const elements = count("X-Binary-Number-of-Elements");
  if ((mime.get("x-binary-size-third-dimension") ?? "1") !== "1") {
    throw new InputError(`${name}: the pixels have three dimensions; an image has two`);
  }
  if (elements !== fast * slow || elements > mostPixels) {
    throw new InputError(`${name}: X-Binary-Number-of-Elements is ${elements}, and the header's sizes are ${fast} x ${slow}`);
  }
  const size = count("X-Binary-Size");
  const packed = content.subarray(0, size);
  if (packed.length < size) {
    throw new InputError(`${name} is cut short: X-Binary-Size is ${size}, and only ${packed.length} bytes follow the header`);
  }
  const digest = mime.get("content-md5");
  if (digest !== undefined && digest !== md5Base64(packed)) {
    throw new InputError(`${name} is damaged: the pixels' checksum is ${md5Base64(packed)}, and Content-MD5 says ${quote(digest)}`);
  }
  const type = elementTypeOf(mime, name);
  const pixels = unpack(packed, [slow, fast], type, mime, name);
  return { header: headerOf(bytes, sections, frame - 1), shape: [slow, fast], image: reshape(pixels, [slow, fast]), isCounted: Number.isFinite(type.range[0]), frames: sections.length };
}

function findMarker(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(marker[0], from); at >= 0; at = bytes.indexOf(marker[0], at + 1)) {
    if (marker.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** Entries of the section's header, by their names in lower case; a line that begins with blanks continues the one before. */
function mimeEntries(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, key, value] = /^([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) entries.set(key.toLowerCase(), value.replace(/^"(.*)"$/, "$1"));
  }
  return entries;
}

function elementTypeOf(mime: ReadonlyMap<string, string>, name: string): ElementType {
  const word = mime.get("x-binary-element-type") ?? "unsigned 32-bit integer";
  const type = elementTypes.get(word);
  if (!type) throw new InputError(`${name}: X-Binary-Element-Type is ${quote(word)}; it can be ${[...elementTypes.keys()].join(", ")}`);
  const order = mime.get("x-binary-element-byte-order") ?? "LITTLE_ENDIAN";
  if (order !== "LITTLE_ENDIAN") throw new InputError(`${name}: X-Binary-Element-Byte-Order is ${quote(order)}; only LITTLE_ENDIAN is read`);
  return type;
}

/** The pixels, as the way in which the header says that they are packed has them. */
function unpack(packed: Uint8Array, shape: readonly [slow: number, fast: number], type: ElementType, mime: ReadonlyMap<string, string>, name: string): NdArray {
  const content = mime.get("content-type") ?? "";
  const conversion = /conversions="?([\w-]+)/i.exec(content)?.[1] ?? "x-CBF_NONE";
  const [count, isReal] = [shape[0] * shape[1], !Number.isFinite(type.range[0])];
  const isFlat = /;\s*"?flat"?\s*(;|$)/i.test(content);
  switch (conversion.toLowerCase()) {
    case "x-cbf_byte_offset":
      return isReal ? plain(littleEndian(Int32Array.from(flatData(decodeByteOffset(packed, count, patterns, name))), 4), count, type, name) : decodeByteOffset(packed, count, type.range, name);
    case "x-cbf_packed":
      return plain(decodePacked(packed, { shape, bytes: type.bytes, version: 1, isFlat }, name), count, type, name);
    case "x-cbf_packed_v2":
      return plain(decodePacked(packed, { shape, bytes: type.bytes, version: 2, isFlat }, name), count, type, name);
    case "x-cbf_canonical":
      return plain(decodeCanonical(packed, count, type.bytes, type.range, name), count, type, name);
    case "x-cbf_none":
      return plain(packed, count, type, name);
    default:
      throw new InputError(`${name}: the pixels are packed as ${quote(conversion)}; x-CBF_BYTE_OFFSET, x-CBF_PACKED, x-CBF_PACKED_V2, x-CBF_CANONICAL and pixels that are not packed are read`);
  }
}

/** Real numbers are packed as the integers that have their bits. */
const patterns = [-2147483648, 2147483647] as const;

/** Pixels that are not packed. */
function plain(bytes: Uint8Array, count: number, type: ElementType, name: string): NdArray {
  if (bytes.length !== count * type.bytes) {
    throw new InputError(`${name}: X-Binary-Size is ${bytes.length}, and ${count} pixels of ${type.bytes} bytes need ${count * type.bytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const pixels = allocate("float64", count);
  for (let i = 0; i < count; i++) pixels[i] = type.read(view, i * type.bytes);
  return fromData(pixels, [count]);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/**
 * Writes a miniCBF image with 32-bit counts, packed as byte offsets.
 * @param lines of the header, without the leading "# "
 * @param image whole numbers, shape [slow, fast]
 * @throws InputError when a pixel is not a whole number of 32 bits
 */
export function formatCbf(lines: readonly string[], image: NdArray): Uint8Array {
  const [slow, fast] = image.shape;
  const packed = encodeByteOffset(image);
  const text = [
    "###CBF: VERSION 1.5",
    "data_image",
    "",
    '_array_data.header_convention "PILATUS_1.2"',
    "_array_data.header_contents",
    ";",
    ...lines.map((line) => `# ${line}`),
    ";",
    "",
    "_array_data.data",
    ";",
    boundary,
    "Content-Type: application/octet-stream;",
    '     conversions="x-CBF_BYTE_OFFSET"',
    "Content-Transfer-Encoding: BINARY",
    `X-Binary-Size: ${packed.length}`,
    "X-Binary-ID: 1",
    'X-Binary-Element-Type: "signed 32-bit integer"',
    "X-Binary-Element-Byte-Order: LITTLE_ENDIAN",
    `Content-MD5: ${md5Base64(packed)}`,
    `X-Binary-Number-of-Elements: ${flatData(image).length}`,
    `X-Binary-Size-Fastest-Dimension: ${fast}`,
    `X-Binary-Size-Second-Dimension: ${slow}`,
    `X-Binary-Size-Padding: ${padding}`,
    "",
    "",
  ].join("\r\n");
  const head = new TextEncoder().encode(text);
  const tail = new TextEncoder().encode(`\r\n${boundary}--\r\n;\r\n`);
  const bytes = new Uint8Array(head.length + marker.length + packed.length + padding + tail.length);
  let at = 0;
  for (const part of [head, marker, packed]) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.set(tail, at + padding);
  return bytes;
}

/** Zeros behind the pixels, as the camera servers write them: some readers read beyond the end. */
const padding = 4095;
