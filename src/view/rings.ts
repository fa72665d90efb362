import type { Point } from "./camera.js";
import { acrossBeam, positionOf, resolutionAt, scaled, struckBy, sum, type Geometry } from "./geometry.js";
import { placeOf, type Placement } from "./placement.js";

/** All places of one resolution. */
export interface Ring {
  /** in Å */
  readonly resolution: number;
  /** parts that the plane of the detector cuts, each a line of places */
  readonly parts: readonly (readonly Point[])[];
}

const spacings = [
  100, 50, 30, 20, 15, 10, 8, 6, 5, 4, 3.5, 3, 2.5, 2.2, 2, 1.8, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3,
];
const mostRings = 6;
const pointsOfRing = 720;

/** A few resolutions, round numbers, that divide what the detector sees. */
export function roundResolutions(geometry: Geometry): number[] {
  const finest = Math.min(...geometry.panels.flatMap((panel) => {
    const { fast, slow } = panel.pixels;
    return [[0, 0], [fast, 0], [0, slow], [fast, slow]].map(([i, j]) => resolutionAt(geometry, positionOf(panel, i, j)));
  }));
  const angle = (spacing: number): number => Math.asin(Math.min(1, geometry.wavelengthA / (2 * spacing)));
  const widest = angle(finest);
  const chosen: number[] = [];
  for (const spacing of spacings) {
    if (spacing < finest || geometry.wavelengthA / (2 * spacing) >= 1) break;
    const last = chosen.length === 0 ? 0 : angle(chosen[chosen.length - 1]);
    if (angle(spacing) - last > widest / (mostRings + 0.5)) chosen.push(spacing);
  }
  return chosen;
}

/** The ring of a resolution on the plane of the first panel. */
export function ringOf(geometry: Geometry, placement: Placement, resolution: number): Ring {
  const { beam, wavelengthA, panels } = geometry;
  const [first, second] = acrossBeam(beam);
  const twoTheta = 2 * Math.asin(wavelengthA / (2 * resolution));
  const parts: Point[][] = [[]];
  for (let i = 0; i <= pointsOfRing; i++) {
    const azimuth = (2 * Math.PI * i) / pointsOfRing;
    const across = sum(scaled(first, Math.cos(azimuth)), scaled(second, Math.sin(azimuth)));
    const at = struckBy(panels[0], sum(scaled(beam, Math.cos(twoTheta)), scaled(across, Math.sin(twoTheta))));
    if (at) parts[parts.length - 1].push(placeOf(placement, at.fast, at.slow));
    else if (parts[parts.length - 1].length > 0) parts.push([]);
  }
  return { resolution, parts: parts.filter(({ length }) => length > 1) };
}
