import { formatCbf } from "../io/cbf/cbf.js";
import { formatFdump } from "../io/fdump.js";
import type { OutputFile } from "../io/files.js";
import { formatFloatImage } from "../io/float-image.js";
import { formatPgm } from "../io/pgm.js";
import { encodePng } from "../io/png.js";
import { formatSmv } from "../io/smv.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import { copy, flatData, full, type NdArray } from "../ndarray/ndarray.js";
import { largestCount, pgmScale, smvCounts, smvScale } from "../simulate/intensity-scale.js";
import { detect } from "../simulate/detector-effects.js";
import { addNoise, type NoiseImage } from "../simulate/noise.js";
import { forEachStretch, selectPixels, type Pixels } from "../simulate/pixels.js";
import { region, type ImageStatistics } from "../simulate/statistics.js";
import { cbfHeader } from "../output/cbf-header.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import { defaultDump, fromFolder, type InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";
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

/** What a run writes. */
export interface Outputs {
  readonly files: readonly OutputFile[];
  /** counts per photon of the SMV image */
  readonly scale: number;
  readonly adcOffset: number;
  readonly noise: NoiseImage | undefined;
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
 * The files of a run, not yet written.
 * @param image float32, [slow, fast]
 */
export async function makeOutputs(
  given: Given<SimulateFlag>,
  names: OutputNames,
  { experiment, options, roi, oscDeg, generator, noiseSeed }: Request,
  image: NdArray,
  statistics: ImageStatistics,
  cwd: string,
): Promise<Outputs> {
  const { detector, beam, crystal, structureFactors } = experiment;
  const header = smvHeader(detector, { wavelengthA: beam.wavelengthA, phiDeg: crystal.scan?.phiDeg ?? 0, oscRangeDeg: oscDeg });
  const adcOffset = given.number("adc") ?? 40;
  const scale = positive(given.number("scale")) ?? smvScale(statistics.max);
  const files: OutputFile[] = [];
  const add = (name: string, bytes: Uint8Array): number => files.push({ path: fromFolder(cwd, name), bytes });

  add(names.float, formatFloatImage(image));
  add(names.int, formatSmv(header, smvCounts(image, scale, adcOffset, roi)));
  if (names.pgm !== undefined) {
    const rmsd = wholeRmsd(statistics, region(image, roi).size);
    add(names.pgm, formatPgm(image, positive(given.number("pgmscale")) ?? (rmsd > 0 ? pgmScale(rmsd) : scale)));
  }
  let noise: NoiseImage | undefined;
  const detected = hasEffects(given) ? detect(image, effectsFromFlags(given, -noiseSeed, adcOffset)) : undefined;
  if (names.noise !== undefined) {
    noise = detected ? { counts: smvCountsOf(detected.counts), photons: detected.photons, overloads: detected.saturated } : addNoise(image, { seed: noiseSeed, adcOffset, roi, generator });
    add(names.noise, formatSmv(header, noise.counts));
  }
  const warnings: string[] = [];
  if (detected && names.noise === undefined && names.cbf === undefined) {
    warnings.push("detector effects are in the image with noise, and -nonoise leaves it out");
  }
  if (names.cbf !== undefined) {
    const counts = detected ? recordedCounts(detected.counts, adcOffset) : noise ? addedTo(noise.counts, -adcOffset) : smvCounts(image, 1, 0);
    const { lines, warnings: unstated } = cbfHeader(detector, {
      wavelengthA: beam.wavelengthA,
      phiDeg: crystal.scan?.phiDeg ?? 0,
      oscRangeDeg: oscDeg,
      overload: largestCount - (noise ? adcOffset : 0),
      kahnFactor: beam.polarized === false ? undefined : (beam.kahnFactor ?? 0),
    });
    warnings.push(...unstated);
    add(names.cbf, formatCbf(lines, markUnused(counts, selectPixels([detector.pixels.slow, detector.pixels.fast], options))));
  }
  if (names.png !== undefined) add(names.png, await encodePng(darkSpots(image)));
  if (names.dump !== undefined && structureFactors instanceof StructureFactors) {
    const [h, k, l] = structureFactors.min;
    add(names.dump, formatFdump({ min: [h, k, l], values: structureFactors.grid }));
  }
  return { files, scale, adcOffset, noise, warnings };
}

function addedTo(counts: NdArray, offset: number): NdArray {
  const sums = copy(counts, "float64");
  for (let i = 0; i < sums.size; i++) sums.data[i] += offset;
  return sums;
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
