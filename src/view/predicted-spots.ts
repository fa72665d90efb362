import { directBasis } from "../physics/lattice.js";
import { known } from "../autodiff/tape.js";
import { dot, positionOf, resolutionAt, scaled, struckBy, sum, type Geometry } from "./geometry.js";

/** A reflection that a still may show, and where. */
export interface PredictedSpot {
  readonly indices: readonly [h: number, k: number, l: number];
  readonly panel: number;
  /** in pixels from the panel's corner */
  readonly fast: number;
  readonly slow: number;
  /** in Å */
  readonly resolution: number;
  /** distance of the reciprocal lattice point from the Ewald sphere, in Å⁻¹ */
  readonly excitation: number;
}

export interface PredictionLimits {
  /** reciprocal width of a domain, in Å⁻¹ */
  readonly width: number;
  /** by how much domains are turned against each other, in radians */
  readonly mosaicRad: number;
  /** relative spread of wavelengths */
  readonly bandwidth: number;
  /** in Å */
  readonly dmin?: number;
}

const mostPoints = 3_000_000;
const mostSpots = 4000;

/** Reflections whose reciprocal lattice point lies near enough to the Ewald sphere to be seen, those that lie nearest first. */
export function predictedSpots(geometry: Geometry, { width, mosaicRad, bandwidth, dmin = 0 }: PredictionLimits): PredictedSpot[] {
  const { lattice, panels, beam, wavelengthA } = geometry;
  if (!lattice) return [];
  const [a, b, c] = lattice;
  // The reciprocal of the reciprocal is the lattice itself, whichever is called direct.
  const stars = directBasis({ aStar: a, bStar: b, cStar: c });
  const [aStar, bStar, cStar] = [stars.a, stars.b, stars.c].map(([x, y, z]): [number, number, number] => [known(x), known(y), known(z)]);
  const corners = panels.flatMap((panel) => {
    const { fast, slow } = panel.pixels;
    return [[0, 0], [fast, 0], [0, slow], [fast, slow]].map(([i, j]) => resolutionAt(geometry, positionOf(panel, i, j)));
  });
  const finest = Math.max(Math.min(...corners), wavelengthA / 2, dmin);
  const most = [a, b, c].map((edge) => Math.floor(Math.hypot(...edge) / finest));
  if (most.reduce((points, count) => points * (2 * count + 1), 1) > mostPoints) return [];
  const incident = scaled(beam, 1 / wavelengthA);
  const spots: PredictedSpot[] = [];
  for (let h = -most[0]; h <= most[0]; h++) {
    for (let k = -most[1]; k <= most[1]; k++) {
      const hk = sum(scaled(aStar, h), scaled(bStar, k));
      for (let l = -most[2]; l <= most[2]; l++) {
        const q = sum(hk, scaled(cStar, l));
        const length = Math.hypot(...q);
        if (length === 0 || length > 1 / finest) continue;
        const scattered = sum(incident, q);
        const excitation = Math.hypot(...scattered) - 1 / wavelengthA;
        // What a change of wavelength moves along the sphere's radius is the part of q along the beam.
        const reach = width + mosaicRad * length + bandwidth * Math.abs(dot(q, beam));
        if (Math.abs(excitation) > reach) continue;
        for (const [panel, plane] of panels.entries()) {
          const at = struckBy(plane, scattered);
          if (!at || at.fast < 0 || at.slow < 0 || at.fast >= plane.pixels.fast || at.slow >= plane.pixels.slow) continue;
          spots.push({ indices: [h, k, l], panel, fast: at.fast, slow: at.slow, resolution: 1 / length, excitation });
        }
      }
    }
  }
  return spots.sort((one, other) => Math.abs(one.excitation) - Math.abs(other.excitation)).slice(0, mostSpots);
}
