import { abs, mul } from "../../autodiff/primitives/elementwise.js";
import type { Quantity, Variable } from "../../autodiff/tape.js";
import { photonsPerElectron, type Experiment } from "../../models/experiment.js";
import { polarizationFactor, solidAngle } from "../../physics/scattering.js";
import { closedSpot, latticePoint, temperatureFactor } from "../../physics/spots.js";
import type { Vector } from "../../physics/vector.js";
import { placementOf } from "./placement.js";
import { covarianceOf, offsetFrom, seenPlace } from "./seen-spot.js";

/**
 * Records the photons in pixels that a reflection of |F|² = 1 sends there, from one block of the crystal.
 * @param fast, slow middles of the pixels, in pixels from the corner
 * @param hkl of the reflection in whose box each pixel is
 * @param rotationDeg turns of the block
 * @param points along each edge of a pixel, of which this is one
 */
export function recordProfile(experiment: Experiment<Quantity>, fast: Variable, slow: Variable, hkl: Vector, rotationDeg: Vector, points = 1): Quantity {
  const { beam, crystal, detector } = experiment;
  const placement = placementOf(experiment, rotationDeg, points);
  const { frame, widths, incident } = placement;
  const place = seenPlace(placement, fast, slow);
  const { strength } = closedSpot(offsetFrom(placement, place, hkl), covarianceOf(placement, place, hkl));
  const { cells } = widths.domain;
  const polarization = beam.polarized === false ? 1 : polarizationFactor(place.direction, incident, frame.polarization, beam.kahnFactor ?? 0);
  const { bFactorA2 = 0 } = crystal;
  const temperature = bFactorA2 === 0 ? 1 : temperatureFactor(bFactorA2, latticePoint(hkl, widths.basis));
  const omega = detector.pointPixel ? 1 : solidAngle(frame.pixelSize, place.distance, abs(frame.closeDistance));
  return mul(1 / points ** 2, strength, cells, cells, photonsPerElectron(beam), temperature, temperature, polarization, omega, place.depth.captured);
}
