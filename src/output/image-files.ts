import { formatCbf } from "../io/cbf/cbf.js";
import { checkOptions } from "../ndarray/fields.js";
import { formatFdump } from "../io/fdump.js";
import { formatPgm } from "../io/pgm.js";
import { encodePng } from "../io/png.js";
import { formatSmv, type SmvHeader } from "../io/smv.js";
import type { Experiment } from "../models/experiment.js";
import type { StructureFactors } from "../models/structure-factors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { largestCount, pgmScale, smvCounts, smvScale } from "../simulate/intensity-scale.js";
import { imageStatistics } from "../simulate/statistics.js";
import { cbfHeader } from "./cbf-header.js";
import { darkSpots, redAndBlue } from "./picture.js";
import { smvHeader, type HeaderExtras } from "./smv-header.js";

/** How photons become counts. */
export interface CountOptions {
  /** counts per photon; such that the brightest pixel has 55000 counts unless given */
  readonly scale?: number;
  /** counts of a pixel without photons; 40 unless given, as in the command */
  readonly adcOffset?: number;
}

/** What headers state of an experiment besides its detector. */
function extrasOf({ beam, crystal }: Experiment): HeaderExtras {
  const { phiDeg = 0, stepDeg = 0, steps = 1 } = crystal.scan ?? {};
  return { wavelengthA: beam.wavelengthA, phiDeg, oscRangeDeg: stepDeg * steps };
}

/** What the header of an SMV image states of an experiment. */
export function smvHeaderOf(experiment: Experiment): SmvHeader {
  return smvHeader(experiment.detector, extrasOf(experiment));
}

/**
 * A 16-bit SMV image of photons, as `braggtape simulate -intfile` writes it.
 * @param image photons, shape [slow, fast]; of counts, such as those of `addNoise`, with the scale 1 and the offset 0
 * @throws ShapeError when the image has not two axes
 */
export function smvFile(experiment: Experiment, image: NdArray, options: CountOptions = {}): Uint8Array {
  checkOptions("smvFile", options, { scale: true, adcOffset: true });
  const { scale, adcOffset = 40 } = options;
  return formatSmv(smvHeaderOf(experiment), smvCounts(image, scale ?? smvScale(imageStatistics(image).max), adcOffset));
}

/**
 * A miniCBF image of counts, as `braggtape simulate -cbffile` writes it.
 * @param counts shape [slow, fast]; rounded to whole numbers
 * @param overload counts from which on a pixel is overloaded; 65535 unless given
 */
export function cbfFile(experiment: Experiment, counts: NdArray, overload = largestCount): Uint8Array {
  const { polarized, kahnFactor = 0 } = experiment.beam;
  const { lines } = cbfHeader(experiment.detector, { ...extrasOf(experiment), overload, kahnFactor: polarized === false ? undefined : kahnFactor });
  return formatCbf(lines, smvCounts(counts, 1, 0));
}

/**
 * An 8-bit preview, as `braggtape simulate -pgmfile` writes it.
 * @param image photons, shape [slow, fast]
 * @param scale grey levels per photon; such that five rmsd are nearly white unless given
 */
export function pgmFile(image: NdArray, scale?: number): Uint8Array {
  return formatPgm(image, scale ?? pgmScale(imageStatistics(image).rmsd));
}

/**
 * The picture of `braggtape simulate --png`: logarithmic grey, dark where photons are.
 * @param image photons, shape [slow, fast]
 */
export async function pngFile(image: NdArray): Promise<Uint8Array> {
  return encodePng(darkSpots(image));
}

/**
 * The picture of `braggtape compare --png`: red where the first image is brighter, blue where the second is.
 * @param difference of two images, shape [slow, fast]
 */
export async function differencePngFile(difference: NdArray): Promise<Uint8Array> {
  return encodePng(redAndBlue(difference));
}

/** The binary dump of structure factors, as `braggtape simulate -dump` writes it. */
export function fdumpFile({ grid, min: [h, k, l] }: StructureFactors): Uint8Array {
  return formatFdump({ min: [h, k, l], values: grid });
}
