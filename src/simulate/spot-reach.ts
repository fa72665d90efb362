import { known, type Quantity } from "../autodiff/tape.js";
import { div, mul } from "../autodiff/primitives/elementwise.js";
import { sourceCount, type Along } from "../models/beam.js";
import { orientationCount, orientedLattice, scatteringLattices } from "../models/crystal.js";
import { detectorFrame, pixelPosition, type Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { indicesOf, sharedCovariance, spotCovariance, spotWidths } from "../models/spots.js";
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
/** Places on different panels are neighbours when their directions are closer than this part of all directions' extent, and their normals than this angle. */
const [besideInExtent, besideInNormal] = [1 / 9, 0.02];

/**
 * How many whole numbers around a pixel's h, k and l are those of reflections that reach it with more than the faintest part of their
 * peaks, wherever the pixel is.
 * @param experiment of numbers
 * @param detectors panels that differ in nothing but their places, in place of the experiment's own detector
 */
export function reflectionsInReach(experiment: Experiment<Quantity>, hasPixels: boolean, detectors?: readonly Detector<Quantity>[]): readonly [h: number, k: number, l: number] {
  const reach = spotReach(experiment, hasPixels, detectors);
  const count = (axis: 0 | 1 | 2): number => Math.floor(2 * reach[axis]) + 1;
  return [count(0), count(1), count(2)];
}

/** How far the widest spots on the detector, or on any of some panels, extend along h, k and l. */
export function spotReach(experiment: Experiment<Quantity>, hasPixels: boolean, detectors: readonly Detector<Quantity>[] = [experiment.detector]): Vector<number> {
  const { beam, crystal } = experiment;
  const [detector] = detectors;
  const frame = detectorFrame(detector);
  const places = placesOnAll(detectors);
  const deviations = Math.sqrt(-2 * Math.log(faintestPart)) * margin;
  const reach: [number, number, number] = [0, 0, 0];
  const rest = orientedLattice(crystal).direct;
  const turns = spreadOver(orientationCount(crystal)).map((pick) => ({
    lattice: scatteringLattices(crystal, rest, frame.spindle, pick),
    widths: spotWidths({ ...experiment, detector }, frame, hasPixels, pick),
  }));
  const beams = spreadOver(sourceCount(beam)).map((pick) => beamsIn(frame, beam, pick));
  for (const { lattice, widths } of turns) {
    const { domain, basis } = widths;
    const inDomain = (indices: Vector): Vector => transform(domain.ofIndices, indices);
    // The offsets of a domain's unit vectors are the columns of the matrix that takes its units to indices.
    const columns = [offsetsAt([1, 0, 0], domain), offsetsAt([0, 1, 0], domain), offsetsAt([0, 0, 1], domain)];
    const inIndices = ([0, 1, 2] as const).map((axis): Vector => [columns[0][axis], columns[1][axis], columns[2][axis]]);
    // The axes are the same at all places of a detector.
    const axes = new Map<Vector, Vector>();
    const axisInDomain = (axis: Vector): Vector => {
      const present = axes.get(axis) ?? inDomain(indicesOf(lattice, axis));
      axes.set(axis, present);
      return present;
    };
    for (const { direction: incident, wavelength } of beams) for (const { direction, distance, fast, slow } of places) {
      const diffracted = indicesOf(lattice, direction);
      const hkl = scale(minus(diffracted, indicesOf(lattice, incident)), div(1, wavelength));
      const seen = inDomain(diffracted);
      const tangent = (axis: Vector): Vector => minus(axisInDomain(axis), scale(seen, dot(axis, direction)));
      const shared = sharedCovariance(widths, lattice, { wavelength, scattering: inDomain(hkl), tangents: [tangent(fast), tangent(slow)], perMetre: 1 / distance });
      const rows = rowsOf(spotCovariance(widths, shared, reflectionOf(hkl, basis)));
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

/** A place on a detector, seen from the sample. */
interface Place {
  readonly direction: Vector<number>;
  readonly distance: number;
  /** axes and normal of the detector there */
  readonly fast: Vector;
  readonly slow: Vector;
  readonly normal: Vector<number>;
  /** cosine of the angle from the beam */
  readonly alongBeam: number;
}

/** Places on a detector, or about as many on all panels. */
function placesOnAll(detectors: readonly Detector<Quantity>[]): readonly Place[] {
  const along = Math.max(2, Math.ceil(placesAlong / Math.sqrt(detectors.length)));
  const places = detectors.flatMap((detector) => placesOn(detector, along));
  return detectors.length === 1 ? places : withoutNeighbours(places);
}

/** @param count of places along each edge */
function placesOn(detector: Detector<Quantity>, count: number): Place[] {
  const frame = detectorFrame(detector);
  const { pixels, curved = false } = detector;
  const { fast, slow } = frame;
  const normal = numbers(frame.normal);
  const steps = Array.from({ length: count }, (_, i) => i / (count - 1));
  return steps.flatMap((alongFast) => steps.map((alongSlow): Place => {
    const position = pixelPosition(frame, curved, mul(alongFast * pixels.fast, frame.pixelSize), mul(alongSlow * pixels.slow, frame.pixelSize), 0);
    const direction = numbers(unitize(position));
    return { direction, distance: known(norm(position)), fast, slow, normal, alongBeam: known(dot(direction, frame.beam)) };
  }));
}

/** One place of those that are neighbours: the farthest from the beam, where reflections have the widest spots. */
function withoutNeighbours(places: readonly Place[]): readonly Place[] {
  const extents = ([0, 1, 2] as const).map((axis) => {
    const along = places.map(({ direction }) => direction[axis]);
    return Math.max(...along) - Math.min(...along);
  });
  const beside = besideInExtent * Math.hypot(...extents);
  const some: Place[] = [];
  for (const place of [...places].sort((a, b) => a.alongBeam - b.alongBeam)) {
    const isNeighbour = ({ direction, normal }: Place): boolean => areCloser(direction, place.direction, beside) && areCloser(normal, place.normal, besideInNormal);
    if (!some.some(isNeighbour)) some.push(place);
  }
  return some;
}

function areCloser(a: Vector<number>, b: Vector<number>, distance: number): boolean {
  const x = a[0] - b[0];
  const y = a[1] - b[1];
  const z = a[2] - b[2];
  return x * x + y * y + z * z < distance * distance;
}

function numbers([x, y, z]: Vector): Vector<number> {
  return [known(x), known(y), known(z)];
}
