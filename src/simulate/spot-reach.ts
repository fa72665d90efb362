import { known, type Quantity } from "../autodiff/tape.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import { sourceCount, type Along } from "../models/beam.js";
import { orientationCount, orientedLattice, scatteringLattices } from "../models/crystal.js";
import { detectorFrame, pixelPosition, type Detector, type DetectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { indicesOf, sharedCovariance, spotCovariance, spotWidths } from "../models/spots.js";
import { scatteringVector } from "../physics/scattering.js";
import { offsetsAt, reflectionOf } from "../physics/spots.js";
import { rowsOf } from "../physics/symmetric.js";
import { dot, minus, norm, scale, transform, unitize, type Vector } from "../physics/vector.js";
import { beamsIn } from "./ray.js";

/** A spot ends where it has fallen to this part of its peak. */
export const faintestPart = 1e-6;
/** Places along each edge of the detector at which spots are looked at; between them they grow by no more than the margin. */
const placesAlong = 7;
const stepsLookedAt = 5;
const margin = 1.02;

/**
 * How many whole numbers around a pixel's h, k and l are those of reflections that reach it with more than the faintest part of their
 * peaks, wherever the pixel is.
 * @param experiment of numbers
 * @param detectors panels, in place of the experiment's own detector
 */
export function reflectionsInReach(experiment: Experiment<Quantity>, hasPixels: boolean, detectors: readonly Detector<Quantity>[] = [experiment.detector]): readonly [h: number, k: number, l: number] {
  // Of many panels, each is a small part of what one detector would be.
  const places = Math.max(2, Math.ceil(placesAlong / Math.sqrt(detectors.length)));
  const reaches = detectors.map((detector) => spotReach({ ...experiment, detector }, hasPixels, places));
  const count = (axis: 0 | 1 | 2): number => Math.floor(2 * Math.max(...reaches.map((reach) => reach[axis]))) + 1;
  return [count(0), count(1), count(2)];
}

/**
 * How far the widest spots on the detector extend along h, k and l.
 * @param along places that are looked at along each edge
 */
export function spotReach(experiment: Experiment<Quantity>, hasPixels: boolean, along = placesAlong): Vector<number> {
  const { beam, crystal, detector } = experiment;
  const frame = detectorFrame(detector);
  const deviations = Math.sqrt(-2 * Math.log(faintestPart)) * margin;
  const reach: [number, number, number] = [0, 0, 0];
  const rest = orientedLattice(crystal).direct;
  const turns = spreadOver(orientationCount(crystal)).map((pick) => ({
    lattice: scatteringLattices(crystal, rest, frame.spindle, pick),
    widths: spotWidths(experiment, frame, hasPixels, pick),
  }));
  const beams = spreadOver(sourceCount(beam)).map((pick) => beamsIn(frame, beam, pick));
  for (const { lattice, widths } of turns) {
    const { domain, basis } = widths;
    const inDomain = (indices: Vector): Vector => transform(domain.ofIndices, indices);
    // The offsets of a domain's unit vectors are the columns of the matrix that takes its units to indices.
    const columns = [offsetsAt([1, 0, 0], domain), offsetsAt([0, 1, 0], domain), offsetsAt([0, 0, 1], domain)];
    const inIndices = ([0, 1, 2] as const).map((axis): Vector => [columns[0][axis], columns[1][axis], columns[2][axis]]);
    for (const { direction: incident, wavelength } of beams) for (const position of placesOn(detector, frame, along)) {
      const direction = unitize(position);
      const hkl = indicesOf(lattice, scatteringVector(direction, incident, wavelength));
      const tangent = (axis: Vector): Vector => inDomain(indicesOf(lattice, scale(minus(axis, scale(direction, dot(axis, direction))), 1 / known(norm(position)))));
      const shared = sharedCovariance(widths, lattice, { wavelength, scattering: inDomain(hkl), tangents: [tangent(frame.fast), tangent(frame.slow)] });
      const rows = rowsOf(spotCovariance(widths, shared, reflectionOf(hkl, basis, domain)));
      inIndices.forEach((row, axis) => {
        const variance = known(dot(row, [dot(rows[0], row), dot(rows[1], row), dot(rows[2], row)]));
        reach[axis] = Math.max(reach[axis], deviations * Math.sqrt(variance));
      });
    }
  }
  return reach;
}

/** A few of so many steps, from the first to the last. */
function spreadOver(count: number): Along[] {
  const picked = new Set(Array.from({ length: stepsLookedAt }, (_, i) => Math.round((i * (count - 1)) / (stepsLookedAt - 1))));
  return [...picked].map((step) => (values) => values[step]);
}

function placesOn({ pixels, curved = false }: Detector<Quantity>, frame: DetectorFrame, along: number): Vector[] {
  const places = Array.from({ length: along }, (_, i) => i / (along - 1));
  const at = (fast: number, slow: number): Vector => pixelPosition(frame, curved, mul(fast * pixels.fast, frame.pixelSize), mul(slow * pixels.slow, frame.pixelSize), 0);
  return places.flatMap((fast) => places.map((slow) => at(fast, slow)));
}
