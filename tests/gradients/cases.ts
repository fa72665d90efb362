import { type NdArray, zeros } from "../../src/ndarray/ndarray.js";
import type { Beam } from "../../src/models/beam.js";
import type { Crystal } from "../../src/models/crystal.js";
import type { Detector } from "../../src/models/detector.js";
import type { Experiment } from "../../src/models/experiment.js";
import { ScatteringCurve } from "../../src/models/scattering-curve.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { crystalShapeNames, shapeNamed } from "../../src/physics/lattice-factor.js";
import { gradientCase, type CaseOptions, type GradientCase } from "./image-gradient.js";

/** Amplitudes that differ from point to point, for all indices from -7 to 7. */
const amplitudes: NdArray = zeros([15, 15, 15]);
amplitudes.data.forEach((_, i) => (amplitudes.data[i] = 60 + 40 * Math.sin(1.7 * i)));
export const structureFactors = new StructureFactors(amplitudes, [-7, -7, -7]);

// In this orientation the fractional indices of all pixels have distances above 0.1 from the whole and the half numbers, where the
// lookups and the square of the lattice factor have their kinks.
const missetDeg = [1, 74, 65] as const;
const cell = { a: 20, b: 24, c: 28, alpha: 80, beta: 95, gamma: 105 } as const;
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

/** Curves with a slope where the detector is, one through points and one of a function. */
const glass = ScatteringCurve.through({ stol: [0, 0.05, 0.3, 0.4], f: [12, 14, 7, 6] });
const gas = ScatteringCurve.of((stol) => ({ value: 200 * Math.exp(-20 * stol * stol), slope: -8000 * stol * Math.exp(-20 * stol * stol) }), 1, 0.1);

const sensor = { thicknessUm: 320, attenuationDepthUm: 240, layers: 2 };
const divergent: Beam = {
  ...beam,
  kahnFactor: 0.6,
  horizontalDivergenceMrad: { range: 2, count: 2 },
  verticalDivergenceMrad: { range: 1.5, count: 2 },
  dispersionPercent: { range: 0.8, count: 2 },
};
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
const once = { oversample: 1 };
const nanobragg = { oversample: 2, semantics: "nanobragg" } as const;

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

function whole(name: string, options: CaseOptions): GradientCase {
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

// The tophat, whose factor jumps, has a case of its own.
const shapes = crystalShapeNames.filter((shape) => shape !== "tophat").flatMap((shape) => [
  gradientCase(
    `a ${shape} crystal`,
    {
      cell: { ...cell },
      missetDeg: [...missetDeg] as [number, number, number],
      cells: [3, 4, 3.5] as [number, number, number],
      fudge: 0.8,
    },
    (p) => ({ ...experiment, crystal: { lattice: p.cell, missetDeg: p.missetDeg, cells: p.cells, shape, fudge: p.fudge } }),
    { oversample: 2, interpolation: "nearest", flat: shapeNamed(shape).isFudged ? [] : ["fudge"] },
  ),
]);

const placements: GradientCase[] = [
  ...(["MOSFLM", "DENZO", "ADXV"] as const).map((convention) =>
    gradientCase(
      `the beam centre, turned detector, pivot at the beam, ${convention}`,
      { distanceMm: 100, x: -20, y: -18, rotationDeg: [2, -3, 4] as [number, number, number], twothetaDeg: 5, pixelSizeMm: 0.1 },
      (p) => ({
        ...experiment,
        detector: {
          ...detector,
          convention,
          distanceMm: p.distanceMm,
          pixelSizeMm: p.pixelSizeMm,
          beamCenterMm: { x: p.x, y: p.y },
          rotationDeg: p.rotationDeg,
          twothetaDeg: p.twothetaDeg,
        },
      }),
      once,
    ),
  ),
  ...(["XDS", "DIALS", "MOSFLM", "CUSTOM"] as const).map((convention) =>
    gradientCase(
      `the near point, turned detector, pivot at the sample, ${convention}`,
      { closeDistanceMm: 98, x: -180, y: -200, rotationDeg: [2, -3, 4] as [number, number, number], twothetaDeg: 5 },
      (p) => ({
        ...experiment,
        detector: {
          pixels: detector.pixels,
          pixelSizeMm: 0.1,
          convention,
          pivot: "sample",
          closeDistanceMm: p.closeDistanceMm,
          nearPointPixels: { x: p.x, y: p.y },
          rotationDeg: p.rotationDeg,
          twothetaDeg: p.twothetaDeg,
        },
      }),
      once,
    ),
  ),
  gradientCase(
    "the close point of the convention CUSTOM",
    { distanceMm: 100, x: -20, y: -18 },
    (p) => ({
      ...experiment,
      detector: {
        pixels: detector.pixels,
        pixelSizeMm: 0.1,
        convention: "CUSTOM",
        distanceMm: p.distanceMm,
        closePointMm: { x: p.x, y: p.y },
      },
    }),
    once,
  ),
  gradientCase(
    "the origin of the detector",
    { originMm: [100, 20, 18] as [number, number, number] },
    (p) => ({ ...experiment, detector: { pixels: detector.pixels, pixelSizeMm: 0.1, originMm: p.originMm } }),
    once,
  ),
  gradientCase(
    "the distance of a curved detector",
    { distanceMm: 100, x: -20, y: -18 },
    (p) => ({
      ...experiment,
      detector: { ...detector, curved: true, distanceMm: p.distanceMm, beamCenterMm: { x: p.x, y: p.y } },
    }),
    once,
  ),
  gradientCase(
    "the distance of point pixels",
    { distanceMm: 100, pixelSizeMm: 0.1 },
    (p) => ({ ...experiment, detector: { ...detector, pointPixel: true, distanceMm: p.distanceMm, pixelSizeMm: p.pixelSizeMm } }),
    once,
  ),
  gradientCase(
    "a sensor with layers of a given thickness",
    { layerThicknessUm: 90, attenuationDepthUm: 240, distanceMm: 100 },
    (p) => ({
      ...experiment,
      detector: {
        ...detector,
        distanceMm: p.distanceMm,
        sensor: { thicknessUm: 320, layers: 3, layerThicknessUm: p.layerThicknessUm, attenuationDepthUm: p.attenuationDepthUm },
      },
    }),
    once,
  ),
];

const reciprocal = {
  aStar: [0.0417, -0.0213, 0.0187],
  bStar: [0.0121, 0.0391, -0.0112],
  cStar: [-0.0133, 0.0152, 0.0307],
} as const;

const sources: Beam["sources"] = [
  { direction: [-10, 0.01, 0.02] },
  { direction: [-10, -0.01, 0.01], wavelengthA: 1.003 },
  { direction: [-10, 0.015, -0.02] },
];

const others: GradientCase[] = [
  ...(["nearest", "tricubic"] as const).map((interpolation) =>
    gradientCase(
      `the amplitudes themselves, ${interpolation} lookup`,
      { amplitudes },
      (p) => ({ ...experiment, amplitudes: p.amplitudes }),
      { oversample: 2, interpolation },
    ),
  ),
  gradientCase(
    "the reciprocal vectors of an oriented crystal",
    {
      aStar: [...reciprocal.aStar] as [number, number, number],
      bStar: [...reciprocal.bStar] as [number, number, number],
      cStar: [...reciprocal.cStar] as [number, number, number],
    },
    (p) => ({ ...experiment, crystal: { lattice: p, cells: [3, 4, 3.5] } }),
    once,
  ),
  gradientCase(
    "the steps of divergence and dispersion",
    { h: 1, v: 0.7, dispersion: 0.4 },
    (p) => ({
      ...experiment,
      beam: {
        ...beam,
        squareDivergence: true,
        horizontalDivergenceMrad: { range: 2, count: 3, step: p.h },
        verticalDivergenceMrad: { range: 1.5, count: 3, step: p.v },
        dispersionPercent: { range: 0.8, count: 3, step: p.dispersion },
      },
    }),
    once,
  ),
  gradientCase(
    "listed sources, some of which have the beam's wavelength",
    { wavelengthA: 1 },
    (p) => ({ ...experiment, beam: { ...beam, sources, wavelengthA: p.wavelengthA } }),
    once,
  ),
  gradientCase(
    "a resolution limit in the midst of the pixels",
    { a: 20, wavelengthA: 1, kahnFactor: 0.5 },
    (p) => ({
      ...experiment,
      beam: { ...beam, wavelengthA: p.wavelengthA, kahnFactor: p.kahnFactor },
      crystal: { ...crystal, lattice: { ...cell, a: p.a } },
    }),
    { ...nanobragg, dminA: 3.7800866 },
  ),
  gradientCase(
    "an unpolarized beam without a polarization factor",
    { fluence: 1e28, distanceMm: 100 },
    (p) => ({
      ...experiment,
      beam: { wavelengthA: 1, fluence: p.fluence, polarized: false },
      detector: { ...detector, distanceMm: p.distanceMm },
    }),
    once,
  ),
  gradientCase(
    "a crystal with a sharp edge in reciprocal space",
    {
      missetDeg: [...missetDeg] as [number, number, number],
      spreadDeg: 0.3,
      cells: [1.1, 1.2, 1.05] as [number, number, number],
      fudge: 0.1,
      fluence: 1e28,
    },
    (p) => ({
      ...experiment,
      beam: { ...beam, fluence: p.fluence },
      crystal: {
        lattice: cell,
        missetDeg: p.missetDeg,
        cells: p.cells,
        fudge: p.fudge,
        shape: "tophat",
        mosaic: { spreadDeg: p.spreadDeg, domains: 3 },
      },
    }),
    { ...once, interpolation: "nearest", flat: ["missetDeg.0", "missetDeg.1", "missetDeg.2", "spreadDeg", "fudge"] },
  ),
];

const onEveryStep = { oversampleOmega: true, oversamplePolar: true, oversampleThick: true };

// The running sum loses what it begins with after a few steps, each of which multiplies it by a solid angle: the water counts where
// there is one step.
const everyStep: GradientCase[] = [
  ...(["oversampleOmega", "oversamplePolar", "oversampleThick"] as const).map((option) => ({
    name: option,
    options: { [option]: true },
  })),
  { name: "all three factors of every step", options: onEveryStep },
].map(({ name, options }) =>
  gradientCase(
    `the reference's sum with ${name}`,
    {
      distanceMm: 100,
      kahnFactor: 0.6,
      attenuationDepthUm: 240,
      thicknessUm: 320,
      a: 20,
      spreadDeg: 0.3,
      dispersionPercent: 0.8,
    },
    (p) => ({
      ...experiment,
      beam: { ...beam, kahnFactor: p.kahnFactor, dispersionPercent: { range: p.dispersionPercent, count: 2 } },
      crystal: { ...crystal, lattice: { ...cell, a: p.a }, mosaic: { spreadDeg: p.spreadDeg, domains: 2 } },
      detector: {
        ...detector,
        distanceMm: p.distanceMm,
        sensor: { thicknessUm: p.thicknessUm, attenuationDepthUm: p.attenuationDepthUm, layers: 2 },
      },
    }),
    { ...nanobragg, ...options },
  ),
);
everyStep.push(
  gradientCase(
    "water in the reference's sum with all factors of a single step",
    { waterUm: 0.05, distanceMm: 100 },
    (p) => ({ ...experiment, detector: { ...detector, distanceMm: p.distanceMm }, waterUm: p.waterUm }),
    { ...nanobragg, ...onEveryStep, oversample: 1 },
  ),
);

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
const spots: GradientCase[] = [
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

/** All that can be refined, in every way in which an image can be computed. */
export const cases: readonly GradientCase[] = [
  whole("everything, physical sum, nearest lookup", { oversample: 2, interpolation: "nearest" }),
  whole("everything, physical sum, tricubic lookup", { oversample: 1, interpolation: "tricubic" }),
  whole("everything, the reference's sum, nearest lookup", { ...nanobragg, interpolation: "nearest" }),
  whole("everything, the reference's sum, tricubic lookup", { ...nanobragg, oversample: 1, interpolation: "tricubic" }),
  ...everyStep,
  ...shapes,
  ...placements,
  ...others,
  ...spots,
];
