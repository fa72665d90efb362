import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";
import { entryOf } from "./smv-entries.js";
import type { Smv } from "./smv.js";

/**
 * What the header of a mask, or of an image that is to be imitated, says of the experiment; undefined where it says nothing.
 * `beamCenterYMm` is the header's own number: in a mask it is counted from the far edge (detector size minus it is Ybeam), in an
 * imitated image directly.
 */
export interface HeaderSettings {
  /** [slow, fast], in pixels */
  readonly shape: readonly [slow: number, fast: number];
  /** edge of a pixel, in mm */
  readonly pixelSizeMm: number | undefined;
  /** from the sample along the beam, in mm */
  readonly distanceMm: number | undefined;
  /** from the sample to the nearest point of the detector's plane, in mm */
  readonly closeDistanceMm: number | undefined;
  /** in A */
  readonly wavelengthA: number | undefined;
  /** beam centre along the convention's X, in mm */
  readonly beamCenterXMm: number | undefined;
  /** beam centre along the convention's Y, in mm */
  readonly beamCenterYMm: number | undefined;
  /** nearest point along fast, in pixels as XDS counts them */
  readonly orgXPixels: number | undefined;
  /** nearest point along slow, in pixels as XDS counts them */
  readonly orgYPixels: number | undefined;
  /** spindle angle at the start, in degrees */
  readonly phiDeg: number | undefined;
  /** turn of the spindle during the exposure, in degrees */
  readonly oscRangeDeg: number | undefined;
  /** swing of the detector, in degrees */
  readonly twothetaDeg: number | undefined;
  /** where the beam strikes, in mm from the corner of the first pixel, where the header says it along the axes of the image themselves */
  readonly beamAtMm: { readonly fast: number; readonly slow: number } | undefined;
}

/** A detector stands straight where its two-theta is nothing but a rounding error. */
export const roundingTwothetaDeg = 0.01;

const units = /^(mm|deg|degrees?|a|ang|angstroms?)$/i;

/**
 * The settings that an SMV header makes, in the header's units: ADSC's and Rayonix's entries, or those of d*TREK and Rigaku.
 * @param name what error messages call the image
 * @throws InputError that names the entry: it is not a number, or a length is not above 0
 */
export function headerSettings({ header, shape }: Pick<Smv, "header" | "shape">, name: string): HeaderSettings {
  const numbers = (key: string): readonly number[] | undefined => {
    const text = entryOf(header, key);
    if (text === undefined) return undefined;
    if (/^[-+]?\d+,\d+$/.test(text)) throw new InputError(`${name}: ${key} is ${quote(text)}; a number is written with a decimal point`);
    const words = text.split(/[\s,]+/);
    const values = (words.length > 1 && units.test(words[words.length - 1]) ? words.slice(0, -1) : words).map(parseNumber);
    if (values.some(Number.isNaN)) throw new InputError(`${name}: ${key} is ${quote(text)}; it must be a finite number`);
    return values;
  };
  const wrong = (key: string, problem: string): InputError => new InputError(`${name}: ${key} is ${quote(entryOf(header, key) ?? "")}; ${problem}`);
  const number = (...keys: readonly string[]): number | undefined => {
    const key = keys.find((candidate) => entryOf(header, candidate) !== undefined);
    const values = key === undefined ? undefined : numbers(key);
    if (key === undefined || values === undefined) return undefined;
    if (values.some((value) => Math.abs(value - values[0]) > 1e-3 * Math.abs(values[0]))) throw wrong(key, "it must be a single number");
    return values[0];
  };
  const length = (key: string): number | undefined => {
    const value = number(key);
    if (value !== undefined && value <= 0) throw new InputError(`${name}: ${key} is ${value}; it must be above 0`);
    return value;
  };
  /** d*TREK counts its wavelengths first; the lines of an X-ray tube's doublet are taken as the first of them. */
  const wavelength = (key: string): number | undefined => {
    const values = numbers(key);
    if (values === undefined) return undefined;
    const counted = values.length > 1 && values.length === values[0] + 1 ? values.slice(1) : values;
    if (counted.some((value) => !(value > 0))) throw new InputError(`${name}: ${key} is ${counted.join(" ")}; it must be above 0`);
    if (counted.some((value) => Math.abs(value / counted[0] - 1) > 0.005)) throw wrong(key, "it holds several wavelengths, and one is needed");
    return counted[0];
  };
  const detector = rigakuDetector(header, numbers, wrong);
  const rotation = numbers("ROTATION") ?? numbers("SCAN_ROTATION");
  return {
    shape,
    pixelSizeMm: length("PIXEL_SIZE") ?? detector.pixelSizeMm,
    distanceMm: number("DISTANCE") ?? detector.distanceMm,
    closeDistanceMm: number("CLOSE_DISTANCE"),
    wavelengthA: wavelength("WAVELENGTH") ?? wavelength("SCAN_WAVELENGTH") ?? wavelength("SOURCE_WAVELENGTH"),
    beamCenterXMm: number("BEAM_CENTER_X"),
    beamCenterYMm: number("BEAM_CENTER_Y"),
    orgXPixels: number("XDS_ORGX", "ORGX"),
    orgYPixels: number("XDS_ORGY", "ORGY"),
    phiDeg: number("PHI", "OSC_START") ?? rotation?.[0],
    oscRangeDeg: number("OSC_RANGE") ?? rotation?.[2],
    twothetaDeg: number("TWOTHETA") ?? detector.twothetaDeg,
    beamAtMm: detector.beamAtMm,
  };
}

type RigakuDetector = Partial<Pick<HeaderSettings, "pixelSizeMm" | "distanceMm" | "twothetaDeg" | "beamAtMm">>;

/**
 * The first detector of a d*TREK header, whose entries begin with the detector's name.
 *
 * Source: headers of Rigaku's Saturn and R-AXIS detectors as dxtbx reads them.
 */
function rigakuDetector(
  header: Smv["header"],
  numbers: (key: string) => readonly number[] | undefined,
  wrong: (key: string, problem: string) => InputError,
): RigakuDetector {
  const prefix = entryOf(header, "DETECTOR_NAMES")?.trim().split(/\s+/)[0];
  if (prefix === undefined || prefix === "") return {};
  const [beamFast, beamSlow, pixelFast, pixelSlow = pixelFast] = numbers(`${prefix}SPATIAL_DISTORTION_INFO`) ?? [];
  const [width] = numbers(`${prefix}DETECTOR_SIZE`) ?? [];
  const [columns] = numbers(`${prefix}DETECTOR_DIMENSIONS`) ?? [];
  const pixelSizeMm = pixelFast ?? (width !== undefined && columns !== undefined ? width / columns : undefined);
  if (pixelSizeMm !== undefined && !(pixelSizeMm > 0)) throw wrong(`${prefix}SPATIAL_DISTORTION_INFO`, "a pixel has a size above 0");
  if (pixelFast !== undefined && Math.abs(pixelFast - pixelSlow) > 1e-4 * pixelFast) {
    throw wrong(`${prefix}SPATIAL_DISTORTION_INFO`, "its pixels are not square, and only square ones are known here");
  }
  const values = numbers(`${prefix}GONIO_VALUES`) ?? [];
  const names = (entryOf(header, `${prefix}GONIO_NAMES`) ?? "").split(/\s+/);
  const valueOf = (pattern: RegExp): number | undefined => values.at(names.findIndex((axis) => pattern.test(axis)));
  const isNamed = (pattern: RegExp): boolean => names.some((axis) => pattern.test(axis));
  const swing = /2theta|twotheta|swing/i;
  const distance = /dist|transz/i;
  return {
    ...(pixelSizeMm !== undefined && { pixelSizeMm }),
    ...(isNamed(distance) && { distanceMm: valueOf(distance) }),
    ...(isNamed(swing) && { twothetaDeg: valueOf(swing) }),
    ...(beamFast !== undefined && pixelSizeMm !== undefined && { beamAtMm: { fast: beamFast * pixelSizeMm, slow: beamSlow * pixelSizeMm } }),
  };
}
