import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readBinaryFile } from "../io/files.js";
import { modelFileIn, modelTextIn, type ModelImage } from "../io/geometry/model-file.js";
import { gunzip, isGzip } from "../io/gzip.js";
import { frameNameOf } from "../io/image-file.js";
import { imageFormatOf, type MeasuredImage } from "../io/image.js";
import { InputError } from "../ndarray/errors.js";
import { formatByName, imageFormats, readImage } from "./image-file.js";

/** A file that was read: its record, the number of the image in it, and the image itself where it is one. */
export interface Source extends ModelImage {
  readonly name: string;
  readonly measured?: MeasuredImage;
  /** images that the file describes or holds */
  readonly count: number;
}

/**
 * Reads a model file or an image, by its content.
 * @param name with "#n" behind it for the image n, counted from 1
 * @throws InputError when it is neither
 */
export async function readSource(cwd: string, name: string): Promise<Source> {
  const { file, frame } = frameNameOf(name);
  const content = await readContent(cwd, file);
  const model = modelFileIn(content, file);
  if (model) return { name, count: model.count, ...model.image(frame ?? 1) };
  const named = formatByName(file);
  const isImage = imageFormatOf(content) !== undefined || imageFormats.some((format) => format === named);
  if (!isImage) throw new InputError(`${file} is neither a model (DIALS .expt, XDS XPARM or INTEGRATE.HKL, CrystFEL .geom or .stream, MOSFLM matrix) nor an image (CBF, SMV, HDF5, TIFF, MarCCD, PGM)`);
  const measured = await readImage(cwd, name);
  return { name, record: measured.record, image: 0, measured, count: measured.frames };
}

/**
 * Reads a model file, with "#n" behind it for the image n.
 * @returns undefined where the file is none, or not there
 * @throws InputError when it is a damaged one
 */
export async function readModelImage(cwd: string, name: string): Promise<ModelImage | undefined> {
  const { file, frame } = frameNameOf(name);
  if (!existsSync(resolve(cwd, file))) return undefined;
  return modelFileIn(await readContent(cwd, file), file)?.image(frame ?? 1);
}

/**
 * The text of a model file.
 * @returns undefined where the file is none
 */
export async function readModelText(cwd: string, file: string): Promise<string | undefined> {
  return modelTextIn(await readContent(cwd, file));
}

async function readContent(cwd: string, file: string): Promise<Uint8Array> {
  const bytes = await readBinaryFile(resolve(cwd, file));
  return isGzip(bytes) ? gunzip(bytes, file) : bytes;
}
