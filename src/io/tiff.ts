import { allocate } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { fromData, type NdArray } from "../ndarray/ndarray.js";
import type { ExperimentRecord } from "./geometry/record.js";
import { uprightPanel } from "./geometry/upright-panel.js";
import { unpackingOf } from "./tiff-packing.js";

/** A TIFF image as read: float64 of shape [slow, fast]. */
export interface Tiff {
  readonly shape: readonly [slow: number, fast: number];
  readonly image: NdArray;
  readonly isCounted: boolean;
  /** the count of a full pixel of 8 or 16 bits */
  readonly fullCount: number | undefined;
  /** sentences on what the file holds besides, and on what its numbers are taken for */
  readonly remarks: readonly string[];
  /** the header of a MarCCD or Rayonix camera behind the TIFF's own, where there is one */
  readonly camera: MarHeader | undefined;
}

/** Numbers of a camera's header; undefined where it holds 0. */
export interface MarHeader {
  readonly distanceMm: number | undefined;
  readonly beamPixels: readonly [fast: number, slow: number] | undefined;
  readonly pixelSizeMm: readonly [fast: number, slow: number] | undefined;
  readonly wavelengthA: number | undefined;
  readonly startDeg: number;
  readonly endDeg: number;
  readonly twothetaDeg: number;
}

export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (a === 0x49 && b === 0x49 && c === 42 && d === 0) || (a === 0x4d && b === 0x4d && c === 0 && d === 42);
}

const tags = { width: 256, height: 257, bits: 258, compression: 259, strips: 273, photometric: 262, orientation: 274, samples: 277, byteCounts: 279, rowsPerStrip: 278, predictor: 317, tiles: 324, format: 339 } as const;
/** Pixels of the largest detectors, with room; a header that asks for more is damaged. */
const mostPixels = 2 ** 28;
const bytesOfType: ReadonlyMap<number, number> = new Map([[1, 1], [3, 2], [4, 4]]);

/**
 * Reads a grey TIFF, as detectors write it: the first image of the file.
 * @param name what error messages call the bytes
 * @throws InputError when it is in colour, in tiles, packed by a method that is not read, or cut short
 *
 * Source: Adobe, TIFF revision 6.0.
 */
export async function parseTiff(bytes: Uint8Array, name: string): Promise<Tiff> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const inside = (at: number, width: number): number => {
    if (!(at >= 0 && at + width <= bytes.length)) throw new InputError(`${name} is cut short: its TIFF directory points behind its ${bytes.length} bytes`);
    return at;
  };
  const directory = view.getUint32(inside(4, 4), little);
  const entries = new Map<number, number[]>();
  const count = view.getUint16(inside(directory, 2), little);
  for (let i = 0; i < count; i++) {
    const at = inside(directory + 2 + 12 * i, 12);
    const width = bytesOfType.get(view.getUint16(at + 2, little));
    const length = view.getUint32(at + 4, little);
    if (width === undefined || length > 2 ** 20) continue;
    const start = inside(width * length <= 4 ? at + 8 : view.getUint32(at + 8, little), width * length);
    const value = (k: number): number =>
      width === 1 ? view.getUint8(start + k) : width === 2 ? view.getUint16(start + 2 * k, little) : view.getUint32(start + 4 * k, little);
    entries.set(view.getUint16(at, little), Array.from({ length }, (_, k) => value(k)));
  }
  const only = (tag: number, otherwise: number): number => entries.get(tag)?.[0] ?? otherwise;
  const [fast, slow] = [only(tags.width, 0), only(tags.height, 0)];
  const [bits, format] = [only(tags.bits, 1), only(tags.format, 1)];
  const compression = only(tags.compression, 1);
  const unpack = unpackingOf(compression, name);
  if (only(tags.samples, 1) !== 1) throw new InputError(`${name}: the TIFF has ${only(tags.samples, 1)} colours; a diffraction image has one`);
  if (entries.has(tags.tiles)) throw new InputError(`${name}: the TIFF is cut into tiles, and only strips are read`);
  const predictor = only(tags.predictor, 1);
  if (predictor !== 1 && !(predictor === 2 && format !== 3)) throw new InputError(`${name}: the TIFF states differences of neighbours in a form (predictor ${predictor}) that is not read`);
  if (readerOf(view, bits, format, little) === undefined) throw new InputError(`${name}: the TIFF has pixels of ${bits} bits in format ${format}, which are not read`);
  const width = bits / 8;
  if (!(fast > 0 && slow > 0 && fast * slow <= mostPixels && (compression !== 1 || fast * slow * width <= bytes.length))) {
    throw new InputError(`${name} has ${bytes.length} bytes, and its header asks for ${fast} x ${slow} pixels of ${bits} bits`);
  }
  const strips = entries.get(tags.strips) ?? [];
  const sizes = entries.get(tags.byteCounts) ?? [fast * slow * width];
  const rows = Math.min(only(tags.rowsPerStrip, slow), slow);
  const data = allocate("float64", fast * slow);
  let done = 0;
  for (const [i, start] of strips.entries()) {
    const size = sizes[i] ?? 0;
    inside(start, size);
    const wanted = Math.min(rows * fast, data.length - done) * width;
    const strip = await unpack(bytes.subarray(start, start + size), wanted);
    const pixels = Math.floor(Math.min(strip.length, wanted) / width);
    const read = readerOf(new DataView(strip.buffer, strip.byteOffset, strip.byteLength), bits, format, little);
    if (read === undefined) break;
    for (let k = 0; k < pixels; k++, done++) {
      const value = read(k * width);
      data[done] = predictor === 2 && done % fast > 0 ? wrapped(data[done - 1] + value, bits, format === 2) : value;
    }
  }
  if (done !== data.length) throw new InputError(`${name}: the strips of the TIFF hold ${done} pixels, and its header asks for ${data.length}`);
  const next = directory + 2 + 12 * count;
  const remarks = [
    ...(next + 4 <= bytes.length && view.getUint32(next, little) !== 0 ? ["the TIFF holds several images, and the first one is read"] : []),
    ...(only(tags.photometric, 1) === 0 ? ["the TIFF says that 0 is white; its numbers are taken for counts all the same"] : []),
    ...(only(tags.orientation, 1) === 1 ? [] : [`the TIFF is to be shown in orientation ${only(tags.orientation, 1)}; rows and columns are taken as they are stored`]),
  ];
  const fullCount = format === 3 || bits > 16 ? undefined : 2 ** (format === 2 ? bits - 1 : bits) - 1;
  return { shape: [slow, fast], image: fromData(data, [slow, fast]), isCounted: format !== 3, fullCount, remarks, camera: marHeader(view, little) };
}

function readerOf(view: DataView, bits: number, format: number, little: boolean): ((at: number) => number) | undefined {
  const isSigned = format === 2;
  if (format === 3) return bits === 32 ? (at) => view.getFloat32(at, little) : bits === 64 ? (at) => view.getFloat64(at, little) : undefined;
  if (bits === 8) return (at) => (isSigned ? view.getInt8(at) : view.getUint8(at));
  if (bits === 16) return (at) => (isSigned ? view.getInt16(at, little) : view.getUint16(at, little));
  return bits === 32 ? (at) => (isSigned ? view.getInt32(at, little) : view.getUint32(at, little)) : undefined;
}

/** A whole number as so many bits hold it. */
function wrapped(value: number, bits: number, isSigned: boolean): number {
  const range = 2 ** bits;
  const positive = ((value % range) + range) % range;
  return isSigned && positive >= range / 2 ? positive - range : positive;
}

const marStart = 1024;

/**
 * The 3072 bytes behind the TIFF header, in the sections goniostat (640), detector (768) and source (896).
 *
 * Source: Mar USA, "The MarCCD image header", version 1.
 */
function marHeader(view: DataView, little: boolean): MarHeader | undefined {
  if (view.byteLength < 4096) return undefined;
  const name = Array.from({ length: 3 }, (_, i) => String.fromCharCode(view.getUint8(marStart + 4 + i))).join("");
  if (name !== "MMX") return undefined;
  const at = (offset: number, unit: number): number => Number((view.getInt32(marStart + offset, little) * unit).toPrecision(12));
  const length = (value: number): number | undefined => (value > 0 ? value : undefined);
  const pair = (x: number, y: number): readonly [number, number] | undefined => (x > 0 && y > 0 ? [x, y] : undefined);
  return {
    distanceMm: length(at(640, 1e-3)) ?? length(at(696, 1e-3)),
    beamPixels: pair(at(644, 1e-3), at(648, 1e-3)),
    pixelSizeMm: pair(at(772, 1e-6), at(776, 1e-6)),
    wavelengthA: length(at(908, 1e-5)),
    startDeg: at(684, 1e-3),
    endDeg: at(716, 1e-3),
    twothetaDeg: at(668, 1e-3),
  };
}

/** What the camera's header knows of the experiment, in a frame with X along the fast axis, Y against the slow one and Z towards the source. */
export function tiffRecord({ shape: [slow, fast], camera, remarks }: Tiff, source: string): ExperimentRecord {
  const common = { source, crystals: [], images: [{ file: source }] };
  if (camera === undefined) return { ...common, kind: "TIFF", beam: {}, panels: [], remarks: ["a plain TIFF states nothing of the experiment", ...remarks] };
  const { distanceMm, beamPixels, pixelSizeMm, wavelengthA, twothetaDeg, startDeg, endDeg } = camera;
  const isPlaced = distanceMm !== undefined && beamPixels !== undefined && pixelSizeMm !== undefined && twothetaDeg === 0;
  return {
    ...common,
    kind: "MarCCD header",
    beam: { wavelengthA, direction: [0, 0, -1] },
    panels: isPlaced ? [{ ...uprightPanel({ pixels: { fast, slow }, pixelSizeMm, beamPixels, distanceMm }), trusted: { overload: 65535 } }] : [],
    scan: { firstImage: 1, lastImage: 1, startDeg, widthDeg: endDeg - startDeg },
    remarks: isPlaced ? remarks : [...remarks, "the header does not state distance, beam centre and pixel size of a detector across the beam: its place is left open"],
  };
}
