import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";
import type { ExperimentRecord, PanelRecord } from "./geometry/record.js";
import { identity } from "./geometry/vector.js";
import { headerSettings, roundingTwothetaDeg } from "./header-settings.js";
import type { Smv } from "./smv.js";
import { entryOf } from "./smv-entries.js";

/**
 * The counts of an overloaded pixel and of one without photons, where an SMV header states them, as ADSC's and Rigaku's detectors do.
 *
 * Source: headers of these detectors as dxtbx reads them.
 */
export function smvLimits({ header }: Pick<Smv, "header">): { readonly overload: number | undefined; readonly pedestal: number | undefined } {
  const stated = (...keys: readonly string[]): number | undefined => keys.map((key) => parseNumber(entryOf(header, key) ?? "")).find((value) => value > 0);
  return { overload: stated("CCD_IMAGE_SATURATION", "SATURATED_VALUE"), pedestal: stated("IMAGE_PEDESTAL", "DARK_PEDESTAL") };
}

/**
 * What an SMV header knows of the experiment, in a frame with X along the fast axis, Y against the slow one and Z towards the source.
 * @param source what messages call the image
 * @throws InputError that names the entry: it is not a number, or a length is not above 0
 */
export function smvRecord(smv: Smv, source: string): ExperimentRecord {
  const { shape: [slow, fast], pixelSizeMm, distanceMm, closeDistanceMm, wavelengthA, beamAtMm, beamCenterXMm, beamCenterYMm, phiDeg, oscRangeDeg, twothetaDeg = 0 } =
    headerSettings(smv, source);
  if (distanceMm !== undefined && !(distanceMm > 0)) throw new InputError(`${source}: DISTANCE is ${distanceMm}; it must be above 0`);
  const remarks = smvContradictions(smv);
  const { overload, pedestal } = smvLimits(smv);
  const panels: PanelRecord[] = [];
  const isCentred = beamCenterXMm !== undefined && beamCenterYMm !== undefined;
  const stated = beamAtMm ?? denzoBeam(smv.header);
  const beam = stated ?? (isCentred ? { fast: beamCenterYMm, slow: beamCenterXMm } : undefined);
  if (Math.abs(twothetaDeg) > roundingTwothetaDeg) {
    remarks.push(`two-theta is ${twothetaDeg} degrees, and the header does not state about which axis: the detector's place is left open`);
  } else if (pixelSizeMm === undefined || distanceMm === undefined || beam === undefined) {
    remarks.push("the header does not state pixel size, distance and beam centre: the detector's place is left open");
  } else {
    if (stated === undefined) remarks.push("BEAM_CENTER_X is taken along the slow axis, as MOSFLM does");
    if (closeDistanceMm !== undefined && Math.abs(closeDistanceMm - distanceMm) > 1e-5 * distanceMm) {
      remarks.push(`CLOSE_DISTANCE ${closeDistanceMm} is not DISTANCE ${distanceMm}: the detector is tilted, which the header does not describe`);
    }
    panels.push({
      name: "Panel",
      pixels: { fast, slow },
      pixelSizeMm,
      originMm: [-beam.fast, beam.slow, -distanceMm],
      fast: [1, 0, 0],
      slow: [0, -1, 0],
      ...(overload !== undefined && { trusted: { overload } }),
      ...(pedestal !== undefined && { pedestal }),
    });
  }
  const isTurning = oscRangeDeg !== undefined && oscRangeDeg !== 0;
  return {
    source,
    kind: "SMV header",
    beam: { wavelengthA, direction: [0, 0, -1] },
    panels,
    goniometer: isTurning ? { axis: [1, 0, 0], fixed: identity, setting: identity } : undefined,
    scan: phiDeg === undefined ? undefined : { firstImage: 1, lastImage: 1, startDeg: phiDeg, widthDeg: oscRangeDeg },
    crystals: [],
    images: [{ file: source }],
    remarks,
  };
}

/** Headers state angles with four digits behind the point. */
const roundingDeg = 2e-4;

/** Sentences on entries that stand twice with different values, and on two that state the same and differ. */
export function smvContradictions({ header, repeated }: Pick<Smv, "header" | "repeated">): string[] {
  const number = (key: string): number => parseNumber(entryOf(header, key) ?? "");
  const [phi, start] = [number("PHI"), number("OSC_START")];
  return [
    ...repeated.map((key) => `${key} is stated twice; the last value, ${quote(header.get(key) ?? "")}, is taken`),
    ...(Math.abs(phi - start) > roundingDeg ? [`PHI=${phi} and OSC_START=${start} contradict each other; PHI is taken`] : []),
  ];
}

/** DENZO's beam centre, which is defined on the image's own axes: X along the slow one. */
function denzoBeam(header: Smv["header"]): { readonly fast: number; readonly slow: number } | undefined {
  const [slow, fast] = ["DENZO_X_BEAM", "DENZO_Y_BEAM"].map((key) => parseNumber(header.get(key) ?? ""));
  return Number.isNaN(slow) || Number.isNaN(fast) ? undefined : { fast, slow };
}
