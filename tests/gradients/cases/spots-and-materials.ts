import { ScatteringCurve } from "../../../src/models/scattering-curve.js";
import { gradientCase, type GradientCase } from "../image-gradient.js";
import { beam, cell, crystal, detector, divergent, experiment, missetDeg, once, sensor } from "./experiment.js";

/** Curves with a slope where the detector is, one through points and one of a function. */
const glass = ScatteringCurve.through({ stol: [0, 0.05, 0.3, 0.4], f: [12, 14, 7, 6] });
const gas = ScatteringCurve.of((stol) => ({ value: 200 * Math.exp(-20 * stol * stol), slope: -8000 * stol * Math.exp(-20 * stol * stol) }), 1, 0.1);

const closed = { spots: "closed", interpolation: "nearest" } as const;
const shapeOfDomain = [60, 80, 100, 5, -8, 10] as [number, number, number, number, number, number];
const everyWidth = {
  cell: { ...cell },
  missetDeg: [...missetDeg] as [number, number, number],
  cells: [3, 4, 3.5] as [number, number, number],
  etaDeg: 0.8,
  bandwidthPercent: 0.5,
  divergenceMrad: 2,
  footprintMm: 0.2,
  bFactorA2: 12,
  phiStepDeg: 0.3,
  wavelengthA: 1,
  kahnFactor: 0.6,
  distanceMm: 100,
  beamX: -20,
  pixelSizeMm: 0.1,
  thicknessUm: 320,
};
const tensors = {
  cell: { ...cell },
  etaDeg: [0.8, 0.5, 0.6, 0.1, -0.2, 0.15] as [number, number, number, number, number, number],
  divergenceMrad: [2, 1] as [number, number],
  footprintMm: [0.2, 0.15, 0.05] as [number, number, number],
  domainA: shapeOfDomain,
  bFactorA2: [12, 8, 10, 1, -2, 3] as [number, number, number, number, number, number],
};
export const spots: GradientCase[] = [
  ...([{}, { oversample: 2 }, { interpolation: "tricubic" }] as const).map((options) =>
    gradientCase(
      `everything that widens spots in closed form, ${JSON.stringify(options)}`,
      everyWidth,
      (p) => ({
        ...experiment,
        beam: { ...divergent, wavelengthA: p.wavelengthA, kahnFactor: p.kahnFactor, bandwidthPercent: p.bandwidthPercent, beamDivergenceMrad: p.divergenceMrad },
        crystal: {
          lattice: p.cell,
          missetDeg: p.missetDeg,
          cells: p.cells,
          etaDeg: p.etaDeg,
          bFactorA2: p.bFactorA2,
          scan: { phiDeg: 0.2, stepDeg: p.phiStepDeg, steps: 2 },
        },
        detector: {
          ...detector,
          distanceMm: p.distanceMm,
          beamCenterMm: { x: p.beamX, y: -18 },
          pixelSizeMm: p.pixelSizeMm,
          footprintMm: p.footprintMm,
          sensor: { thicknessUm: p.thicknessUm, attenuationDepthUm: 240, layers: 2 },
        },
      }),
      { ...closed, ...options },
    ),
  ),
  gradientCase(
    "all tensors of spots in closed form",
    tensors,
    (p) => ({
      ...experiment,
      beam: { ...beam, bandwidthPercent: 0.5, beamDivergenceMrad: p.divergenceMrad },
      crystal: { lattice: p.cell, missetDeg, domainA: p.domainA, etaDeg: p.etaDeg, bFactorA2: p.bFactorA2 },
      detector: { ...detector, footprintMm: p.footprintMm },
    }),
    closed,
  ),
  gradientCase(
    "rotations about the crystal's axes, and two footprints on a bent detector",
    { etaDeg: [0.8, 0.5, 0.6] as [number, number, number], footprintMm: [0.2, 0.1] as [number, number], distanceMm: 100, a: 20 },
    (p) => ({
      ...experiment,
      crystal: { ...crystal, lattice: { ...cell, a: p.a }, etaDeg: p.etaDeg },
      detector: { ...detector, curved: true, distanceMm: p.distanceMm, footprintMm: p.footprintMm },
    }),
    closed,
  ),
  ...(["closed", "sampled"] as const).map((kind) =>
    gradientCase(
      `blocks, ${kind}`,
      { weights: [2, 0.7] as [number, number], first: [0.1, 0.2, -0.1] as [number, number, number], second: [0.3, -0.2, 0.15] as [number, number, number], a: 20 },
      (p) => ({
        ...experiment,
        crystal: {
          ...crystal,
          lattice: { ...cell, a: p.a },
          blocks: [
            { weight: p.weights[0], rotationDeg: p.first },
            { weight: p.weights[1], rotationDeg: p.second, lattice: { ...cell, a: p.a, gamma: 104.5 } },
          ],
        },
      }),
      { ...once, interpolation: "nearest", spots: kind },
    ),
  ),
  ...(["physical", "nanobragg"] as const).map((semantics) =>
    gradientCase(
      `materials without crystal order, ${semantics}`,
      { thickMm: 0.3, airMm: 20, distanceMm: 100, wavelengthA: 1, kahnFactor: 0.4, fluence: 1e24 },
      (p) => ({
        ...experiment,
        beam: { ...divergent, wavelengthA: p.wavelengthA, kahnFactor: p.kahnFactor, fluence: p.fluence },
        detector: { ...detector, distanceMm: p.distanceMm, sensor },
        amorphous: [
          { name: "glass", curve: glass, thicknessMm: p.thickMm, densityGcm3: 2.2, molecularWeight: 60 },
          { name: "air", curve: gas, thicknessMm: p.airMm, densityGcm3: 1.2e-3, molecularWeight: 29, beamSizeMm: 0.2 },
        ],
      }),
      { oversample: 2, semantics, interpolation: "nearest" },
    ),
  ),
  gradientCase(
    "the temperature factor of sampled spots",
    { bFactorA2: 12, a: 20, missetDeg: [...missetDeg] as [number, number, number] },
    (p) => ({ ...experiment, crystal: { ...crystal, lattice: { ...cell, a: p.a }, missetDeg: p.missetDeg, bFactorA2: p.bFactorA2 } }),
    { ...once, interpolation: "tricubic" },
  ),
];
