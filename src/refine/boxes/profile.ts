import { abs, add, div, exp, mul, sqrt, sub } from "../../autodiff/primitives/elementwise.js";
import type { Quantity, Variable } from "../../autodiff/tape.js";
import { photonsPerElectron, type Experiment } from "../../models/experiment.js";
import { polarizationFactor, solidAngle } from "../../physics/scattering.js";
import { closedSpot, latticePoint, temperatureFactor } from "../../physics/spots.js";
import { invert, scaleTensor, times, type Symmetric } from "../../physics/symmetric.js";
import { dot, type Vector } from "../../physics/vector.js";
import { placementOf } from "./placement.js";
import { covarianceOf, offsetFrom, seenPlace, type SeenPlace } from "./seen-spot.js";

/** Pixels, and the reflection whose spot is seen in each. */
export interface Seen {
  /** middles of the pixels, in pixels from the corner */
  readonly fast: Variable;
  readonly slow: Variable;
  readonly hkl: Vector;
}

/**
 * Records the photons in pixels that a reflection of |F|² = 1 sends there, from one block of the crystal.
 * @param rotationDeg turns of the block
 * @param points along each edge of a pixel, of which this is one
 */
export function recordProfile(experiment: Experiment<Quantity>, seen: Seen, rotationDeg: Vector, points = 1): Quantity {
  const { strength, photons } = spotAt(experiment, seen, rotationDeg, points);
  return mul(1 / points ** 2, strength, photons);
}

/**
 * Records the photons of whole spots of |F|² = 1, from one block: of a Gaussian whose value is known in one pixel, as its integral over
 * the detector's plane.
 * @param seen a pixel in the spot
 * @param rotationDeg turns of the block
 */
export function recordWhole(experiment: Experiment<Quantity>, seen: Seen, rotationDeg: Vector): Quantity {
  const { strength, photons, offset, covariance, place: { tangents }, pixelSize } = spotAt(experiment, seen, rotationDeg, 1);
  const { determinant, adjugate } = invert(covariance);
  const inverse = scaleTensor(adjugate, div(1, determinant));
  const [fast, slow] = tangents.map((tangent) => times(inverse, tangent));
  const [xx, yy, xy] = [dot(fast, tangents[0]), dot(slow, tangents[1]), dot(fast, tangents[1])];
  const [u, v] = [dot(fast, offset), dot(slow, offset)];
  const area = sub(mul(xx, yy), mul(xy, xy));
  // From the pixel to where the spot is brightest.
  const rise = div(sub(add(mul(yy, u, u), mul(xx, v, v)), mul(2, xy, u, v)), mul(2, area));
  return div(mul(2 * Math.PI, strength, photons, exp(rise)), mul(sqrt(area), pixelSize, pixelSize));
}

interface SpotAt {
  /** of a Gaussian, 1 at most */
  readonly strength: Quantity;
  /** what it is multiplied by */
  readonly photons: Quantity;
  readonly offset: Vector;
  readonly covariance: Symmetric;
  readonly place: SeenPlace;
  /** in metres */
  readonly pixelSize: Quantity;
}

function spotAt(experiment: Experiment<Quantity>, { fast, slow, hkl }: Seen, rotationDeg: Vector, points: number): SpotAt {
  const { beam, crystal, detector } = experiment;
  const placement = placementOf(experiment, rotationDeg, points);
  const { frame, widths, incident } = placement;
  const place = seenPlace(placement, fast, slow);
  const [offset, covariance] = [offsetFrom(placement, place, hkl), covarianceOf(placement, place, hkl)];
  const { strength } = closedSpot(offset, covariance);
  const { cells } = widths.domain;
  const polarization = beam.polarized === false ? 1 : polarizationFactor(place.direction, incident, frame.polarization, beam.kahnFactor ?? 0);
  const { bFactorA2 = 0 } = crystal;
  const temperature = bFactorA2 === 0 ? 1 : temperatureFactor(bFactorA2, latticePoint(hkl, widths.basis));
  const omega = detector.pointPixel ? 1 : solidAngle(frame.pixelSize, place.distance, abs(frame.closeDistance));
  const photons = mul(cells, cells, photonsPerElectron(beam), temperature, temperature, polarization, omega, place.depth.captured);
  return { strength, photons, offset, covariance, place, pixelSize: frame.pixelSize };
}
