import type { HeaderSettings } from "../../io/header-settings.js";
import { InputError } from "../../ndarray/errors.js";
import type { SimulateFlag } from "../flags.js";
import type { InputFiles } from "../input-files.js";
import type { Given } from "../parse-flags.js";

/**
 * The files without the distance to the detector's plane that the mask's header tells, as the image's own is not heeded either: it
 * would win over -distance, from which a refinement starts.
 */
export function withoutDistance(files: InputFiles): InputFiles {
  return { ...files, maskHeader: files.maskHeader && { ...files.maskHeader, closeDistanceMm: undefined } };
}

/** What an image says that has no header. */
export const noSettings: HeaderSettings = {
  shape: [0, 0],
  pixelSizeMm: undefined,
  distanceMm: undefined,
  closeDistanceMm: undefined,
  wavelengthA: undefined,
  beamCenterXMm: undefined,
  beamCenterYMm: undefined,
  orgXPixels: undefined,
  orgYPixels: undefined,
  phiDeg: undefined,
  oscRangeDeg: undefined,
  twothetaDeg: undefined,
  beamAtMm: undefined,
};

/** The image's own header says what no option and no other header does; its distance to the detector's plane never counts. */
export function withHeader(files: InputFiles, header: HeaderSettings, flags: Given<SimulateFlag>, name: string): InputFiles {
  if (files.imageHeader) return files;
  const { shape } = header;
  const counted = [flags.number("detpixels", "detpixels_y"), flags.number("detpixels", "detpixels_x")];
  if (counted.some((count, axis) => count !== undefined && count !== shape[axis])) {
    throw new InputError(`${name} has ${shape[1]} x ${shape[0]} pixels, and -detpixels says ${counted[1] ?? shape[1]} x ${counted[0] ?? shape[0]}`);
  }
  // A header of a still says a turn of 0, which as an option would be two steps of 0.
  const oscRangeDeg = header.oscRangeDeg === 0 ? undefined : header.oscRangeDeg;
  return { ...files, imageHeader: { ...header, closeDistanceMm: undefined, twothetaDeg: undefined, oscRangeDeg } };
}
