import { allocate, type Data } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { nativeOrder, type ByteOrder } from "./byte-order.js";
import { formatG } from "./c-format.js";
import { parseCount, parseNumber, quote } from "./field.js";
import { blockSize, entryOf, headerEntries, headerLength, said } from "./smv-entries.js";

/** What the header of a written image says of the experiment; size and byte order come with the image. */
export interface SmvHeader {
  /** PIXEL_SIZE: edge of a pixel, in mm */
  readonly pixelSizeMm: number;
  /** DISTANCE: along the beam, in mm */
  readonly distanceMm: number;
  /** WAVELENGTH, in A */
  readonly wavelengthA: number;
  /** BEAM_CENTER_X and _Y of the detector's own convention, in mm */
  readonly beamCenterMm: readonly [x: number, y: number];
  /** ADXV_CENTER_X and _Y, in mm */
  readonly adxvCenterMm: readonly [x: number, y: number];
  /** MOSFLM_CENTER_X and _Y, in mm */
  readonly mosflmCenterMm: readonly [x: number, y: number];
  /** DENZO_X_BEAM and DENZO_Y_BEAM, in mm */
  readonly denzoBeamMm: readonly [x: number, y: number];
  /** DIALS_ORIGIN: the corner of the first pixel, in mm */
  readonly dialsOriginMm: readonly [x: number, y: number, z: number];
  /** XDS_ORGX and XDS_ORGY: the nearest point, in pixels */
  readonly xdsOriginPixels: readonly [x: number, y: number];
  /** CLOSE_DISTANCE: to the nearest point of the detector's plane, in mm */
  readonly closeDistanceMm: number;
  /** PHI and OSC_START, in degrees */
  readonly phiDeg: number;
  /** OSC_RANGE: turn during the exposure, in degrees */
  readonly oscRangeDeg: number;
  /** TWOTHETA: swing of the detector, in degrees */
  readonly twoThetaDeg: number;
  /** IMAGE_PEDESTAL: counts of a pixel without photons, where it is stated; the reference program never does */
  readonly pedestal?: number;
}

/** An SMV image as read: the header's words, and the pixels as float64 of shape [slow, fast]. */
export interface Smv {
  /** words of the header by their keys */
  readonly header: ReadonlyMap<string, string>;
  /** of the image, in pixels */
  readonly shape: readonly [slow: number, fast: number];
  /** float64 of shape [slow, fast] */
  readonly image: NdArray;
  /** keys that stand in the header again with another value, of which the last one counts */
  readonly repeated: readonly string[];
  /** the count of a full pixel of 8 or 16 bits; undefined of larger ones */
  readonly fullCount: number | undefined;
}

interface PixelType {
  readonly bytes: number;
  readonly fullCount?: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const pixelTypes: ReadonlyMap<string, PixelType> = new Map([
  ["unsigned_char", { bytes: 1, fullCount: 255, read: (view, at) => view.getUint8(at) }],
  ["signed_char", { bytes: 1, fullCount: 127, read: (view, at) => view.getInt8(at) }],
  ["unsigned_short", { bytes: 2, fullCount: 65535, read: (view, at, little) => view.getUint16(at, little) }],
  ["signed_short", { bytes: 2, fullCount: 32767, read: (view, at, little) => view.getInt16(at, little) }],
  ["unsigned_long", { bytes: 4, read: (view, at, little) => view.getUint32(at, little) }],
  ["signed_long", { bytes: 4, read: (view, at, little) => view.getInt32(at, little) }],
  ["float", { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) }],
] satisfies [string, PixelType][]);

/**
 * Reads an SMV image of any header size, in either byte order.
 * @param name what error messages call the bytes
 * @throws InputError when the header is not one, names an unknown pixel type or byte order, or asks for more bytes than there
 *   are, or leaves a block of 512 or more unread
 */
export function parseSmv(bytes: Uint8Array, name: string): Smv {
  const headerBytes = headerLength(bytes, name);
  const { entries: header, repeated } = headerEntries(bytes.subarray(0, headerBytes), name);
  const type = pixelType(header, name);
  checkUncompressed(header, name);
  const order = entryOf(header, "BYTE_ORDER")?.toLowerCase();
  if (order !== "little_endian" && order !== "big_endian") {
    throw new InputError(`${name}: BYTE_ORDER is ${said(header, "BYTE_ORDER")}; it can be little_endian or big_endian`);
  }
  if ((entryOf(header, "DIM") ?? "2") !== "2") throw new InputError(`${name}: DIM is ${said(header, "DIM")}; an image has 2 dimensions`);
  const fast = extent(header, "SIZE1", name);
  const slow = extent(header, "SIZE2", name);
  const wanted = headerBytes + fast * slow * type.bytes;
  if (bytes.length < wanted || bytes.length >= wanted + blockSize) {
    throw new InputError(
      `${name} has ${bytes.length} bytes, but its header (${headerBytes} bytes, SIZE1=${fast}, SIZE2=${slow}, ` +
        `${type.bytes} bytes a pixel) asks for ${wanted}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + headerBytes);
  const littleEndian = order === "little_endian";
  const data = allocate("float64", slow * fast);
  for (let i = 0; i < data.length; i++) data[i] = type.read(view, i * type.bytes, littleEndian);
  if (type.bytes === 2) refuseRaxis(data, header, name);
  return { header, shape: [slow, fast], image: fromData(data, [slow, fast]), repeated, fullCount: type.fullCount };
}

function extent(header: ReadonlyMap<string, string>, key: string, name: string): number {
  const count = parseCount(entryOf(header, key) ?? "");
  if (!(count > 0)) throw new InputError(`${name}: ${key} is ${said(header, key)}; it must be a number of pixels`);
  return count;
}

/** The type of the pixels, by the word of ADSC's TYPE, or by those of d*TREK's Data_type ("unsigned short int", "float IEEE"). */
function pixelType(header: ReadonlyMap<string, string>, name: string): PixelType {
  const key = entryOf(header, "TYPE") === undefined && entryOf(header, "Data_type") !== undefined ? "Data_type" : "TYPE";
  const words = (entryOf(header, key) ?? "").toLowerCase().split(/[\s_]+/);
  const meant = words.filter((word) => word !== "int" && word !== "ieee").join("_");
  const isPlain = meant === "short" || meant === "long" || (meant === "" && words.includes("int"));
  const type = pixelTypes.get(isPlain ? `signed_${meant || "long"}` : meant === "unsigned" ? "unsigned_long" : meant);
  if (!type) throw new InputError(`${name}: ${key} is ${said(header, key)}; it can be ${[...pixelTypes.keys()].join(", ")}`);
  return type;
}

function checkUncompressed(header: ReadonlyMap<string, string>, name: string): void {
  const compression = entryOf(header, "COMPRESSION");
  if (compression === undefined || /^(none|no|0)?$/i.test(compression)) return;
  throw new InputError(`${name}: COMPRESSION is ${quote(compression)}; only pixels that are not compressed are read`);
}

/** R-AXIS images in 16 bits hold counts above 32767 divided by a ratio, which their header tells. */
function refuseRaxis(data: Data, header: ReadonlyMap<string, string>, name: string): void {
  const word = entryOf(header, "RAXIS_COMPRESSION_RATIO");
  if (word === undefined) return;
  const ratio = parseNumber(word);
  if (!(ratio >= 1)) throw new InputError(`${name}: RAXIS_COMPRESSION_RATIO is ${quote(word)}; it must be a number of at least 1`);
  if (ratio > 1 && data.some((value) => value > 32767)) {
    throw new InputError(`${name}: RAXIS_COMPRESSION_RATIO is ${word}, and counts above 32767 that are stored divided by it are not read`);
  }
}

/**
 * Writes a 16-bit SMV image, its header key for key as the reference program writes it.
 * @param image whole numbers 0 to 65535, shape [slow, fast]
 * @throws ShapeError when the image has not two axes of at least one pixel
 * @throws InputError when 16 bits cannot hold a pixel, or a number of the header is not finite
 */
export function formatSmv(header: SmvHeader, image: NdArray, byteOrder: ByteOrder = "little"): Uint8Array {
  checkHeader(header);
  return bytesOf([...pixelEntries(image.shape, byteOrder), ...headerLines(header)], image, byteOrder);
}

/** A 16-bit SMV image whose counts are yet to be written. */
export interface BlankSmv {
  /** of the file, those of the counts too */
  readonly bytes: Uint8Array;
  /** of all pixels, fast axis first; 0 at the beginning */
  readonly counts: Uint16Array;
}

/**
 * A 16-bit SMV image without counts, in this machine's order of bytes.
 * @param shape [slow, fast]
 * @param shared whether workers shall see it
 * @throws as `formatSmv`
 */
export function blankSmv(header: SmvHeader, shape: Shape, shared = false): BlankSmv {
  checkHeader(header);
  const text = new TextEncoder().encode(headerText([...pixelEntries(shape, nativeOrder), ...headerLines(header)]));
  const length = text.length + 2 * sizeOf(shape);
  const bytes = new Uint8Array(shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  bytes.set(text);
  return { bytes, counts: new Uint16Array(bytes.buffer, text.length) };
}

function bytesOf(lines: readonly string[], image: NdArray, byteOrder: ByteOrder): Uint8Array {
  const text = new TextEncoder().encode(headerText(lines));
  const bytes = new Uint8Array(text.length + 2 * image.size);
  bytes.set(text);
  const view = new DataView(bytes.buffer, text.length);
  const data = flatData(image);
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!(value >= 0 && value <= 65535 && Number.isInteger(value))) {
      const place = `pixel slow ${Math.floor(i / image.shape[1])}, fast ${i % image.shape[1]}`;
      throw new InputError(`${place} is ${value}; a 16-bit image holds whole numbers from 0 to 65535`);
    }
    view.setUint16(2 * i, value, byteOrder === "little");
  }
  return bytes;
}

/** Entries that the pixels themselves decide when an image is written. */
const ownEntries = new Set(["HEADER_BYTES", "DIM", "BYTE_ORDER", "TYPE", "DATA_TYPE", "SIZE1", "SIZE2", "COMPRESSION", "RAXIS_COMPRESSION_RATIO"]);

/**
 * Writes a 16-bit SMV image with the entries of another image's header, of which only those that describe the pixels are replaced.
 * @param entries KEY and value, in the order in which they are written
 * @param image whole numbers 0 to 65535, shape [slow, fast]
 * @throws ShapeError when the image has not two axes of at least one pixel; InputError when 16 bits cannot hold a pixel
 */
export function formatSmvLike(entries: ReadonlyMap<string, string>, image: NdArray, byteOrder: ByteOrder = "little"): Uint8Array {
  const kept = [...entries].filter(([key]) => !ownEntries.has(key.toUpperCase()));
  return bytesOf([...pixelEntries(image.shape, byteOrder), ...kept.map(([key, value]) => `${key}=${value};`)], image, byteOrder);
}

/** Throws InputError that names the field in which a number is not finite. */
function checkHeader(header: SmvHeader): void {
  for (const [name, numbers] of Object.entries({ ...header })) {
    const wrong = [numbers].flat().find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new InputError(`${name} of the header is ${wrong}; it must be a finite number`);
  }
}

function pixelEntries(shape: Shape, byteOrder: ByteOrder): string[] {
  if (shape.length !== 2 || sizeOf(shape) === 0) throw new ShapeError(`an SMV image needs the shape [slow, fast], not ${describeShape(shape)}`);
  const [slow, fast] = shape;
  return ["DIM=2;", `BYTE_ORDER=${byteOrder}_endian;`, "TYPE=unsigned_short;", `SIZE1=${fast};`, `SIZE2=${slow};`];
}

/** The entries of an experiment, as the reference program writes them: all but DIALS_ORIGIN end with a semicolon. */
function headerLines(header: SmvHeader): string[] {
  const g = (value: number): string => formatG(value);
  const pair = (keys: readonly [string, string], [first, second]: readonly [number, number]): string[] => [`${keys[0]}=${g(first)};`, `${keys[1]}=${g(second)};`];
  return [
    `PIXEL_SIZE=${g(header.pixelSizeMm)};`,
    `DISTANCE=${g(header.distanceMm)};`,
    `WAVELENGTH=${g(header.wavelengthA)};`,
    ...pair(["BEAM_CENTER_X", "BEAM_CENTER_Y"], header.beamCenterMm),
    ...pair(["ADXV_CENTER_X", "ADXV_CENTER_Y"], header.adxvCenterMm),
    ...pair(["MOSFLM_CENTER_X", "MOSFLM_CENTER_Y"], header.mosflmCenterMm),
    ...pair(["DENZO_X_BEAM", "DENZO_Y_BEAM"], header.denzoBeamMm),
    `DIALS_ORIGIN=${header.dialsOriginMm.map(g).join(",")}`,
    ...pair(["XDS_ORGX", "XDS_ORGY"], header.xdsOriginPixels),
    `CLOSE_DISTANCE=${g(header.closeDistanceMm)};`,
    `PHI=${g(header.phiDeg)};`,
    `OSC_START=${g(header.phiDeg)};`,
    `OSC_RANGE=${g(header.oscRangeDeg)};`,
    `TWOTHETA=${g(header.twoThetaDeg)};`,
    ...(header.pedestal === undefined ? [] : [`IMAGE_PEDESTAL=${g(header.pedestal)};`]),
    "DETECTOR_SN=000;",
    "BEAMLINE=fake;",
  ];
}

function headerText(lines: readonly string[]): string {
  const withSize = (size: number): string => `{\nHEADER_BYTES=${size};\n${lines.join("\n")}\n}\f`;
  // Many or long entries need more than the one block that the reference program has.
  const size = Math.ceil(withSize(blockSize).length / blockSize) * blockSize;
  return withSize(size).padEnd(size, " ");
}
