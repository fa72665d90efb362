import { formatCbf } from "../io/cbf/cbf.js";
import { quote } from "../io/field.js";
import { isSameFile, writeFileAtomically } from "../io/files.js";
import { formatFloatImage } from "../io/float-image.js";
import { frameNameOf } from "../io/image-file.js";
import { formatSmv } from "../io/smv.js";
import { InputError } from "../ndarray/errors.js";
import { copy, flatData, type NdArray } from "../ndarray/ndarray.js";
import { deadMark, detect } from "../simulate/detector-effects.js";
import { countedPixels } from "../input/masks.js";
import { cbfHeader, tiltWarnings } from "../output/cbf-header.js";
import { effectsFromFlags, effectTable } from "./effect-flags.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { formatOf, formats, readImage } from "./image-file.js";
import { fromFolder } from "./input-files.js";
import { parseFlags, type Flag, type FlagTable } from "./parse-flags.js";
import { recordedCounts, smvCountsOf } from "./detected-counts.js";
import { smvHeader } from "../output/smv-header.js";
import { writtenHeader } from "./written-header.js";

const table = {
  from: { group: "Formats", values: ["FORMAT"], kind: "text", choices: formats, help: "what IN holds", preset: "by its content" },
  to: { group: "Formats", values: ["FORMAT"], kind: "text", choices: formats, help: "what OUT shall hold", preset: "by its extension" },
  size: { group: "Formats", values: ["FAST", "SLOW"], kind: "count", unit: "pixels", help: "size of a raw float image", preset: "a square" },
  pixel: { group: "Formats", values: ["size"], kind: "positive", unit: "mm", help: "what the header states", preset: "that of IN, or 0.1" },
  distance: { group: "Formats", values: ["length"], kind: "positive", unit: "mm", help: "what the header states", preset: "that of IN, or 100" },
  lambda: { group: "Formats", values: ["length"], kind: "positive", unit: "A", help: "what the header states", preset: "that of IN, or 1" },
  seed: { group: "Detector effects", values: ["n"], kind: "integer", help: "seed of all that is drawn", preset: "the time" },
  adc: { group: "Detector effects", values: ["counts"], help: "counts that every pixel starts from", preset: "40" },
  ...effectTable,
  help: { group: "Other", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type NoisifyFlag = keyof typeof table;
const noisifyFlags: FlagTable<NoisifyFlag> = table;

const intro = `braggtape noisify IN OUT: the photons of an image as a detector counts them, to float, smv or cbf

  braggtape noisify floatimage.bin noisy.cbf -seed 7 -psf 1.5 -psf_type fibre -gain 1.8 -readout_noise 3 -calibration 0.03
`;

/**
 * Draws what a detector makes of an image of expected photons.
 * @throws InputError in one sentence, before anything is written
 */
export async function runNoisify(argv: readonly string[], environment: Environment): Promise<void> {
  const given = parseFlags(argv, noisifyFlags);
  if (given.has("help")) return environment.stdout(`${intro}\n${describeFlags(noisifyFlags)}`);
  if (given.operands.length !== 2) throw new InputError(`noisify needs two files, IN and OUT, and got ${given.operands.length}`);
  const warn = (warning: string): void => environment.stderr(`warning: ${warning}\n`);
  given.warnings.forEach(warn);
  const [from, to] = given.operands;
  const target = fromFolder(environment.cwd, to);
  const toFormat = formatOf(to, given.word("to"), "--to");
  if (toFormat !== "float" && toFormat !== "smv" && toFormat !== "cbf") throw new InputError(`counts are written as float, smv or cbf, not as ${toFormat}`);
  if (await isSameFile(fromFolder(environment.cwd, frameNameOf(from).file), target)) {
    throw new InputError(`${to} is read and would be overwritten; give the output another name`);
  }
  const size = given.last("size")?.numbers;
  const measured = await readImage(environment.cwd, from, given.word("from"), size && [size[1], size[0]]);
  if (measured.image.rank !== 2) throw new InputError(`${from} has the shape ${measured.image.shape.join(" x ")}; an image of one panel is needed`);
  const mask = countedPixels(measured);
  const { pedestal = 0 } = measured;
  if (pedestal > 0) warn(`a pedestal of ${pedestal} is taken off the counts, as ${from} states`);
  const image = mask || pedestal > 0 ? expectedOf(measured.image, mask, pedestal) : measured.image;
  const negative = lowest(image);
  if (negative < 0) warn(`${from} has pixels below 0 (the lowest is ${negative}), where no photons are expected`);
  const seed = given.number("seed") ?? environment.seconds();
  const offset = given.number("adc") ?? 40;
  const fileOf = (counts: NdArray): Uint8Array => {
    if (toFormat === "float") return formatFloatImage(copy(counts, "float32"));
    const header = writtenHeader(from, image, measured.record, given, warn);
    tiltWarnings(header.detector, toFormat === "smv" ? "an SMV" : "a CBF").forEach(warn);
    if (toFormat === "smv") return formatSmv({ ...smvHeader(header.detector, header), pedestal: offset }, smvCountsOf(counts));
    return formatCbf(cbfHeader(header.detector, { ...header, overload: given.number("saturation") ?? 65535 }).lines, recordedCounts(counts));
  };
  const detected = detect(image, effectsFromFlags(given, seed, offset));
  // Gaps and bad pixels of the image that is read count nothing in what is written either.
  if (mask) for (let i = 0; i < mask.size; i++) if (mask.data[i] === 0) detected.counts.data[i] = deadMark;
  await writeFileAtomically(target, fileOf(detected.counts));
  environment.stdout(`${quote(to)}: seed ${seed}, beam at ${(100 * detected.beam).toFixed(1)} %, ${detected.saturated} pixels full\n`);
}

/** Photons of an image's counts above its pedestal, and none where a mask leaves pixels out. */
function expectedOf(image: NdArray, mask: NdArray | undefined, pedestal: number): NdArray {
  const expected = copy(image, "float64");
  for (let i = 0; i < expected.size; i++) expected.data[i] = mask?.data[i] === 0 ? 0 : expected.data[i] - pedestal;
  return expected;
}

function lowest(image: NdArray): number {
  let least = Infinity;
  for (const value of flatData(image)) least = Math.min(least, value);
  return least;
}
