import { InputError } from "../ndarray/errors.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { imgCifRecord } from "./cbf/axes.js";
import { isCbf, parseCbf } from "./cbf/cbf.js";
import { parseCifItems } from "./cbf/cif.js";
import { miniHeaderRecord, parseMiniHeader, type MiniHeader } from "./cbf/mini-header.js";
import { parseFloatImage } from "./float-image.js";
import type { ExperimentRecord } from "./geometry/record.js";
import { gunzip, isGzip } from "./gzip.js";
import { parsePgm } from "./pgm.js";
import { smvContradictions, smvLimits, smvRecord } from "./smv-record.js";
import { parseSmv, type Smv } from "./smv.js";
import { isTiff, parseTiff, tiffRecord } from "./tiff.js";

/** Formats that images are read from. */
export type ImageFormat = "smv" | "cbf" | "hdf5" | "tiff" | "pgm" | "float";

/** An image as its file holds it. */
export interface MeasuredImage {
  /** what messages call it */
  readonly name: string;
  /** what the file's bytes are */
  readonly format: ImageFormat;
  /** the file's own numbers, [slow, fast] or, of many panels, [panel, slow, fast] */
  readonly image: NdArray;
  /** int32 of the same shape, 0 where the file marks a pixel as missing or bad; undefined where it marks none */
  readonly mask: NdArray | undefined;
  /** counts from which on a pixel is overloaded, where the file states it */
  readonly overload: number | undefined;
  /** counts of a pixel without photons, where the file states them */
  readonly pedestal?: number | undefined;
  /** the count of a full pixel of 8 or 16 bits */
  readonly fullCount?: number | undefined;
  /** whether the pixels are whole counts */
  readonly isCounted: boolean;
  /** frames in the file */
  readonly frames: number;
  /** words of an SMV header */
  readonly smvHeader?: ReadonlyMap<string, string>;
  /** sentences on what an SMV header contradicts in itself */
  readonly contradictions?: readonly string[];
  /** what the file knows of the experiment */
  readonly record: ExperimentRecord;
}

/** The format of an image by its first bytes; raw pixels have none. */
export function imageFormatOf(bytes: Uint8Array): Exclude<ImageFormat, "float"> | undefined {
  if (isHdf5(bytes)) return "hdf5";
  if (isTiff(bytes)) return "tiff";
  if (isCbf(bytes)) return "cbf";
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (/^P[25]\s/.test(start)) return "pgm";
  return /^\{\s*HEADER_BYTES\s*=/.test(start) ? "smv" : undefined;
}

/** Whether bytes begin as HDF5 does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}

/** How an image is read. */
export interface ImageReading {
  /** of an HDF5 file, the data set with the images; found by the file's own conventions unless given */
  readonly dataSet?: string | undefined;
  /** what the bytes are; by their content unless given */
  readonly format?: ImageFormat | undefined;
  /** what they are where their content does not say it */
  readonly otherwise?: ImageFormat | undefined;
  /** [slow, fast] of raw float32 pixels, which do not state it; a square unless given */
  readonly shape?: readonly [slow: number, fast: number] | undefined;
  /** number of the image in a file of several, from 1; the first unless given */
  readonly frame?: number | undefined;
}

/**
 * Reads an image of any format but HDF5, packed by gzip or not, by its content.
 * @param name what error messages call the bytes
 * @throws InputError when they are no image, or a damaged one
 */
export async function parseAnyImage(bytes: Uint8Array, name: string, { format, otherwise, shape, frame }: ImageReading = {}): Promise<MeasuredImage> {
  const content = isGzip(bytes) ? await gunzip(bytes, name) : bytes;
  const found = format ?? imageFormatOf(content) ?? otherwise ?? (isRaw(name) || shape ? "float" : undefined);
  if (found !== "cbf" && frame !== undefined && frame !== 1) throw new InputError(`${name} holds one image, and frame ${frame} is asked for`);
  switch (found) {
    case "cbf":
      return cbfImage(content, name, frame);
    case "smv": {
      const smv = parseSmv(content, name);
      return { ...plain(name, "smv", smv.image, recordOfSmv(smv, name)), ...smvLimits(smv), fullCount: smv.fullCount, smvHeader: smv.header, contradictions: smvContradictions(smv) };
    }
    case "tiff": {
      const tiff = await parseTiff(content, name);
      const mask = tiff.isCounted ? notMarked(tiff.image) : undefined;
      return { ...plain(name, "tiff", tiff.image, tiffRecord(tiff, name)), mask, isCounted: tiff.isCounted, fullCount: tiff.fullCount };
    }
    case "pgm":
      return plain(name, "pgm", parsePgm(content, name).image, nothing(name, "PGM"));
    case "float":
      return { ...plain(name, "float", parseFloatImage(content, shape ?? square(content, name), name), nothing(name, "raw pixels")), isCounted: false };
    case "hdf5":
      throw new InputError(`${name} is an HDF5 file, which is read from the disk, not from memory`);
    default:
      throw new InputError(`${name} is no image that can be read: CBF, SMV, HDF5, TIFF or MarCCD, PGM, each also with .gz, or raw float32 named .bin`);
  }
}

function isRaw(name: string): boolean {
  return /\.(bin|float|raw)(\.gz)?$/i.test(name);
}

function plain(name: string, format: ImageFormat, image: NdArray, record: ExperimentRecord): MeasuredImage {
  return { name, format, image, mask: undefined, overload: undefined, isCounted: true, frames: 1, record };
}

function nothing(source: string, kind: string): ExperimentRecord {
  return { source, kind, beam: {}, panels: [], crystals: [], images: [{ file: source }], remarks: [`${kind} of itself states nothing of the experiment`] };
}

function square(bytes: Uint8Array, name: string): readonly [number, number] {
  const edge = Math.round(Math.sqrt(bytes.length / 4));
  if (edge < 1 || 4 * edge * edge !== bytes.length) {
    throw new InputError(`${name} has ${bytes.length} bytes, which are no square of float32 pixels; give its size with --size FAST SLOW`);
  }
  return [edge, edge];
}

/** A header that contradicts itself states nothing, and its pixels are an image all the same. */
function recordOfSmv(smv: Smv, name: string): ExperimentRecord {
  try {
    return smvRecord(smv, name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...nothing(name, "SMV header"), remarks: [error.message] };
  }
}

function cbfImage(bytes: Uint8Array, name: string, frame?: number): MeasuredImage {
  const { header, shape, image, isCounted, frames } = parseCbf(bytes, name, frame);
  const mini = parseMiniHeader(header);
  const fromMini = miniHeaderRecord(mini, shape, name);
  const fromAxes = /_axis\.id/i.test(header) ? imgCifRecord(parseCifItems(header, name), shape, name) : undefined;
  const record = fromAxes === undefined ? fromMini : withCamera(fromAxes, fromMini, mini);
  const unsaid = frame === undefined && frames > 1 ? [moreFrames(name, frames)] : [];
  return { ...plain(name, "cbf", image, { ...record, remarks: [...record.remarks, ...unsaid] }), mask: isCounted ? notMarked(image) : undefined, overload: mini.overload, isCounted, frames };
}

/** What to say where a file holds several images and none was asked for. */
export function moreFrames(name: string, frames: number): string {
  return `${name} holds ${frames} frames, and this is the first: ${name}#2 is the next`;
}

/** The axes of an imgCIF header with what only the camera server's own lines state. */
function withCamera(axes: ExperimentRecord, camera: ExperimentRecord, { sensor, overload }: MiniHeader): ExperimentRecord {
  return {
    ...axes,
    beam: { ...axes.beam, wavelengthA: axes.beam.wavelengthA ?? camera.beam.wavelengthA },
    panels: axes.panels.map((panel) => ({ ...panel, sensor, trusted: { lowest: 0, overload } })),
    scan: axes.scan && { ...axes.scan, exposureS: camera.scan?.exposureS },
  };
}

/** The largest number of 32 unsigned bits, which marks what a signed -1 does. */
const unsignedMark = 2 ** 32 - 1;

/** Counts below 0 mark pixels that do not exist or are bad. */
function notMarked(image: NdArray): NdArray | undefined {
  const mask = zeros(image.shape, "int32");
  let left = 0;
  for (let i = 0; i < image.size; i++) {
    const isUsed = image.data[i] >= 0 && image.data[i] !== unsignedMark;
    mask.data[i] = isUsed ? 1 : 0;
    if (!isUsed) left++;
  }
  return left === 0 ? undefined : mask;
}
