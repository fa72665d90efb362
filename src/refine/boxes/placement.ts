/** A crystal on the beamline, ready for its spots in closed form to be placed on the detector. */
import type { Quantity } from "../../autodiff/tape.js";
import { add, div, mul } from "../../autodiff/primitives/elementwise.js";
import { incidentBeams, sourceCount, type Along } from "../../models/beam.js";
import { orientedLattice, scatteringLattices } from "../../models/crystal.js";
import { detectorFrame, type DetectorFrame, type Sensor } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { spotWidths, type SpotWidths } from "../../models/spots.js";
import { InputError } from "../../ndarray/errors.js";
import { radiansPerDegree } from "../../physics/constants.js";
import { directBasis, type DirectBasis } from "../../physics/lattice.js";
import { product, scale, type Vector } from "../../physics/vector.js";

/** Where everything stands that a spot depends on; of numbers, or recorded. */
export interface Placement {
  readonly frame: DetectorFrame;
  readonly sensor: Sensor<Quantity> | undefined;
  readonly widths: SpotWidths;
  /** direct vectors in Å, in the laboratory, at the middle of the exposure */
  readonly lattice: DirectBasis;
  /** reciprocal vectors in Å⁻¹, in the laboratory */
  readonly reciprocal: { readonly aStar: Vector; readonly bStar: Vector; readonly cStar: Vector };
  /** direction of the beam, of length 1 */
  readonly incident: Vector;
  /** in Å */
  readonly wavelength: Quantity;
  /** variance of the spindle's angle during the exposure, in rad² */
  readonly turn: Quantity;
}

const only: Along = ([value]) => value;

/**
 * Places one block of a crystal.
 *
 * A turn of the crystal during the exposure is taken as a Gaussian of the variance of the even turn.
 * @param rotationDeg turns of the block about X, then Y, then Z
 * @param points along each edge of a pixel over which its spots are summed; the part of the pixel that each stands for widens them
 */
export function placementOf(experiment: Experiment<Quantity>, rotationDeg: Vector, points = 1): Placement {
  const { beam, crystal, detector } = experiment;
  const frame = detectorFrame(detector);
  const { scan } = crystal;
  const still = scan && { phiDeg: add(scan.phiDeg, mul((scan.steps - 1) / 2, scan.stepDeg)), stepDeg: 0, steps: 1 };
  const block = { ...crystal, blocks: [{ rotationDeg }], ...(still && { scan: still }) };
  const lattice = scatteringLattices(block, orientedLattice(crystal).direct, frame.spindle, only);
  const { a, b, c } = directBasis({ aStar: lattice.a, bStar: lattice.b, cStar: lattice.c });
  const { direction, wavelength } = incidentBeams(beam, { direction: frame.beam, polarization: frame.polarization, vertical: frame.vertical }, only);
  const whole = scan ? scale([product(scan.steps, scan.stepDeg), 0, 0], radiansPerDegree)[0] : 0;
  return {
    frame,
    sensor: detector.sensor,
    widths: withPixel(spotWidths({ ...experiment, crystal: block }, frame, false, only), div(frame.pixelSize, points)),
    lattice,
    reciprocal: { aStar: a, bStar: b, cStar: c },
    incident: direction,
    wavelength,
    turn: product(product(whole, whole), 1 / 12),
  };
}

/** With the variance of a place in a square of this edge. */
function withPixel(widths: SpotWidths, edge: Quantity): SpotWidths {
  const variance = div(mul(edge, edge), 12);
  const { fast, slow, mixed } = widths.plane;
  return { ...widths, plane: { fast: add(fast, variance), slow: add(slow, variance), mixed } };
}

/**
 * Refuses what spots in boxes do not have.
 * @throws InputError that says what to take in its place
 */
export function checkPlaceable({ beam, crystal, detector, draws }: Experiment): void {
  if (detector.curved) throw new InputError("boxes lie on a flat detector, and this one is curved");
  if (sourceCount(beam) > 1) throw new InputError("boxes need one beam: give its widths with -bandwidth and -beam_divergence in place of several sources");
  if ((crystal.mosaic?.domains ?? 1) > 1) throw new InputError("boxes need spots in closed form: give -eta in place of mosaic domains");
  if (draws) throw new InputError("boxes need spots in closed form, and -draws samples them");
}
