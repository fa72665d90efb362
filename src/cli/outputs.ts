import { formatCbf } from "../io/cbf/cbf.js";
import { formatFdump } from "../io/fdump.js";
import type { FilesTogether } from "../io/files.js";
import { formatFloatImage } from "../io/float-image.js";
import { formatPgm } from "../io/pgm.js";
import { encodePng } from "../io/png.js";
import { blankSmv, formatSmv, type SmvHeader } from "../io/smv.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { flatData, full, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { formatG } from "../io/c-format.js";
import { largestCount, pgmScale, smvCounts, smvScale, writeSmvCounts } from "../simulate/intensity-scale.js";
import { detect } from "../simulate/detector-effects.js";
import type { DrawnPhotons } from "../simulate/noise.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { forEachStretch, selectPixels, type Pixels } from "../simulate/pixels.js";
import { region, type ImageStatistics, type Roi } from "../simulate/statistics.js";
import { cbfHeader } from "../output/cbf-header.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import { defaultDump, fromFolder, type InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";
import { Readout } from "./readout.js";
import { recordedCounts, smvCountsOf } from "./detected-counts.js";
import { effectsFromFlags, hasEffects } from "./effect-flags.js";
import { darkSpots } from "../output/picture.js";
import { smvHeader } from "../output/smv-header.js";

/** Names of the files that a run writes; undefined where it does not. */
export interface OutputNames {
  readonly float: string;
  readonly int: string;
  readonly noise: string | undefined;
  readonly cbf: string | undefined;
  readonly pgm: string | undefined;
  readonly png: string | undefined;
  readonly dump: string | undefined;
}

/** How photons become counts. */
interface CountsOptions {
  readonly scale: number;
  readonly adcOffset: number;
  readonly roi: Roi | undefined;
}

/** What a run writes. */
export interface Outputs {
  readonly paths: readonly string[];
  /** counts per photon of the SMV image */
  readonly scale: number;
  readonly adcOffset: number;
  readonly noise: DrawnPhotons | undefined;
  readonly warnings: readonly string[];
}

/**
 * Where a run writes.
 * @throws InputError when an output has the name of an input
 */
export function outputNames(given: Given<SimulateFlag>, { isWorthDump, scatterer }: InputFiles, cwd: string): OutputNames {
  const names = {
    float: given.word("floatfile") ?? "floatimage.bin",
    int: given.word("intfile") ?? "intimage.img",
    noise: given.last("noisefile", "nonoise")?.name === "nonoise" ? undefined : (given.word("noisefile") ?? "noiseimage.img"),
    cbf: given.word("cbffile"),
    pgm: given.last("pgmfile", "pgmscale", "nopgm")?.name === "nopgm" ? undefined : (given.word("pgmfile") ?? "image.pgm"),
    png: given.word("png"),
    dump: isWorthDump ? (given.word("dump") ?? defaultDump) : undefined,
  };
  const inputs = new Set<string>();
  if (scatterer !== undefined) inputs.add(fromFolder(cwd, scatterer));
  for (const flag of ["hkl", "mtz", "pdb", "mat", "mask", "img", "sourcefile", "geometry", "stol", "4stol", "Q"] as const) {
    const input = given.word(flag);
    if (input !== undefined) inputs.add(fromFolder(cwd, input));
  }
  for (const name of Object.values(names)) {
    if (name !== undefined && inputs.has(fromFolder(cwd, name))) {
      throw new InputError(`${name} is read and would be overwritten; give the output another name`);
    }
  }
  return names;
}

/**
 * What is made of a run's image row by row.
 * @param shape of the image, [slow, fast]
 * @throws InputError when the region or the seed is wrong
 */
export function readoutFor(given: Given<SimulateFlag>, names: OutputNames, request: Request, mask: NdArray | undefined, shape: Shape): Readout {
  const { roi, noiseSeed, generator } = request;
  const drawsNoise = names.noise !== undefined && !hasEffects(given);
  return new Readout(shape, { roi, mask }, drawsNoise ? { seed: noiseSeed, adcOffset: adcOffsetOf(given), roi, generator, header: headerFor(request) } : undefined);
}

/**
 * Makes the files of a run; each is written as soon as it is there, and has no name yet.
 * @param image float32, [slow, fast]
 * @param pool of workers, which work beside this thread
 */
export async function makeOutputs(
  files: FilesTogether,
  given: Given<SimulateFlag>,
  names: OutputNames,
  request: Request,
  image: NdArray<FloatDType>,
  { statistics, noise: drawn }: ReturnType<Readout["finish"]>,
  pool: WorkerPool | undefined,
  cwd: string,
): Promise<Outputs> {
  const { experiment, options, roi, oscDeg, noiseSeed } = request;
  const { detector, beam, crystal, structureFactors } = experiment;
  const header = headerFor(request);
  const adcOffset = adcOffsetOf(given);
  const scale = positive(given.number("scale")) ?? smvScale(statistics.max);
  const add = (name: string, bytes: Uint8Array): Promise<void> => files.add({ path: fromFolder(cwd, name), bytes });

  await add(names.float, formatFloatImage(image));
  if (names.noise !== undefined && drawn) await add(names.noise, drawn.bytes);
  const counted = countedFile(pool, header, image, { scale, adcOffset, roi });
  if (names.pgm !== undefined) {
    const rmsd = wholeRmsd(statistics, region(image, roi).size);
    await add(names.pgm, formatPgm(image, positive(given.number("pgmscale")) ?? (rmsd > 0 ? pgmScale(rmsd) : scale)));
  }
  await add(names.int, await counted);
  const detected = hasEffects(given) ? detect(image, effectsFromFlags(given, -noiseSeed, adcOffset)) : undefined;
  if (names.noise !== undefined && detected) await add(names.noise, formatSmv(header, smvCountsOf(detected.counts)));
  const noise = detected && names.noise !== undefined ? { photons: detected.photons, overloads: detected.saturated } : drawn;
  const warnings: string[] = [];
  const brightest = statistics.max * scale + adcOffset;
  if (brightest >= largestCount + 0.5) warnings.push(`${names.int}: the brightest pixel has ${formatG(brightest)} counts, and 16 bits hold ${largestCount}, at which it is cut; see -scale and -adc`);
  if (detected && names.noise === undefined && names.cbf === undefined) {
    warnings.push("detector effects are in the image with noise, and -nonoise leaves it out");
  }
  if (names.cbf !== undefined) {
    const counts = detected ? recordedCounts(detected.counts, adcOffset) : drawn ? withoutOffset(drawn.counts, adcOffset, image.shape) : smvCounts(image, 1, 0);
    const { lines, warnings: unstated } = cbfHeader(detector, {
      wavelengthA: beam.wavelengthA,
      phiDeg: crystal.scan?.phiDeg ?? 0,
      oscRangeDeg: oscDeg,
      overload: largestCount - (noise ? adcOffset : 0),
      kahnFactor: beam.polarized === false ? undefined : (beam.kahnFactor ?? 0),
    });
    warnings.push(...unstated);
    await add(names.cbf, formatCbf(lines, markUnused(counts, selectPixels([detector.pixels.slow, detector.pixels.fast], options))));
  }
  if (names.png !== undefined) await add(names.png, await encodePng(darkSpots(image)));
  const dumped = structureFactors instanceof StructureFactors ? names.dump : undefined;
  if (structureFactors instanceof StructureFactors && dumped !== undefined) {
    const [h, k, l] = structureFactors.min;
    await add(dumped, formatFdump({ min: [h, k, l], values: structureFactors.grid }));
  }
  const { float, int, pgm, noise: noisy, cbf, png } = names;
  const paths = [float, int, pgm, noisy, cbf, png, dumped].flatMap((name) => (name === undefined ? [] : [fromFolder(cwd, name)]));
  return { paths, scale, adcOffset, noise, warnings };
}

/** The file of an image's counts, written by a worker where one sees the image. */
async function countedFile(pool: WorkerPool | undefined, header: SmvHeader, image: NdArray, { scale, adcOffset, roi }: CountsOptions): Promise<Uint8Array> {
  const isSeen = image.data.buffer instanceof SharedArrayBuffer;
  const { bytes, counts } = blankSmv(header, image.shape, isSeen);
  if (pool && isSeen) await pool.count(image, scale, adcOffset, roi, counts);
  else writeSmvCounts(image, scale, adcOffset, roi, counts);
  return bytes;
}

function headerFor({ experiment: { detector, beam, crystal }, oscDeg }: Request): SmvHeader {
  return smvHeader(detector, { wavelengthA: beam.wavelengthA, phiDeg: crystal.scan?.phiDeg ?? 0, oscRangeDeg: oscDeg });
}

/** Counts that every pixel starts from. */
function adcOffsetOf(given: Given<SimulateFlag>): number {
  return given.number("adc") ?? 40;
}

function withoutOffset(counts: Uint16Array, offset: number, shape: Shape): NdArray {
  const photons = zeros(shape, "float64");
  for (let i = 0; i < photons.size; i++) photons.data[i] = counts[i] - offset;
  return photons;
}

/** The counts of the pixels that were worked on, and -1, the mark of a pixel that does not exist, in all others. */
function markUnused(counts: NdArray, pixels: Pixels): NdArray {
  const marked = full(counts.shape, -1);
  const values = flatData(counts);
  forEachStretch(pixels, 0, pixels.size, (_, place, length) => {
    for (let i = place; i < place + length; i++) marked.data[i] = values[i];
  });
  return marked;
}

/** A scale that was given, unless it asks for the default. */
function positive(scale: number | undefined): number | undefined {
  return scale !== undefined && scale > 0 ? scale : undefined;
}

/**
 * Deviation from the mean as the reference program scales its preview by: pixels that the mask skips count in it, with their 0.
 * @param pixels of the region, skipped or not
 */
function wholeRmsd({ count, mean, rmsd }: ImageStatistics, pixels: number): number {
  return Math.sqrt((rmsd ** 2 * (count - 1) + mean ** 2 * (pixels - count)) / Math.max(pixels - 1, 1));
}
