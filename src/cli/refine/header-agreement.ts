import { roundingTwothetaDeg } from "../../io/header-settings.js";
import { parseNumber } from "../../io/field.js";
import { entryOf } from "../../io/smv-entries.js";
import { middleOf, rockingWidthDeg } from "../../refine/exposure.js";
import type { Experiment } from "../../models/experiment.js";
import type { SmvHeader } from "../../io/smv.js";
import { smvHeader } from "../../output/smv-header.js";

/** The words of an image's header, by their keys. */
export type HeaderWords = ReadonlyMap<string, string>;

/** Headers have six digits; places near 0 are rounded to so much of a millimetre. */
const rounding = 2e-5;
const roundingMm = 1e-4;
/** A shift of a scan that no orientation would notice, as a part of the narrowest reflection's width. */
const unnoticed = 0.02;

/** The key, what it would be at the start, and `tolerance` differences up to it are no contradiction, those of rounded places unless given. */
type Entry = readonly [key: string, atStart: (header: SmvHeader) => number, tolerance?: number];

/** What a header says of an experiment independently of its other entries. */
const said: readonly Entry[] = [
  ["PIXEL_SIZE", ({ pixelSizeMm }) => pixelSizeMm, 0],
  ["DISTANCE", ({ distanceMm }) => distanceMm],
  ["WAVELENGTH", ({ wavelengthA }) => wavelengthA, 0],
  ["TWOTHETA", ({ twoThetaDeg }) => twoThetaDeg, roundingTwothetaDeg],
  ["BEAM_CENTER_X", ({ beamCenterMm }) => beamCenterMm[0]],
  ["BEAM_CENTER_Y", ({ beamCenterMm }) => beamCenterMm[1]],
  ["OSC_RANGE", ({ oscRangeDeg }) => oscRangeDeg],
];

/** What follows from those. */
const implied: readonly Entry[] = [
  ["CLOSE_DISTANCE", ({ closeDistanceMm }) => closeDistanceMm],
  ["ADXV_CENTER_X", ({ adxvCenterMm }) => adxvCenterMm[0]],
  ["ADXV_CENTER_Y", ({ adxvCenterMm }) => adxvCenterMm[1]],
  ["MOSFLM_CENTER_X", ({ mosflmCenterMm }) => mosflmCenterMm[0]],
  ["MOSFLM_CENTER_Y", ({ mosflmCenterMm }) => mosflmCenterMm[1]],
  ["XDS_ORGX", ({ xdsOriginPixels }) => xdsOriginPixels[0]],
  ["XDS_ORGY", ({ xdsOriginPixels }) => xdsOriginPixels[1]],
];

/** The number of an entry, behind which its unit may stand. */
function numberIn(words: HeaderWords, key: string): number | undefined {
  const word = entryOf(words, key)?.split(/[\s,]+/)[0];
  const value = word === undefined ? NaN : parseNumber(word);
  return Number.isNaN(value) ? undefined : value;
}

function differ(a: number, b: number, tolerance = roundingMm): boolean {
  return Math.abs(a - b) > tolerance + rounding * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * Sentences about what an image's header says and the start of its refinement is not.
 * @param name of the image
 * @param experiment where the refinement starts
 * @param oscDeg the whole turn of the exposure, as it is taken
 */
export function headerContradictions(name: string, words: HeaderWords, experiment: Experiment, oscDeg: number): string[] {
  const { beam: { wavelengthA }, crystal: { scan }, detector } = experiment;
  const header = smvHeader(detector, { wavelengthA, phiDeg: scan?.phiDeg ?? 0, oscRangeDeg: oscDeg });
  const differences = (entries: readonly Entry[]): string[] =>
    entries.flatMap(([key, atStart, tolerance]) => {
      const [written, start] = [numberIn(words, key), atStart(header)];
      return written !== undefined && differ(written, start, tolerance) ? [`${key}=${written} (here ${Number(start.toPrecision(6))})`] : [];
    });
  const sentences: string[] = [];
  const direct = differences(said);
  if (direct.length > 0) sentences.push(`${name}: its header says otherwise than the refinement starts: ${direct.join(", ")}`);
  else {
    const indirect = differences(implied);
    if (indirect.length > 0) {
      sentences.push(`${name}: its header contradicts itself, the convention or the turns of the detector that the options give: ${indirect.join(", ")}`);
    }
  }
  const [close, distance] = [numberIn(words, "CLOSE_DISTANCE"), numberIn(words, "DISTANCE")];
  const isTilted = close !== undefined && distance !== undefined && differ(close / distance, header.closeDistanceMm / header.distanceMm, 0);
  if (direct.length > 0 && isTilted) {
    sentences.push(`${name}: its header says DISTANCE=${distance} and CLOSE_DISTANCE=${close}, which the options' turns of the detector do not explain`);
  }
  return sentences;
}

/**
 * A sentence about steps of a scan that do not stand in the middle of the exposure, as the reference program's do not.
 * @param phiDeg where the exposure begins
 * @param isGiven whether options say what the steps are
 */
export function scanContradiction(name: string, experiment: Experiment, phiDeg: number, oscDeg: number, isGiven: boolean): string[] {
  const { scan } = experiment.crystal;
  if (!scan) return [];
  const [middle, mean] = [phiDeg + oscDeg / 2, middleOf(scan)];
  if (Math.abs(middle - mean) <= unnoticed * rockingWidthDeg(experiment)) return [];
  const [from, to, at] = [phiDeg, phiDeg + oscDeg, mean].map((value) => Number(value.toPrecision(6)));
  return [`${name}: the exposure turns the crystal from ${from} to ${to} degrees, and the scan's steps stand on average at ${at}, so that the orientation will be off by as much as that differs from the middle${isGiven ? "; without -phistep and -phisteps they stand around the middle" : ""}`];
}

/** Sentences about headers of images that are refined together and do not say the same. */
export function contradictionsBetween(names: readonly string[], headers: readonly HeaderWords[]): string[] {
  return said.flatMap(([key, , tolerance]) => {
    const values = headers.map((words) => numberIn(words, key));
    const other = values.findIndex((value) => value !== undefined && values[0] !== undefined && differ(value, values[0], tolerance));
    if (other < 0) return [];
    return [`the headers differ in ${key}: ${names[0]} says ${values[0]}, ${names[other]} says ${values[other]}; what is refined starts at the first image's for all, what is not is each image's own`];
  });
}
