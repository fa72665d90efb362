import type { PanelRecord } from "./record.js";

/** What a header states of a detector that stands at right angles to the beam. */
export interface UprightDetector {
  readonly pixels: PanelRecord["pixels"];
  readonly pixelSizeMm: readonly [fast: number, slow: number];
  /** where the beam strikes, from the corner of the first pixel */
  readonly beamPixels: readonly [fast: number, slow: number];
  readonly distanceMm: number;
}

/** Its panel, in a frame with X along the fast axis, Y against the slow one and Z towards the source. */
export function uprightPanel({ pixels, pixelSizeMm: [fast, slow], beamPixels, distanceMm }: UprightDetector): PanelRecord {
  return {
    name: "Panel",
    pixels,
    pixelSizeMm: fast,
    originMm: [-beamPixels[0] * fast, beamPixels[1] * slow, -distanceMm],
    fast: [1, 0, 0],
    slow: [0, -slow / fast, 0],
  };
}
