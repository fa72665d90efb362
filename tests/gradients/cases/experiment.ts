import type { Beam } from "../../../src/models/beam.js";
import type { Crystal } from "../../../src/models/crystal.js";
import type { Detector } from "../../../src/models/detector.js";
import type { Experiment } from "../../../src/models/experiment.js";
import { StructureFactors } from "../../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../../src/ndarray/ndarray.js";

/** Amplitudes that differ from point to point, for all indices from -7 to 7. */
export const amplitudes: NdArray = zeros([15, 15, 15]);
amplitudes.data.forEach((_, i) => (amplitudes.data[i] = 60 + 40 * Math.sin(1.7 * i)));
export const structureFactors = new StructureFactors(amplitudes, [-7, -7, -7]);

// In this orientation the fractional indices of all pixels have distances above 0.1 from the whole and the half numbers, where the
// lookups and the square of the lattice factor have their kinks.
export const missetDeg = [1, 74, 65] as const;
export const cell = { a: 20, b: 24, c: 28, alpha: 80, beta: 95, gamma: 105 } as const;
export const crystal: Crystal = { lattice: cell, missetDeg, cells: [3, 4, 3.5] };
export const beam: Beam = { wavelengthA: 1, fluence: 1e28 };
/** Six by five pixels at a scattering angle of 15 degrees. */
export const detector: Detector = {
  pixels: { fast: 6, slow: 5 },
  pixelSizeMm: 0.1,
  distanceMm: 100,
  beamCenterMm: { x: -20, y: -18 },
};
export const experiment: Experiment = { beam, crystal, detector, structureFactors };

export const sensor = { thicknessUm: 320, attenuationDepthUm: 240, layers: 2 };
export const divergent: Beam = {
  ...beam,
  kahnFactor: 0.6,
  horizontalDivergenceMrad: { range: 2, count: 2 },
  verticalDivergenceMrad: { range: 1.5, count: 2 },
  dispersionPercent: { range: 0.8, count: 2 },
};
export const once = { oversample: 1 };
export const nanobragg = { oversample: 2, semantics: "nanobragg" } as const;
