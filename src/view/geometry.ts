import { known } from "../autodiff/tape.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { detectorsOf, type PanelledDetector } from "../models/panels.js";
import { cross, unitize, type Vector } from "../physics/vector.js";
import { placeOf, type Placement } from "./placement.js";
import type { Point } from "./camera.js";

type Triple = Vector<number>;

/** A panel in the laboratory: lengths in mm. */
export interface PanelGeometry {
  /** from the sample to the corner of the first pixel */
  readonly origin: Triple;
  /** of length 1 */
  readonly fast: Triple;
  readonly slow: Triple;
  readonly pixelSizeMm: number;
  readonly pixels: { readonly fast: number; readonly slow: number };
}

/** What places on the detector mean. */
export interface Geometry {
  readonly panels: readonly PanelGeometry[];
  /** of length 1 */
  readonly beam: Triple;
  readonly wavelengthA: number;
  /** real vectors a, b, c of the crystal as it is mounted, in Å, where there is one */
  readonly lattice: readonly [Triple, Triple, Triple] | undefined;
}

/** The geometry of an experiment. */
export function geometryOf(experiment: Experiment): Geometry {
  const { beam, crystal } = experiment;
  const { a, b, c } = orientedLattice(crystal).direct;
  return {
    panels: detectorsOf(experiment).map((detector) => {
      const { origin, fast, slow } = detectorFrame(detector);
      return { origin: scaled(numbers(origin), 1000), fast: numbers(fast), slow: numbers(slow), pixelSizeMm: known(detector.pixelSizeMm), pixels: detector.pixels };
    }),
    beam: detectorFrame(experiment.detector).beam,
    wavelengthA: beam.wavelengthA,
    lattice: [numbers(a), numbers(b), numbers(c)],
  };
}

/** How far the first panel's corner stands from where it stood in another experiment, in mm: what moves all panels. */
export function shiftBetween(before: Experiment, after: Experiment): Triple {
  const [from, to] = [before, after].map(({ detector }) => scaled(numbers(detectorFrame(detector).origin), 1000));
  return sum(to, scaled(from, -1));
}

/** The geometry of an experiment on many panels, shifted as one. */
export function panelledGeometry(experiment: Experiment, { panels }: PanelledDetector, shiftMm: Triple): Geometry {
  return {
    ...geometryOf(experiment),
    panels: panels.map(({ originMm, fast, slow, pixelSizeMm, pixels }) => ({ origin: sum(originMm, shiftMm), fast, slow, pixelSizeMm, pixels })),
  };
}

function numbers([x, y, z]: Vector): Triple {
  return [known(x), known(y), known(z)];
}

export function dot([a, b, c]: Triple, [x, y, z]: Triple): number {
  return a * x + b * y + c * z;
}

export function scaled([x, y, z]: Triple, factor: number): Triple {
  return [x * factor, y * factor, z * factor];
}

export function sum(...vectors: readonly Triple[]): Triple {
  return vectors.reduce(([a, b, c], [x, y, z]) => [a + x, b + y, c + z]);
}

/** From the sample to a place on a panel, in mm. */
export function positionOf({ origin, fast, slow, pixelSizeMm }: PanelGeometry, atFast: number, atSlow: number): Triple {
  return sum(origin, scaled(fast, atFast * pixelSizeMm), scaled(slow, atSlow * pixelSizeMm));
}

/** The scattering vector of a place on the detector, (s - s0) / wavelength in Å⁻¹. */
export function scatteringVector({ beam, wavelengthA }: Geometry, position: Triple): Triple {
  const length = Math.hypot(...position);
  return scaled(sum(scaled(position, 1 / length), scaled(beam, -1)), 1 / wavelengthA);
}

/** The spacing of the planes that scatter to a place, in Å; infinite in the direct beam. */
export function resolutionAt(geometry: Geometry, position: Triple): number {
  return 1 / Math.hypot(...scatteringVector(geometry, position));
}

/** Fractional Miller indices of a place, where there is a crystal. */
export function indicesAt(geometry: Geometry, position: Triple): Triple | undefined {
  const q = scatteringVector(geometry, position);
  return geometry.lattice && [dot(geometry.lattice[0], q), dot(geometry.lattice[1], q), dot(geometry.lattice[2], q)];
}

/** Where a ray from the sample strikes a panel's plane, in pixels from its corner; undefined where it flies away from it. */
export function struckBy({ origin, fast, slow, pixelSizeMm }: PanelGeometry, direction: Triple): { readonly fast: number; readonly slow: number } | undefined {
  const normal = crossed(fast, slow);
  const ahead = dot(direction, normal);
  const away = dot(origin, normal);
  if (!(away / ahead > 0)) return undefined;
  const from = sum(scaled(direction, away / ahead), scaled(origin, -1));
  return { fast: dot(from, fast) / pixelSizeMm, slow: dot(from, slow) / pixelSizeMm };
}

function crossed(x: Triple, y: Triple): Triple {
  return numbers(cross(x, y));
}

/** Two directions of length 1 across the beam and each other. */
export function acrossBeam(beam: Triple): readonly [Triple, Triple] {
  const helper: Triple = Math.abs(beam[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const first = numbers(unitize(cross(beam, helper)));
  return [first, crossed(beam, first)];
}

/**
 * Where panels lie on the common plane: that of the first one, seen along its normal, its fast axis to the right and its slow one downwards.
 */
export function placementsOf(panels: readonly PanelGeometry[]): Placement[] {
  const [first] = panels;
  return panels.map(({ origin, fast, slow, pixelSizeMm }) => {
    const seen = (vector: Triple): Point => ({ x: dot(vector, first.fast) / first.pixelSizeMm, y: dot(vector, first.slow) / first.pixelSizeMm });
    return {
      origin: seen(sum(origin, scaled(first.origin, -1))),
      fast: seen(scaled(fast, pixelSizeMm)),
      slow: seen(scaled(slow, pixelSizeMm)),
    };
  });
}

/** The place where the direct beam strikes the first panel's plane. */
export function beamCentre({ panels, beam }: Geometry, placement: Placement): Point | undefined {
  const at = struckBy(panels[0], beam);
  return at && placeOf(placement, at.fast, at.slow);
}
