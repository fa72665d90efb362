import { writeFileAtomically } from "../io/files.js";
import { formatG } from "../io/c-format.js";
import { encodePng } from "../io/png.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { formatByName, formats, readImage } from "./image-file.js";
import { fromFolder } from "./input-files.js";
import { parseFlags, type Flag, type FlagTable, type Given } from "./parse-flags.js";
import { redAndBlue } from "./picture.js";

const table = {
  from: { group: "Options", values: ["FORMAT"], kind: "text", choices: formats, help: "what A and B hold", preset: "by their content" },
  size: {
    group: "Options", values: ["FAST", "SLOW"], kind: "count", unit: "pixels",
    help: "size of a raw float image", preset: "that of the other image, or a square",
  },
  png: { group: "Options", values: ["FILE"], kind: "text", help: "picture of A - B: red where A is larger, blue where B is" },
  json: { group: "Options", help: "the result as one JSON object" },
  help: { group: "Options", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type CompareFlag = keyof typeof table;
const compareFlags: FlagTable<CompareFlag> = table;

const intro = `braggtape compare A B: how two images differ (cbf, smv, hdf5, tiff, pgm, float)

  braggtape compare ours.bin theirs.img --png difference.png
`;

interface Place {
  readonly fast: number;
  readonly slow: number;
}

/** How two images differ. */
export interface Comparison {
  readonly pixels: { readonly fast: number; readonly slow: number };
  /** Pearson's; NaN where one of the images is flat */
  readonly correlation: number;
  readonly rms: number;
  /** A - B where it is largest */
  readonly absolute: { readonly difference: number; readonly at: Place };
  /** (A - B) / max(|A|, |B|) where it is largest, among pixels above 1e-4 of the maximum */
  readonly relative: { readonly difference: number; readonly at: Place };
  readonly differentPixels: number;
}

/** Pixels below this part of the maximum have no say in the largest relative difference. */
const brightPart = 1e-4;

/**
 * Compares two images of one shape.
 * @param a [slow, fast]; b likewise
 */
export function compareImages(a: NdArray, b: NdArray): Comparison {
  const [first, second] = [flatData(a), flatData(b)];
  const [slow, fast] = a.shape;
  const count = first.length;
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < count; i++) {
    sumA += first[i];
    sumB += second[i];
  }
  const [meanA, meanB] = [sumA / count, sumB / count];
  let [covariance, varianceA, varianceB, squares, largest, differentPixels] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(first[i]), Math.abs(second[i]));
  let [absoluteAt, relativeAt, absolute, relative] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const difference = first[i] - second[i];
    const size = Math.max(Math.abs(first[i]), Math.abs(second[i]));
    covariance += (first[i] - meanA) * (second[i] - meanB);
    varianceA += (first[i] - meanA) ** 2;
    varianceB += (second[i] - meanB) ** 2;
    squares += difference ** 2;
    if (difference !== 0) differentPixels++;
    if (Math.abs(difference) > Math.abs(absolute)) [absolute, absoluteAt] = [difference, i];
    const isWorse = Math.abs(difference) > Math.abs(relative) * size;
    if (size > brightPart * largest && isWorse) [relative, relativeAt] = [difference / size, i];
  }
  const place = (i: number): Place => ({ fast: i % fast, slow: Math.floor(i / fast) });
  return {
    pixels: { fast, slow },
    correlation: covariance / Math.sqrt(varianceA * varianceB),
    rms: Math.sqrt(squares / count),
    absolute: { difference: absolute, at: place(absoluteAt) },
    relative: { difference: relative, at: place(relativeAt) },
    differentPixels,
  };
}

/**
 * Prints how two images differ.
 * @throws InputError in one sentence
 */
export async function runCompare(argv: readonly string[], { cwd, stdout }: Environment): Promise<void> {
  const given = parseFlags(argv, compareFlags);
  if (given.has("help")) return stdout(`${intro}\n${describeFlags(compareFlags)}`);
  if (given.operands.length !== 2) throw new InputError(`compare needs two images, A and B, and got ${given.operands.length}`);
  const [a, b] = await readBoth(cwd, given);
  if (!sameShape(a.shape, b.shape)) {
    const words = [a, b].map(({ shape }, i) => `${given.operands[i]} has ${[...shape].reverse().join(" x ")} pixels`);
    throw new InputError(`${words.join(" and ")}; only images of one size can be compared`);
  }
  const found = compareImages(a, b);
  const png = given.word("png");
  if (png !== undefined) await writeFileAtomically(fromFolder(cwd, png), await encodePng(redAndBlue(minus(a, b))));
  stdout(given.has("json") ? `${JSON.stringify(found, undefined, 2)}\n` : describe(found));
}

/** Both images; one that does not state its size likely has that of the other. */
async function readBoth(cwd: string, given: Given<CompareFlag>): Promise<readonly [NdArray, NdArray]> {
  const from = given.word("from");
  const size = given.last("size")?.numbers;
  const isRaw = (name: string): boolean => (from ?? formatByName(name)) === "float";
  const read = async (name: string, shape: readonly [slow: number, fast: number] | undefined): Promise<NdArray> =>
    (await readImage(cwd, name, isRaw(name) ? "float" : from, shape)).image;
  const [first, second] = given.operands;
  if (size) return [await read(first, [size[1], size[0]]), await read(second, [size[1], size[0]])];
  if (isRaw(first) && !isRaw(second)) {
    const image = await read(second, undefined);
    return [await read(first, [image.shape[0], image.shape[1]]), image];
  }
  const image = await read(first, undefined);
  return [image, await read(second, isRaw(first) ? undefined : [image.shape[0], image.shape[1]])];
}

function minus(a: NdArray, b: NdArray): NdArray {
  const difference = zeros(a.shape, "float64");
  const [first, second] = [flatData(a), flatData(b)];
  for (let i = 0; i < first.length; i++) difference.data[i] = first[i] - second[i];
  return difference;
}

function describe({ pixels, correlation, rms, absolute, relative, differentPixels }: Comparison): string {
  const at = ({ fast, slow }: Place): string => `at fast ${fast}, slow ${slow}`;
  return [
    `correlation                 ${formatG(correlation, 12)}`,
    `rms difference              ${formatG(rms)}`,
    `largest absolute difference ${formatG(absolute.difference)} ${at(absolute.at)}`,
    `largest relative difference ${formatG(relative.difference)} ${at(relative.at)} (pixels above 1e-4 of the maximum)`,
    `different pixels            ${differentPixels} of ${pixels.fast * pixels.slow}\n`,
  ].join("\n");
}
