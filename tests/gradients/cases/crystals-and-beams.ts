import type { Beam } from "../../../src/models/beam.js";
import { crystalShapeNames, shapeNamed } from "../../../src/physics/lattice-factor.js";
import { gradientCase, type GradientCase } from "../image-gradient.js";
import { amplitudes, beam, cell, crystal, detector, experiment, missetDeg, nanobragg, once } from "./experiment.js";

// The tophat, whose factor jumps, has a case of its own.
export const shapes = crystalShapeNames.filter((shape) => shape !== "tophat").flatMap((shape) => [
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

export const others: GradientCase[] = [
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
