import { formatCbf } from "../io/cbf/cbf.js";
import { formatFdump, parseFdump } from "../io/fdump.js";
import { formatG } from "../io/c-format.js";
import { isSameFile, readBinaryFile, writeFileAtomically } from "../io/files.js";
import { formatFloatImage } from "../io/float-image.js";
import { named } from "../io/geometry/record.js";
import { formatHkl, type Reflections } from "../io/hkl.js";
import { frameNameOf } from "../io/image-file.js";
import { cellsDiffer, shown } from "../io/mtz-contradictions.js";
import { formatPgm } from "../io/pgm.js";
import { encodePng } from "../io/png.js";
import { formatSmv, formatSmvLike } from "../io/smv.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import { array, copy, flatData, type NdArray } from "../ndarray/ndarray.js";
import { largestCount, smvCounts, smvScale } from "../simulate/intensity-scale.js";
import { deadMark } from "../simulate/detector-effects.js";
import { imageStatistics } from "../simulate/statistics.js";
import { calculatedScattering } from "./coordinates-scattering.js";
import { cbfHeader, tiltWarnings } from "../output/cbf-header.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { formatByName, formatOf, formats, readImage, type Format } from "./image-file.js";
import { fromFolder } from "./input-files.js";
import { listContent } from "./reflection-file.js";
import { parseFlags, type Flag, type FlagTable, type Given } from "./parse-flags.js";
import { darkSpots } from "../output/picture.js";
import { countedPixels } from "../input/masks.js";
import { listedScattering, scatteringFormat, wholeCell, type ListedScattering } from "./scatterers.js";
import { smvHeader } from "../output/smv-header.js";
import { changedEntries, writtenHeader } from "./written-header.js";

const table = {
  from: { group: "Formats", values: ["FORMAT"], kind: "text", choices: formats, help: "what IN holds", preset: "by its content" },
  to: { group: "Formats", values: ["FORMAT"], kind: "text", choices: formats, help: "what OUT shall hold", preset: "by its extension" },
  column: {
    group: "Reflections", values: ["LABEL"], kind: "text",
    help: "column of a list with several, BLOCK/LABEL where it has several blocks", preset: "the first measured amplitude",
  },
  cell: {
    group: "Reflections", values: ["a", "b", "c", "alpha", "beta", "gamma"], kind: "positive", fewest: 1, unit: "A, degrees",
    help: "of a list that does not say it (SHELX, CNS)",
  },
  spacegroup: { group: "Reflections", values: ["NAME"], kind: "text", help: "of a list that does not say it, such as P212121" },
  fill: { group: "Reflections", help: "puts in what a list lacks: the root mean square amplitude of like resolution" },
  dmin: { group: "Reflections", values: ["d"], kind: "positive", unit: "A", help: "resolution to which amplitudes of coordinates are calculated" },
  solvent: {
    group: "Reflections", values: ["density", "B"], kind: "nonNegative", unit: "electrons/A^3, A^2",
    help: "bulk solvent around coordinates", preset: "0.35 46",
  },
  nosolvent: { group: "Reflections", help: "no bulk solvent around coordinates" },
  default_F: { group: "Reflections", values: ["F"], unit: "electrons", help: "for what a grid holds and a list does not", preset: "0" },
  size: { group: "Images", values: ["FAST", "SLOW"], kind: "count", unit: "pixels", help: "size of a raw float image", preset: "a square" },
  scale: {
    group: "Images", values: ["factor"], kind: "nonNegative",
    help: "of counts or grey levels", preset: "1 from counts, else to 55000 counts or 255 levels",
  },
  adc: { group: "Images", values: ["counts"], help: "offset of an SMV image", preset: "0" },
  pixel: { group: "Images", values: ["size"], kind: "positive", unit: "mm", help: "what the header states", preset: "that of IN, or 0.1" },
  distance: { group: "Images", values: ["length"], kind: "positive", unit: "mm", help: "what the header states", preset: "that of IN, or 100" },
  lambda: { group: "Images", values: ["length"], kind: "positive", unit: "A", help: "what the header states", preset: "that of IN, or 1" },
  help: { group: "Other", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type ConvertFlag = keyof typeof table;
const convertFlags: FlagTable<ConvertFlag> = table;

const intro = `braggtape convert IN OUT: from lists of structure factors (hkl, mtz, mmCIF, XDS_ASCII, SHELX, CNS, fdump) and
coordinates (PDB, CIF) to hkl and fdump, or between images:
from cbf, smv, hdf5 (stack.h5#17), tiff, pgm and float, to cbf, smv, pgm, png and float;
what is read may be packed as .gz, but for HDF5, and OUT is packed where its name ends in .gz

  braggtape convert data.mtz P1.hkl --column FP
  braggtape convert 1rqw.pdb P1.hkl --dmin 2 --lambda 1
  braggtape convert floatimage.bin image.png

Exit codes: 0 done, all files written; 2 refused, with a sentence, and none written.
`;

/**
 * Converts a file into another format.
 * @throws InputError in one sentence, before anything is written
 */
export async function runConvert(argv: readonly string[], environment: Environment): Promise<void> {
  const given = parseFlags(argv, convertFlags);
  if (given.has("help")) return void environment.stdout(`${intro}\n${describeFlags(convertFlags)}`);
  if (given.operands.length !== 2) throw new InputError(`convert needs two files, IN and OUT, and got ${given.operands.length}`);
  for (const warning of given.warnings) environment.stderr(`warning: ${warning}\n`);
  const [from, to] = given.operands;
  const toFormat = formatOf(to, given.word("to"), "--to");
  const [source, target] = [frameNameOf(from).file, to].map((name) => fromFolder(environment.cwd, name));
  if (await isSameFile(source, target)) throw new InputError(`${to} is read and would be overwritten; give the output another name`);
  const fromFormat = given.word("from") ?? formatByName(from);
  const isReflections = fromFormat === "hkl" || fromFormat === "fdump" || fromFormat === "mtz" || (fromFormat === undefined && (toFormat === "hkl" || toFormat === "fdump"));
  const converted = isReflections
    ? convertReflections(await listContent(await readBinaryFile(source), from), fromFormat, from, toFormat, given, environment)
    : await convertImage(from, toFormat, given, environment);
  await writeFileAtomically(target, converted);
}

/** Options that act on what is written in each format. */
const acting: Partial<Readonly<Record<Format, readonly ConvertFlag[]>>> = {
  smv: ["scale", "adc", "pixel", "distance", "lambda"],
  cbf: ["scale", "pixel", "distance", "lambda"],
  pgm: ["scale"],
  png: [],
  float: [],
  hkl: ["column", "cell", "spacegroup", "fill"],
  fdump: ["column", "cell", "spacegroup", "fill", "default_F"],
};
const ofCoordinates: readonly ConvertFlag[] = ["dmin", "solvent", "nosolvent", "lambda"];

/** A sentence for each option that changes nothing in what is written. */
function idleOptions(given: Given<ConvertFlag>, to: Format, more: readonly ConvertFlag[], what: string): string[] {
  const used = new Set<ConvertFlag>(["from", "to", "help", ...(acting[to] ?? []), ...more]);
  return given.occurrences.filter(({ name }) => !used.has(name)).map(({ spelling }) => `${spelling} has no effect on ${what}`);
}

function convertReflections(
  bytes: Uint8Array,
  from: string | undefined,
  name: string,
  to: Format,
  given: Given<ConvertFlag>,
  { stderr }: Environment,
): Uint8Array {
  if (to !== "hkl" && to !== "fdump") throw new InputError(`reflections are written as hkl or fdump, not as ${to}`);
  if (from === "fdump" && to === "fdump") return formatFdump(parseFdump(bytes, name));
  const isCoordinates = from !== "fdump" && scatteringFormat(bytes) === "coordinates";
  const [more, what]: [readonly ConvertFlag[], string] = isCoordinates ? [ofCoordinates, "amplitudes of coordinates"] : [[], "a list that is read"];
  for (const sentence of idleOptions(given, to, more, what)) stderr(`warning: ${sentence}\n`);
  const { notes, ...reflections } = from === "fdump" ? { ...listOfGrid(bytes, name), notes: [] } : scattering(bytes, name, given);
  for (const note of notes) stderr(`note: ${note}\n`);
  for (const warning of reflections.warnings) stderr(`warning: ${warning}\n`);
  if (to === "hkl") return new TextEncoder().encode(formatHkl(reflections));
  const { grid, min } = StructureFactors.fromReflections(reflections, { defaultF: given.number("default_F") ?? 0 });
  return formatFdump({ min: [min[0], min[1], min[2]], values: grid });
}

/** Amplitudes of coordinates or of a list, whatever the content is. */
function scattering(bytes: Uint8Array, name: string, given: Given<ConvertFlag>): ListedScattering {
  if (scatteringFormat(bytes) !== "coordinates") {
    const numbers = given.last("cell")?.numbers;
    const cell = numbers && wholeCell(numbers);
    const listed = listedScattering(bytes, name, { column: given.word("column"), cell, spaceGroup: given.word("spacegroup"), fill: given.has("fill") });
    const isOther = cell !== undefined && (listed.cell === undefined || cellsDiffer(listed.cell, cell));
    return isOther ? { ...listed, warnings: [...listed.warnings, listed.cell ? `${name} states the cell ${shown(listed.cell)}, and --cell ${shown(cell)} is not used` : "--cell is not used for a list of h k l F"] } : listed;
  }
  const dminA = given.number("dmin");
  if (dminA === undefined) throw new InputError(`${name} holds coordinates, whose amplitudes are calculated to a resolution; give it with --dmin`);
  const [density, b] = given.last("solvent")?.numbers ?? [];
  const solvent = given.has("nosolvent") ? null : density === undefined ? undefined : { density, b };
  return calculatedScattering(bytes, name, { dminA, wavelengthA: given.number("lambda") ?? 1, solvent });
}

function listOfGrid(bytes: Uint8Array, name: string): Reflections {
  const { min, values } = parseFdump(bytes, name);
  const [, nk, nl] = values.shape;
  const data = flatData(values);
  // A grid does not tell an amplitude of 0 from a reflection that was never listed.
  const places = Array.from(data.keys()).filter((i) => data[i] !== 0);
  if (places.length === 0) throw new InputError(`${name} holds no amplitude other than 0`);
  return {
    h: array(places.map((i) => min[0] + Math.floor(i / (nk * nl))), "int32"),
    k: array(places.map((i) => min[1] + (Math.floor(i / nl) % nk)), "int32"),
    l: array(places.map((i) => min[2] + (i % nl)), "int32"),
    f: array(places.map((i) => data[i])),
    warnings: [],
  };
}

async function convertImage(name: string, to: Format, given: Given<ConvertFlag>, { cwd, stderr }: Environment): Promise<Uint8Array> {
  const size = given.last("size")?.numbers;
  const measured = await readImage(cwd, name, given.word("from"), size && [size[1], size[0]]);
  const { image: stored, overload, fullCount, isCounted, record, format, smvHeader: entries } = measured;
  const mask = countedPixels(measured);
  const image = mask ? marked(stored, mask) : stored;
  if (image.rank !== 2) throw new InputError(`${name} has the shape ${image.shape.join(" x ")}; an image of one panel is converted`);
  const { max } = imageStatistics(image, { mask });
  const warn = (warning: string): void => stderr(`warning: ${warning}\n`);
  idleOptions(given, to, format === "float" ? ["size"] : [], `${to} from ${format}`).forEach(warn);
  for (const remark of record.remarks) if (!/left open|states nothing/.test(remark)) warn(named(name, remark));
  const scaleTo = (full: number): number => {
    if (given.number("scale")) return given.number("scale") ?? 1;
    const scale = (isCounted && max <= full) || !(max > 0) ? 1 : full / max;
    if (scale !== 1) warn(`${name} is multiplied by ${formatG(scale)}, so that its maximum, ${formatG(max)}, fits; --scale says by what else`);
    return scale;
  };
  switch (to) {
    case "float":
      return formatFloatImage(image);
    case "png":
      return encodePng(darkSpots(image));
    case "pgm":
      return formatPgm(image, scaleTo(255));
    case "smv": {
      const [scale, offset] = [scaleTo(isCounted ? largestCount : max * smvScale(max)), given.number("adc") ?? 0];
      const counts = smvCounts(copy(image, "float32"), scale, offset);
      // SMV has no other mark of a pixel that does not count.
      let left = 0;
      if (mask) {
        for (let i = 0; i < counts.size; i++) {
          if (isUsed(mask, i)) continue;
          counts.data[i] = 0;
          left++;
        }
      }
      if (left > 0) warn(`${left === 1 ? "1 pixel that does" : `${left} pixels that do`} not count in ${name} ${left === 1 ? "is" : "are"} 0 in an SMV, which has no mark for them: what reads it may take them for dark ones`);
      const toCount = (count: number): number => Math.min(Math.round(count * scale + offset), largestCount);
      if (entries) return formatSmvLike(changedEntries(entries, given, toCount), counts);
      const header = writtenHeader(name, image, record, given, warn);
      tiltWarnings(header.detector, "an SMV").forEach(warn);
      return formatSmv({ ...smvHeader(header.detector, header), ...(offset > 0 && { pedestal: offset }) }, counts);
    }
    case "cbf": {
      const header = writtenHeader(name, image, record, given, warn);
      const scale = given.number("scale") || 1;
      const { lines, warnings } = cbfHeader(header.detector, { ...header, overload: Math.min((overload ?? fullCount ?? Infinity) * scale, 2 ** 31 - 1) });
      warnings.forEach(warn);
      return formatCbf(lines, wholeCounts(image, mask, scale));
    }
    default:
      throw new InputError(`an image is written as cbf, smv, float, pgm or png, not as ${to}`);
  }
}

/** The counts with the mark of a bad pixel in place of those that the file's own mask leaves out; other marks stay, and what is no number. */
function marked(image: NdArray, mask: NdArray): NdArray {
  const counts = copy(image, "float64");
  for (let i = 0; i < counts.size; i++) if (!isUsed(mask, i) && counts.data[i] >= 0 && counts.data[i] < Infinity) counts.data[i] = deadMark;
  return counts;
}

/** Counts times a scale, rounded to whole numbers; what is no number becomes the mark of a bad pixel, and marks stay as they are. */
function wholeCounts(image: NdArray, mask: NdArray | undefined, scale: number): NdArray {
  const counts = copy(image, "float64");
  for (let i = 0; i < counts.size; i++) {
    const value = counts.data[i];
    counts.data[i] = !Number.isFinite(value) ? deadMark : mask && !isUsed(mask, i) ? value : Math.round(value * scale);
  }
  return counts;
}

const isUsed = (mask: NdArray, i: number): boolean => mask.data[i] !== 0;
