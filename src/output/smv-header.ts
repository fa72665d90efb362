import { known, type Quantity } from "../autodiff/tape.js";
import { detectorFrame, type Detector } from "../models/detector.js";
import { dot } from "../physics/vector.js";
import type { SmvHeader } from "../io/smv.js";

/** What a header tells besides the detector. */
export interface HeaderExtras {
  /** in A */
  readonly wavelengthA: number;
  /** spindle angle at the start, in degrees */
  readonly phiDeg: number;
  /** turn during the exposure, in degrees */
  readonly oscRangeDeg: number;
}

/**
 * What the header of an SMV image says of an experiment.
 *
 * Source: the reference program's output.
 */
export function smvHeader(detector: Detector, { wavelengthA, phiDeg, oscRangeDeg }: HeaderExtras): SmvHeader {
  const frame = detectorFrame(detector);
  const pixel = known(frame.pixelSize);
  const mm = (metres: Quantity): number => known(metres) * 1000;
  const beamFast = known(frame.beamAt.fast);
  const beamSlow = known(frame.beamAt.slow);
  return {
    pixelSizeMm: mm(pixel),
    distanceMm: mm(frame.distance),
    wavelengthA,
    beamCenterMm: [mm(frame.beamCenter.x), mm(frame.beamCenter.y)],
    adxvCenterMm: [mm(beamFast), mm(known(frame.size.slow) - beamSlow)],
    mosflmCenterMm: [mm(beamSlow - pixel / 2), mm(beamFast - pixel / 2)],
    denzoBeamMm: [mm(beamSlow), mm(beamFast)],
    dialsOriginMm: [mm(dot(frame.origin, [0, 0, 1])), mm(dot(frame.origin, [0, 1, 0])), mm(dot(frame.origin, [-1, 0, 0]))],
    xdsOriginPixels: [known(frame.closeAt.fast) / pixel + 0.5, known(frame.closeAt.slow) / pixel + 0.5],
    closeDistanceMm: mm(frame.closeDistance),
    phiDeg,
    oscRangeDeg,
    twoThetaDeg: detector.twothetaDeg ?? 0,
  };
}
