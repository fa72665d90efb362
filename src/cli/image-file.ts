import { resolve } from "node:path";
import { frameNameOf, readAnyImage } from "../io/image-file.js";
import type { ImageFormat, MeasuredImage } from "../io/image.js";
import { InputError } from "../ndarray/errors.js";

/** What a file can hold. */
export type Format = "hkl" | "fdump" | "mtz" | "png" | ImageFormat;

export const formats: readonly Format[] = ["hkl", "fdump", "mtz", "cbf", "smv", "hdf5", "tiff", "float", "pgm", "png"];

const byExtension: ReadonlyMap<string, Format> = new Map([
  ["hkl", "hkl"],
  ["fdump", "fdump"],
  ["mtz", "mtz"],
  ["cbf", "cbf"],
  ["h5", "hdf5"],
  ["nxs", "hdf5"],
  ["hdf5", "hdf5"],
  ["tif", "tiff"],
  ["tiff", "tiff"],
  ["mccd", "tiff"],
  ["img", "smv"],
  ["smv", "smv"],
  ["bin", "float"],
  ["float", "float"],
  ["raw", "float"],
  ["pgm", "pgm"],
  ["png", "png"],
]);

/** The format that a file's name promises, if it does; what the reference program calls Fdump.bin is a dump. */
export function formatByName(name: string): Format | undefined {
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1).toLowerCase().replace(/#\d+$/, "").replace(/\.gz$/, "");
  if (/^fdump.*\.bin$/.test(base)) return "fdump";
  const dot = base.lastIndexOf(".");
  return dot < 0 ? undefined : byExtension.get(base.slice(dot + 1));
}

/**
 * The format that an option says or else a file's name promises.
 * @param option the option's name, for the sentence where neither does
 * @throws InputError where neither says it
 */
export function formatOf(name: string, said: string | undefined, option: string): Format {
  const format = formats.find((candidate) => candidate === said) ?? formatByName(name);
  if (format === undefined) {
    throw new InputError(`what ${name} holds does not follow from its name; give it with ${option} (${formats.join(", ")})`);
  }
  return format;
}

/**
 * Reads an image of any format by its content; "stack.h5#17" is the frame 17 of a stack, counted from 1.
 * @param said format that an option gives in place of the content's own
 * @param shape [slow, fast] of a raw float image; a square one unless given
 * @param dataSet of an HDF5 file, the one with the images, where a geometry file names it
 * @throws InputError when the file cannot be read or is no such image
 */
export async function readImage(
  cwd: string,
  name: string,
  said?: string,
  shape?: readonly [slow: number, fast: number],
  dataSet?: string,
): Promise<MeasuredImage> {
  const { file, frame } = frameNameOf(name);
  const given = said ?? formatByName(file);
  const format = imageFormats.find((candidate) => candidate === given);
  if (given !== undefined && format === undefined) {
    throw new InputError(`${name}: an image is read from ${imageFormats.join(", ")}, not from ${given}`);
  }
  return readAnyImage(resolve(cwd, file), name, frame, { ...(said === undefined ? { otherwise: format } : { format }), shape, dataSet });
}

/** Formats that an image is read from. */
export const imageFormats: readonly ImageFormat[] = ["cbf", "smv", "hdf5", "tiff", "pgm", "float"];
