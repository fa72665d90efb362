import { InputError } from "../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { parseNumber, quote } from "./field.js";
import type { Smv } from "./smv.js";

/**
 * What the header of a mask, or of an image that is to be imitated, says of the experiment; undefined where it says nothing.
 * `beamCenterYMm` is the header's own number: in a mask it is counted from the far edge (detector size minus it is Ybeam), in an
 * imitated image directly.
 */
export interface HeaderSettings {
  readonly shape: readonly [slow: number, fast: number];
  readonly pixelSizeMm: number | undefined;
  readonly distanceMm: number | undefined;
  readonly closeDistanceMm: number | undefined;
  readonly wavelengthA: number | undefined;
  readonly beamCenterXMm: number | undefined;
  readonly beamCenterYMm: number | undefined;
  readonly orgXPixels: number | undefined;
  readonly orgYPixels: number | undefined;
  readonly phiDeg: number | undefined;
  readonly oscRangeDeg: number | undefined;
}

/**
 * The settings that an SMV header makes, in the header's units.
 * @param name what error messages call the image
 * @throws InputError when an entry is not a number, or a length is not above 0
 */
export function headerSettings({ header, shape }: Smv, name: string): HeaderSettings {
  const number = (...keys: readonly string[]): number | undefined => {
    const key = keys.find((candidate) => header.has(candidate));
    const word = key === undefined ? undefined : header.get(key);
    if (key === undefined || word === undefined) return undefined;
    const value = parseNumber(word);
    if (Number.isNaN(value)) throw new InputError(`${name}: ${key} is ${quote(word)}; it must be a finite number`);
    return value;
  };
  const length = (key: string): number | undefined => {
    const value = number(key);
    if (value !== undefined && value <= 0) throw new InputError(`${name}: ${key} is ${value}; it must be above 0`);
    return value;
  };
  return {
    shape,
    pixelSizeMm: length("PIXEL_SIZE"),
    distanceMm: number("DISTANCE"),
    closeDistanceMm: number("CLOSE_DISTANCE"),
    wavelengthA: length("WAVELENGTH"),
    beamCenterXMm: number("BEAM_CENTER_X"),
    beamCenterYMm: number("BEAM_CENTER_Y"),
    orgXPixels: number("XDS_ORGX", "ORGX"),
    orgYPixels: number("XDS_ORGY", "ORGY"),
    phiDeg: number("PHI"),
    oscRangeDeg: number("OSC_RANGE"),
  };
}

/** The mask that an SMV image is: int32 of shape [slow, fast], 0 where a pixel is skipped (its value is 0 or NaN), else 1. */
export function maskOf({ image, shape }: Smv): NdArray {
  const mask = zeros(shape, "int32");
  const values = flatData(image);
  for (let i = 0; i < values.length; i++) mask.data[i] = values[i] === 0 || Number.isNaN(values[i]) ? 0 : 1;
  return mask;
}
