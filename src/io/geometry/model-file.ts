import { InputError } from "../../ndarray/errors.js";
import { isCrystfelGeometry, parseCrystfelGeometry } from "./crystfel.js";
import { isCrystfelStream, parseCrystfelStream } from "./crystfel-stream.js";
import { parseDials } from "./dials.js";
import { isMosflmMatrix, mosflmRecord } from "./mosflm.js";
import type { ExperimentRecord } from "./record.js";
import { imageCount } from "./setting.js";
import { isIntegrate, isXparm, parseIntegrateHeader, parseXparm } from "./xds.js";

/** One image of a model file: what is known of the experiment, and the number of the image in its scan, from 0. */
export interface ModelImage {
  /** what the file says of the experiment in it */
  readonly record: ExperimentRecord;
  /** number of the image in its scan, from 0 */
  readonly image: number;
}

/** A file of another program's models, as read. */
export interface ModelFile {
  /** images that the file describes */
  readonly count: number;
  /**
   * @param number of the image, from 1
   * @throws InputError when there is no such image
   */
  image(number: number): ModelImage;
}

/** Whether a text is of a format that another program writes its models in. */
export function isModelFile(text: string): boolean {
  return text.trimStart().startsWith("{") ? /"__id__"/.test(text) : isCrystfelStream(text) || isCrystfelGeometry(text) || isIntegrate(text) || isXparm(text) || isMosflmMatrix(text);
}

/**
 * Reads a model file by its content: DIALS experiments, CrystFEL geometry or stream, XDS XPARM or INTEGRATE, MOSFLM matrix.
 * @param name what error messages call it
 * @throws InputError when it is none of them, or a damaged one
 */
export function parseModelFile(text: string, name: string): ModelFile {
  if (text.trimStart().startsWith("{")) return modelFileOf(name, parseDials(text, name).map(({ record }) => () => record));
  if (isCrystfelStream(text)) return streamFile(name, parseCrystfelStream(text, name));
  if (isCrystfelGeometry(text)) return modelFileOf(name, [() => parseCrystfelGeometry(text, name)]);
  if (isIntegrate(text)) return modelFileOf(name, [() => parseIntegrateHeader(text, name)]);
  if (isXparm(text)) return modelFileOf(name, [() => parseXparm(text, name)]);
  if (isMosflmMatrix(text)) return modelFileOf(name, [() => mosflmRecord(text, name)]);
  throw new InputError(`${name} is no model that can be read: DIALS .expt, XDS XPARM or INTEGRATE.HKL, CrystFEL .geom or .stream, MOSFLM matrix`);
}

/**
 * Reads a model file, if the bytes are one's.
 * @param name what error messages call it
 * @returns undefined where they are something else
 * @throws InputError when it is a damaged one
 */
export function modelFileIn(bytes: Uint8Array, name: string): ModelFile | undefined {
  const text = modelTextIn(bytes);
  return text === undefined ? undefined : parseModelFile(text, name);
}

/** The text of a model file; undefined where the bytes are something else. */
export function modelTextIn(bytes: Uint8Array): string | undefined {
  // No text holds control characters other than those that end words and lines.
  const isText = bytes.length > 0 && bytes.subarray(0, 1024).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  const text = isText ? new TextDecoder().decode(bytes) : undefined;
  return text !== undefined && isModelFile(text) ? text : undefined;
}

/** The records one after another, each with as many images as its scan has. */
function modelFileOf(name: string, records: readonly (() => ExperimentRecord)[]): ModelFile {
  const listed = records.map((record) => record());
  const counts = listed.map(imageCount);
  const count = counts.reduce((sum, images) => sum + images, 0);
  return {
    count,
    image: (number) => {
      let image = number - 1;
      for (const [i, record] of listed.entries()) {
        if (image >= 0 && image < counts[i]) return { record, image };
        image -= counts[i];
      }
      throw noImage(name, count, number);
    },
  };
}

function streamFile(name: string, images: readonly (() => ExperimentRecord)[]): ModelFile {
  return {
    count: images.length,
    image: (number) => {
      const read = images[number - 1];
      if (read === undefined) throw noImage(name, images.length, number);
      return { record: read(), image: 0 };
    },
  };
}

function noImage(name: string, count: number, number: number): InputError {
  return new InputError(`${name} describes ${count === 1 ? "1 image" : `${count} images`}, counted from 1, and number ${number} is asked for`);
}
