import { known } from "../autodiff/tape.js";
import { detectorFrame, type Detector } from "../models/detector.js";
import { formatG } from "../io/c-format.js";
import type { HeaderExtras } from "./smv-header.js";

/** What a miniCBF header states besides the detector. */
export interface CbfExtras extends HeaderExtras {
  /** counts from which on a pixel is overloaded */
  readonly overload: number;
  readonly kahnFactor?: number | undefined;
}

/** The lines of a miniCBF header, and what it cannot state of the experiment. */
export interface CbfHeader {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
}

/** Directions of a detector that differ by less are the same. */
const straight = 1e-6;

/** What the header of a miniCBF image states of an experiment: distance and beam centre of a detector across the beam. */
export function cbfHeader(detector: Detector, { wavelengthA, phiDeg, oscRangeDeg, overload, kahnFactor }: CbfExtras): CbfHeader {
  const frame = detectorFrame(detector);
  const pixel = known(frame.pixelSize);
  const beam = [frame.beamAt.fast, frame.beamAt.slow].map((along) => formatG(known(along) / pixel, 10));
  const metres = `${formatG(pixel, 10)} m`;
  return {
    lines: [
      "Detector: PILATUS simulated by braggtape, S/N 00-0000",
      `Pixel_size ${metres} x ${metres}`,
      "Exposure_time 1.0000000 s",
      `Count_cutoff ${overload} counts`,
      `Wavelength ${formatG(wavelengthA, 10)} A`,
      `Detector_distance ${formatG(known(frame.distance), 10)} m`,
      `Beam_xy (${beam.join(", ")}) pixels`,
      ...(kahnFactor === undefined ? [] : [`Polarization ${formatG((1 + kahnFactor) / 2)}`]),
      `Start_angle ${phiDeg.toFixed(4)} deg.`,
      `Angle_increment ${oscRangeDeg.toFixed(4)} deg.`,
    ],
    warnings: tiltWarnings(detector, "a CBF"),
  };
}

/** A sentence where the header of a kind of image cannot state how the detector stands. */
export function tiltWarnings(detector: Detector, kind: "a CBF" | "an SMV"): string[] {
  const { distance, closeDistance } = detectorFrame(detector);
  const tilt = Math.abs(known(distance)) / Math.abs(known(closeDistance)) - 1;
  return tilt > straight ? [`the header of ${kind} image states distance and beam centre, and not that the detector is tilted`] : [];
}
