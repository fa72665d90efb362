import type { Crystal } from "../../../src/models/crystal.js";
import type { Experiment } from "../../../src/models/experiment.js";
import { gradientCase, type CaseOptions, type GradientCase } from "../image-gradient.js";
import { cell, crystal, detector, divergent, missetDeg, sensor, structureFactors } from "./experiment.js";

const moving: Crystal = {
  ...crystal,
  mosaic: { spreadDeg: 0.3, domains: 2 },
  scan: { phiDeg: 0.2, stepDeg: 0.1, steps: 2 },
};
const everything: Experiment = {
  beam: divergent,
  crystal: moving,
  detector: { ...detector, sensor },
  structureFactors,
  waterUm: 0.05,
};

/** What a refinement of a still and of everything around it would move. */
const all = {
  cell: { ...cell },
  missetDeg: [...missetDeg] as [number, number, number],
  cells: [3, 4, 3.5] as [number, number, number],
  spreadDeg: 0.3,
  phiDeg: 0.2,
  phiStepDeg: 0.1,
  wavelengthA: 1,
  fluence: 1e28,
  kahnFactor: 0.6,
  horizontalMrad: 2,
  verticalMrad: 1.5,
  dispersionPercent: 0.8,
  distanceMm: 100,
  beamX: -20,
  beamY: -18,
  pixelSizeMm: 0.1,
  thicknessUm: 320,
  attenuationDepthUm: 240,
  waterUm: 0.05,
};

export function whole(name: string, options: CaseOptions): GradientCase {
  return gradientCase(
    name,
    all,
    (p) => ({
      ...everything,
      beam: {
        ...divergent,
        wavelengthA: p.wavelengthA,
        fluence: p.fluence,
        kahnFactor: p.kahnFactor,
        horizontalDivergenceMrad: { range: p.horizontalMrad, count: 2 },
        verticalDivergenceMrad: { range: p.verticalMrad, count: 2 },
        dispersionPercent: { range: p.dispersionPercent, count: 2 },
      },
      crystal: {
        ...moving,
        lattice: p.cell,
        missetDeg: p.missetDeg,
        cells: p.cells,
        mosaic: { spreadDeg: p.spreadDeg, domains: 2 },
        scan: { phiDeg: p.phiDeg, stepDeg: p.phiStepDeg, steps: 2 },
      },
      detector: {
        ...detector,
        pixelSizeMm: p.pixelSizeMm,
        distanceMm: p.distanceMm,
        beamCenterMm: { x: p.beamX, y: p.beamY },
        sensor: { thicknessUm: p.thicknessUm, attenuationDepthUm: p.attenuationDepthUm, layers: 2 },
      },
      waterUm: p.waterUm,
    }),
    options,
  );
}
