import { isSameFile, writeFileAtomically } from "../io/files.js";
import { formatFloatImage } from "../io/float-image.js";
import { frameNameOf } from "../io/image-file.js";
import { describeShape, InputError } from "../ndarray/errors.js";
import { copy, flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { countedPixels } from "../input/masks.js";
import { readImage } from "./image-file.js";
import { fromFolder } from "./input-files.js";
import { parseFlags, type Flag, type FlagTable } from "./parse-flags.js";

const table = {
  weights: { group: "Sum", values: ["LIST"], kind: "text", help: "factor of each image, separated by commas", preset: "1 each" },
  size: { group: "Formats", values: ["FAST", "SLOW"], kind: "count", unit: "pixels", help: "size of raw float images", preset: "a square" },
  help: { group: "Other", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type AddFlag = keyof typeof table;
const addFlags: FlagTable<AddFlag> = table;

const intro = `braggtape add IN IN ... OUT: the sum of images, each with a weight, as a raw float image

  braggtape add protein.bin water.bin sum.bin --weights 1,0.3
`;

/**
 * Adds images.
 * @throws InputError in one sentence, before anything is written
 */
export async function runAdd(argv: readonly string[], environment: Environment): Promise<void> {
  const given = parseFlags(argv, addFlags);
  if (given.has("help")) return environment.stdout(`${intro}\n${describeFlags(addFlags)}`);
  for (const warning of given.warnings) environment.stderr(`warning: ${warning}\n`);
  const names = given.operands.slice(0, -1);
  const out = given.operands.at(-1);
  if (out === undefined || names.length === 0) throw new InputError(`add needs at least two files, IN and OUT, and got ${given.operands.length}`);
  const words = given.word("weights")?.split(",");
  const weights = words?.map((word) => (word.trim() === "" ? NaN : Number(word))) ?? names.map(() => 1);
  if (weights.length !== names.length || !weights.every(Number.isFinite)) {
    throw new InputError(`--weights is ${words?.join(",")}; ${names.length} numbers are needed, one an image, separated by commas`);
  }
  const target = fromFolder(environment.cwd, out);
  const size = given.last("size")?.numbers;
  let sum: NdArray | undefined;
  for (const [i, name] of names.entries()) {
    if (await isSameFile(fromFolder(environment.cwd, frameNameOf(name).file), target)) {
      throw new InputError(`${out} is read and would be overwritten; the last file is the one that is written`);
    }
    const measured = await readImage(environment.cwd, name, undefined, size && [size[1], size[0]]);
    const { image } = measured;
    sum ??= zeros(image.shape);
    if (!sameShape(sum.shape, image.shape)) {
      throw new InputError(`${name} has the shape ${describeShape(image.shape)}, and ${names[0]} ${describeShape(sum.shape)}; only images of one shape can be added`);
    }
    const values = flatData(image);
    const mask = countedPixels(measured);
    for (let at = 0; at < sum.size; at++) sum.data[at] += mask?.data[at] === 0 ? NaN : weights[i] * values[at];
  }
  const missing = sum === undefined ? 0 : flatData(sum).filter(Number.isNaN).length;
  if (missing > 0) environment.stderr(`warning: ${missing === 1 ? "1 pixel that does" : `${missing} pixels that do`} not count in one of the images ${missing === 1 ? "is" : "are"} NaN in ${out}\n`);
  if (sum !== undefined) await writeFileAtomically(target, formatFloatImage(copy(sum, "float32")));
}
