/** The fields of the records that an experiment is made of. */
import type { NamesOf } from "../ndarray/fields.js";
import type { Amorphous } from "./amorphous.js";
import type { Beam, Fan, Source } from "./beam.js";
import type { Block, Crystal, Mosaic, ReciprocalVectors, Scan, UnitCell } from "./crystal.js";
import type { Detector, Sensor } from "./detector.js";
import type { Draws } from "./draws.js";
import type { Experiment } from "./experiment.js";

export const experiment: NamesOf<Experiment> = {
  beam: true, crystal: true, detector: true, panels: true, structureFactors: true, amplitudes: true, draws: true, waterUm: true, amorphous: true,
  background: true,
};

export const beam: NamesOf<Beam> = {
  wavelengthA: true, fluence: true, kahnFactor: true, polarized: true, horizontalDivergenceMrad: true, verticalDivergenceMrad: true,
  squareDivergence: true, dispersionPercent: true, sources: true, bandwidthPercent: true, beamDivergenceMrad: true,
};
export const fan: NamesOf<Fan> = { range: true, count: true, step: true };
export const source: NamesOf<Source> = { direction: true, wavelengthA: true, weight: true };

export const crystal: NamesOf<Crystal> = {
  lattice: true, missetDeg: true, cells: true, shape: true, fudge: true, mosaic: true, scan: true, blocks: true, etaDeg: true, domainA: true,
  bFactorA2: true,
};
export const cell: NamesOf<UnitCell> = { a: true, b: true, c: true, alpha: true, beta: true, gamma: true };
export const reciprocalVectors: NamesOf<ReciprocalVectors> = { aStar: true, bStar: true, cStar: true };
export const mosaic: NamesOf<Mosaic> = { spreadDeg: true, domains: true, seed: true, drawn: true };
export const scan: NamesOf<Scan> = { phiDeg: true, stepDeg: true, steps: true };
export const block: NamesOf<Block> = { rotationDeg: true, weight: true, lattice: true, missetDeg: true };

export const detector: NamesOf<Detector> = {
  pixels: true, pixelSizeMm: true, sizeMm: true, distanceMm: true, closeDistanceMm: true, convention: true, axes: true, pivot: true,
  beamCenterMm: true, nearPointPixels: true, closePointMm: true, rotationDeg: true, twothetaDeg: true, originMm: true, placed: true,
  curved: true, pointPixel: true, sensor: true, footprintMm: true,
};
export const sensor: NamesOf<Sensor> = { thicknessUm: true, attenuationDepthUm: true, layers: true, layerThicknessUm: true };

export const amorphous: NamesOf<Amorphous> = {
  name: true, curve: true, thicknessMm: true, densityGcm3: true, molecularWeight: true, beamSizeMm: true,
};

export const draws: NamesOf<Draws> = { count: true, seed: true };
