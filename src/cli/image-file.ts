import { parseFloatImage } from "../io/float-image.js";
import { parsePgm } from "../io/pgm.js";
import { parseSmv } from "../io/smv.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";

/** What a file can hold. */
export type Format = "hkl" | "fdump" | "mtz" | "smv" | "float" | "pgm" | "png";

export const formats: readonly Format[] = ["hkl", "fdump", "mtz", "smv", "float", "pgm", "png"];

const byExtension: ReadonlyMap<string, Format> = new Map([
  ["hkl", "hkl"],
  ["fdump", "fdump"],
  ["mtz", "mtz"],
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
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1).toLowerCase();
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
    throw new InputError(`what ${name} holds does not follow from its name; say it with ${option} (${formats.join(", ")})`);
  }
  return format;
}

/**
 * Reads an image.
 * @param shape [slow, fast] of a raw float image; a square one unless given
 * @throws InputError when the bytes are not such an image
 */
export function parseImage(bytes: Uint8Array, format: Format, name: string, shape: readonly [number, number] | undefined): NdArray {
  switch (format) {
    case "smv":
      return parseSmv(bytes, name).image;
    case "pgm":
      return parsePgm(bytes, name).image;
    case "float":
      return parseFloatImage(bytes, shape ?? square(bytes, name), name);
    default:
      throw new InputError(`${name}: an image is read from smv, float or pgm, not from ${format}`);
  }
}

function square(bytes: Uint8Array, name: string): readonly [number, number] {
  const edge = Math.round(Math.sqrt(bytes.length / 4));
  if (edge < 1 || 4 * edge * edge !== bytes.length) {
    throw new InputError(`${name} has ${bytes.length} bytes, which are no square of float32 pixels; say its size with --size FAST SLOW`);
  }
  return [edge, edge];
}
