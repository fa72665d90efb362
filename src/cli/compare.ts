import { writeFileAtomically } from "../io/files.js";
import { formatG } from "../io/c-format.js";
import { encodePng } from "../io/png.js";
import { InputError } from "../ndarray/errors.js";
import type { MeasuredImage } from "../io/image.js";
import { flatData, fromData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape, sizeOf } from "../ndarray/shape.js";
import type { Roi } from "../simulate/statistics.js";
import { compareImages, describeComparison, differenceBy, measures } from "./comparison.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { formatByName, formats, readImage } from "./image-file.js";
import { fromFolder } from "./input-files.js";
import { parseFlags, type Flag, type FlagTable, type Given } from "./parse-flags.js";
import { redAndBlue } from "../output/picture.js";

const table = {
  from: { group: "Options", values: ["FORMAT"], kind: "text", choices: formats, help: "what A and B hold", preset: "by their content" },
  size: {
    group: "Options", values: ["FAST", "SLOW"], kind: "count", unit: "pixels",
    help: "size of a raw float image", preset: "that of the other image, or a square",
  },
  roi: {
    group: "Options", values: ["xmin", "xmax", "ymin", "ymax"], kind: "index", unit: "pixels", several: true,
    help: "only this rectangle, both ends included; given again, another one beside it",
  },
  threshold: { group: "Options", values: ["limit"], kind: "nonNegative", help: "exit code 1 where the difference is larger", preset: "none" },
  by: {
    group: "Options", values: ["MEASURE"], kind: "text", choices: measures,
    help: "the difference that the threshold is set on: the largest relative or absolute one, rms, sums (relative), 1 - correlation, number of pixels",
    preset: "relative",
  },
  all: { group: "Options", help: "also pixels that an image's own mask leaves out" },
  png: { group: "Options", values: ["FILE"], kind: "text", help: "picture of A - B: red where A is larger, blue where B is" },
  json: { group: "Options", help: "the result as one JSON object" },
  help: { group: "Options", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type CompareFlag = keyof typeof table;
const compareFlags: FlagTable<CompareFlag> = table;

const intro = `braggtape compare A B: how two images differ (cbf, smv, hdf5, tiff, pgm, float)

  braggtape compare ours.bin theirs.img --png difference.png
  braggtape compare a.img b.img -roi 0 99 0 99 -roi 100 199 0 99 --threshold 0.01 --by sum

Exit codes: 0 compared, and the difference is within the threshold if there is one; 1 the difference is above it; 2 refused, with a sentence.
`;

/**
 * Prints how two images differ.
 * @returns the exit code: 1 where they differ by more than a threshold, else 0
 * @throws InputError in one sentence
 */
export async function runCompare(argv: readonly string[], { cwd, stdout, stderr }: Environment): Promise<number> {
  const given = parseFlags(argv, compareFlags);
  if (given.has("help")) {
    stdout(`${intro}\n${describeFlags(compareFlags)}`);
    return alike;
  }
  if (given.operands.length !== 2) throw new InputError(`compare needs two images, A and B, and got ${given.operands.length}`);
  for (const warning of given.warnings) stderr(`warning: ${warning}\n`);
  const both = (await readBoth(cwd, given)).map(asOnePanel);
  const [a, b] = both.map(({ image }) => image);
  if (!sameShape(a.shape, b.shape)) {
    const words = [a, b].map(({ shape }, i) => `${given.operands[i]} has ${[...shape].reverse().join(" x ")} pixels`);
    throw new InputError(`${words.join(" and ")}; only images of one size can be compared`);
  }
  const masks = given.has("all") ? [] : both.flatMap(({ mask }) => (mask === undefined ? [] : [mask]));
  const regions = given.occurrences.filter(({ name }) => name === "roi").map(({ numbers }) => regionOf(numbers, a));
  const found = (regions.length === 0 ? [undefined] : regions).map((roi) => compareImages(a, b, roi, masks));
  const empty = found.find(({ pixels, leftOut }) => leftOut === pixels.fast * pixels.slow);
  if (empty) throw new InputError(`no pixel can be compared${empty.roi ? " in a region" : ""}: all of them are masked or no numbers in one of the images`);
  const png = given.word("png");
  if (png !== undefined) await writeFileAtomically(fromFolder(cwd, png), await encodePng(redAndBlue(minus(a, b))));
  const measure = measures.find((candidate) => candidate === given.word("by")) ?? "relative";
  const threshold = given.number("threshold");
  const worst = Math.max(...found.map((comparison) => differenceBy(measure, comparison)));
  // A difference that is no number is not below a threshold.
  const isAlike = threshold === undefined || worst <= threshold;
  const verdict = threshold === undefined ? undefined : { by: measure, difference: worst, threshold, alike: isAlike };
  const [only, ...others] = found;
  const json = others.length === 0 ? { ...only, ...(verdict && { verdict }) } : { regions: found, ...(verdict && { verdict }) };
  const told = verdict ? `${isAlike ? "alike" : "different"}: ${measure} ${formatG(worst)}, threshold ${formatG(verdict.threshold)}\n` : "";
  stdout(given.has("json") ? `${JSON.stringify(json, undefined, 2)}\n` : `${found.map(describeComparison).join("\n")}${told}`);
  return isAlike ? alike : different;
}

/** An image whose panels, if it has several, stand one below the other. */
function asOnePanel({ image, mask }: MeasuredImage): { readonly image: NdArray; readonly mask: NdArray | undefined } {
  const flat = (array: NdArray): NdArray => fromData(flatData(array), [sizeOf(array.shape.slice(0, -1)), array.shape[array.rank - 1]]);
  return { image: flat(image), mask: mask && flat(mask) };
}

/** What a shell is told. */
const alike = 0;
const different = 1;

function regionOf([fastMin, fastMax, slowMin, slowMax]: readonly number[], { shape: [slow, fast] }: NdArray): Roi {
  if (fastMin > fastMax || slowMin > slowMax || fastMax >= fast || slowMax >= slow) {
    throw new InputError(`-roi ${fastMin} ${fastMax} ${slowMin} ${slowMax} is no rectangle of the images' pixels 0 to ${fast - 1} and 0 to ${slow - 1}`);
  }
  return { fastMin, fastMax, slowMin, slowMax };
}

/** Both images; one that does not state its size likely has that of the other. */
async function readBoth(cwd: string, given: Given<CompareFlag>): Promise<readonly MeasuredImage[]> {
  const from = given.word("from");
  const size = given.last("size")?.numbers;
  const isRaw = (name: string): boolean => (from ?? formatByName(name)) === "float";
  const read = async (name: string, shape: readonly [slow: number, fast: number] | undefined): Promise<MeasuredImage> =>
    readImage(cwd, name, isRaw(name) ? "float" : from, shape);
  const [first, second] = given.operands;
  if (size) return [await read(first, [size[1], size[0]]), await read(second, [size[1], size[0]])];
  if (isRaw(first) && !isRaw(second)) {
    const image = await read(second, undefined);
    return [await read(first, [image.image.shape[0], image.image.shape[1]]), image];
  }
  const image = await read(first, undefined);
  return [image, await read(second, isRaw(first) ? undefined : [image.image.shape[0], image.image.shape[1]])];
}

function minus(a: NdArray, b: NdArray): NdArray {
  const difference = zeros(a.shape, "float64");
  const [first, second] = [flatData(a), flatData(b)];
  for (let i = 0; i < first.length; i++) difference.data[i] = first[i] - second[i];
  return difference;
}
