import { known } from "../autodiff/tape.js";
import { orientedLattice, type Scan } from "../models/crystal.js";
import { detectorFrame, pixelPosition } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { detectorsOf } from "../models/panels.js";
import { radiansPerDegree } from "../physics/constants.js";
import { norm } from "../physics/vector.js";

/** From one step to the next, as a part of the angle through which the narrowest reflection scatters. */
const partOfWidth = 1 / 2;
/** More steps of a scan would cost more than anybody waits for. */
const mostScanSteps = 1000;

/** The turn of the spindle through which a crystal's narrowest reflection on the detector scatters, in degrees. */
export function rockingWidthDeg({ crystal, beam, ...placed }: Experiment): number {
  const { direct } = orientedLattice(crystal);
  const cells = crystal.cells ?? [1, 1, 1];
  const longest = Math.max(...[direct.a, direct.b, direct.c].map((edge, axis) => cells[axis] * known(norm(edge))));
  const farthest = detectorsOf(placed).flatMap((detector) => {
    const frame = detectorFrame(detector);
    const pixel = known(frame.pixelSize);
    return [0, detector.pixels.fast].flatMap((fast) =>
      [0, detector.pixels.slow].map((slow) => {
        const at = pixelPosition(frame, detector.curved ?? false, fast * pixel, slow * pixel, 0);
        const length = known(norm(at));
        return Math.hypot(...frame.beam.map((component, axis) => known(at[axis]) / length - component)) / beam.wavelengthA;
      }),
    );
  });
  return 1 / (longest * Math.max(...farthest) * radiansPerDegree);
}

/** Steps of a scan that resolve the reflections of the narrowest rocking curve. */
export function recommendedScanSteps(experiment: Experiment, oscDeg: number): number {
  return Math.min(mostScanSteps, Math.max(1, Math.ceil(Math.abs(oscDeg) / (partOfWidth * rockingWidthDeg(experiment)))));
}

/** The turn during an exposure as a sum over the middles of equal steps, whose mean is the middle of the exposure. */
export function exposureScan(phiDeg: number, oscDeg: number, steps: number): Scan {
  const stepDeg = oscDeg / steps;
  return { phiDeg: phiDeg + stepDeg / 2, stepDeg, steps };
}

/** The spindle's angle in the middle of a scan's steps. */
export function middleOf({ phiDeg, stepDeg, steps }: Scan): number {
  return phiDeg + (stepDeg * (steps - 1)) / 2;
}

/** A scan over the same turn in so many times fewer steps, as wider spots need it. */
export function coarserScan(scan: Scan, times: number): Scan {
  const steps = Math.max(1, Math.ceil(scan.steps / times));
  const stepDeg = (scan.stepDeg * scan.steps) / steps;
  return { phiDeg: middleOf(scan) - (stepDeg * (steps - 1)) / 2, stepDeg, steps };
}
