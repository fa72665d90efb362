import { known } from "../autodiff/tape.js";
import { detectorOfRecord } from "../input/record-detector.js";
import { parseNumber } from "../io/field.js";
import type { ExperimentRecord } from "../io/geometry/record.js";
import type { Detector } from "../models/detector.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { HeaderExtras } from "../output/smv-header.js";

/** Options that say what a header states. */
export interface StatedByOptions {
  has(...names: readonly ("pixel" | "distance" | "lambda")[]): boolean;
  number(name: "pixel" | "distance" | "lambda"): number | undefined;
}

/** What the header of an image that is written states. */
export interface WrittenHeader extends HeaderExtras {
  readonly detector: Detector;
}

/**
 * What the options say, or else the image that is read, or else a plain detector.
 * @param name of the image that is read, for the warning
 * @param image [slow, fast]
 * @param warn told where neither options nor image say it
 */
export function writtenHeader(name: string, image: NdArray, record: ExperimentRecord, given: StatedByOptions, warn: (warning: string) => void): WrittenHeader {
  const isPlaced = record.panels.length === 1;
  const assumed = [...(isPlaced ? [] : (["pixel", "distance"] as const)), ...(record.beam.wavelengthA === undefined ? (["lambda"] as const) : [])];
  const told = assumed.filter((flag) => !given.has(flag));
  if (told.length > 0) warn(`${name} says nothing of its geometry, so the header says the defaults of ${told.map((flag) => `--${flag}`).join(", ")}`);
  const { scan } = record;
  return {
    detector: isPlaced ? replaced(detectorOfRecord(record), given) : plainDetector(image, given),
    wavelengthA: given.number("lambda") ?? record.beam.wavelengthA ?? 1,
    phiDeg: scan?.startDeg ?? 0,
    oscRangeDeg: scan?.widthDeg ?? 0,
  };
}

function plainDetector({ shape: [slow, fast] }: NdArray, given: StatedByOptions): Detector {
  return { pixels: { fast, slow }, pixelSizeMm: given.number("pixel") ?? 0.1, distanceMm: given.number("distance") ?? 100 };
}

/** A detector at another distance or with other pixels, on the same one of which the beam strikes. */
function replaced(detector: Detector, given: StatedByOptions): Detector {
  const [pixelSizeMm, distanceMm] = [given.number("pixel") ?? detector.pixelSizeMm, given.number("distance")];
  const ratio = known(pixelSizeMm) / known(detector.pixelSizeMm);
  const { x, y } = detector.beamCenterMm ?? {};
  return {
    ...detector,
    pixelSizeMm,
    ...(distanceMm !== undefined && { distanceMm }),
    ...(x !== undefined && y !== undefined && { beamCenterMm: { x: known(x) * ratio, y: known(y) * ratio } }),
  };
}

/** Entries of an SMV header, by the option that states another value, and those that follow from it and are left out then. */
const entriesOf = [
  { flag: "pixel", key: "PIXEL_SIZE", follow: ["XDS_ORGX", "XDS_ORGY"] },
  { flag: "distance", key: "DISTANCE", follow: ["CLOSE_DISTANCE", "DIALS_ORIGIN"] },
  { flag: "lambda", key: "WAVELENGTH", follow: ["ENERGY"] },
] as const;

const countEntries = ["CCD_IMAGE_SATURATION", "SATURATED_VALUE", "IMAGE_PEDESTAL", "DARK_PEDESTAL"];

/**
 * The header of an SMV image, with what options say in the place of its own entries.
 * @param toCount what becomes of a count
 */
export function changedEntries(header: ReadonlyMap<string, string>, given: StatedByOptions, toCount: (count: number) => number): ReadonlyMap<string, string> {
  const entries = new Map(header);
  for (const { flag, key, follow } of entriesOf) {
    const value = given.number(flag);
    if (value === undefined) continue;
    for (const entry of header.keys()) if ([key, ...follow].some((word) => word === entry.toUpperCase())) entries.delete(entry);
    entries.set(key, String(value));
  }
  for (const [entry, word] of header) {
    const count = parseNumber(word);
    if (countEntries.includes(entry.toUpperCase()) && count > 0) entries.set(entry, String(toCount(count)));
  }
  return entries;
}
