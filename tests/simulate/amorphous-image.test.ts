import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Amorphous } from "../../src/models/amorphous.js";
import type { Experiment } from "../../src/models/experiment.js";
import { ScatteringCurve } from "../../src/models/scattering-curve.js";
import { avogadro, electronRadiusSquared } from "../../src/physics/constants.js";
import { simulate } from "../../src/simulate/simulate.js";
import { airCurve } from "../../src/structure/air.js";
import { hexagonalIce, iceCurve, iceDensityGcm3, powderRings } from "../../src/structure/ice.js";
import { formFactorOf } from "../../src/structure/scattering.js";

const fluence = 1e24;
/** A detector of one row of pixels from the beam outwards, and nothing else but amorphous matter. */
function row(amorphous: readonly Amorphous[], pixels: number, pixelSizeMm: number, distanceMm: number): Experiment {
  return {
    beam: { wavelengthA: 1, fluence },
    crystal: { lattice: { a: 50, b: 50, c: 50, alpha: 90, beta: 90, gamma: 90 } },
    detector: { pixels: { fast: pixels, slow: 1 }, pixelSizeMm, distanceMm, convention: "DIALS", pivot: "beam", beamCenterMm: { x: 0, y: pixelSizeMm / 2 } },
    structureFactors: 0,
    amorphous,
  };
}
const flat = ScatteringCurve.through({ stol: [0, 1], f: [2.57, 2.57] });
const water: Amorphous = { name: "water", curve: flat, thicknessMm: 0.2, densityGcm3: 1, molecularWeight: 18, beamSizeMm: 0.05 };
/** Half of the scattering angle of a pixel's middle, and the pixel's solid angle. */
const angleOf = (i: number, pixel: number, distance: number) => {
  const r = Math.hypot((i + 0.5) * pixel, distance);
  return { theta: Math.atan2((i + 0.5) * pixel, distance) / 2, omega: (pixel * pixel * distance) / r ** 3 };
};

test("a material of flat curve scatters the fluence times its molecules, F² of Thomson's cross section, the solid angle and the polarization factor", () => {
  for (const semantics of ["physical", "nanobragg"] as const) {
    const { image } = simulate(row([water], 8, 10, 100), { oversample: 2, semantics });
    const molecules = (0.2 * 0.05 ** 2 * 1e-3 * avogadro) / 18;
    for (let i = 0; i < 8; i++) {
      const { theta, omega } = angleOf(i, 10, 100);
      const expected = fluence * molecules * 2.57 ** 2 * electronRadiusSquared * omega * 0.5 * (1 + Math.cos(2 * theta) ** 2);
      assert.ok(Math.abs(image.get(0, i) / expected - 1) < 1e-12, `${semantics}, pixel ${i}: ${image.get(0, i)}, not ${expected}`);
    }
  }
});

test("sources that are equal, and a sensor of layers that stops all, scatter as one source and a sensor without thickness", () => {
  const plain = row([water], 4, 1, 100);
  const found = simulate({ ...plain, beam: { ...plain.beam, sources: [{ direction: [-0, 0, -1] }, { direction: [0, 0, -1] }, { direction: [0, 0, -1] }] } }, { oversample: 1 }).image;
  const expected = simulate(plain, { oversample: 1 }).image;
  const layered = simulate({ ...plain, detector: { ...plain.detector, sensor: { thicknessUm: 40, attenuationDepthUm: 1, layers: 4 } } }, { oversample: 2 }).image;
  for (let i = 0; i < 4; i++) {
    assert.ok(Math.abs(found.get(0, i) / expected.get(0, i) - 1) < 1e-9, `sources, pixel ${i}`);
    assert.ok(Math.abs(layered.get(0, i) / expected.get(0, i) - 1) < 1e-4, `layers, pixel ${i}`);
  }
});

test("the photons of a ring of ice are those of the powder formula", () => {
  // 50 um of ice, pixels of 20 um: rings of 1.4e-3 rad are many pixels wide.
  const [pixel, distance, pixels] = [0.02, 100, 1500];
  const ice: Amorphous = { name: "ice", curve: iceCurve(800), thicknessMm: 0.05, densityGcm3: iceDensityGcm3, molecularWeight: 18.015, beamSizeMm: 0.1 };
  const { image } = simulate(row([ice], pixels, pixel, distance), { oversample: 1 });
  const { cell } = hexagonalIce();
  const cellVolume = cell.a ** 2 * cell.c * Math.sqrt(0.75);
  const cells = ((0.05 * 0.1 ** 2 * 1e-3 * iceDensityGcm3) / 18.015) * avogadro / 4;
  const { dA, strength } = powderRings(hexagonalIce(), 3.8).filter((ring) => ring.strength > 1)[0];
  assert.ok(Math.abs(dA - 3.9067) < 1e-3, String(dA));
  let photons = 0;
  for (let i = 0; i < pixels; i++) {
    const { theta } = angleOf(i, pixel, distance);
    const d = 1 / (2 * Math.sin(theta));
    // A row of pixels sees this part of the circle; half way to the next ring on either side nothing is left.
    if (d < 4.2 && d > 3.79) photons += (image.get(0, i) * 2 * Math.PI * (i + 0.5) * pixel) / pixel;
  }
  const theta = Math.asin(1 / (2 * dA));
  const expected = (fluence * electronRadiusSquared * cells * strength * 0.5 * (1 + Math.cos(2 * theta) ** 2)) / (4 * Math.sin(theta) * cellVolume);
  assert.ok(Math.abs(photons / expected - 1) < 5e-3, `${photons}, not ${expected}`);
});

test("rings that are narrower than a pixel keep their photons where a pixel has enough points", () => {
  const ice: Amorphous = { ...water, name: "ice", curve: iceCurve(1000) };
  const photons = (pixels: number, pixel: number, oversample: number): number => {
    const { image } = simulate(row([ice], pixels, pixel, 100), { oversample });
    // For a millimetre of the row's height.
    return Array.from({ length: pixels }, (_, i) => image.get(0, i) / pixel).reduce((sum, x) => sum + x, 0);
  };
  const fine = photons(800, 0.05, 1);
  const [coarse, resolved] = [photons(40, 1, 1), photons(40, 1, 16)];
  assert.ok(Math.abs(resolved / fine - 1) < 3e-3, `${resolved}, not ${fine}`);
  assert.ok(Math.abs(coarse / fine - 1) > 0.05, `${coarse} without more points, ${fine} with them`);
});

test("the rings of ice to 1.7 Å are those that programs leave out of data, and none else is strong", () => {
  // The ice rings in the input template of XDS (W. Kabsch).
  const ranges = [[3.93, 3.87], [3.7, 3.64], [3.47, 3.41], [2.7, 2.64], [2.28, 2.22], [2.102, 2.042], [1.978, 1.918], [1.948, 1.888], [1.913, 1.853], [1.751, 1.691]];
  const rings = powderRings(hexagonalIce(), 1.7).filter(({ strength }) => strength > 50);
  assert.is(rings.length, ranges.length);
  rings.forEach(({ dA }, i) => assert.ok(dA < ranges[i][0] && dA > ranges[i][1], `${dA} is not in ${ranges[i].join(" to ")}`));
});

test("air scatters forward as its molecules' electrons in step, and far out as its atoms apart", () => {
  // One small pixel at an angle; water of a flat curve scatters what air is compared with.
  const f = (stol: number): number => {
    const pixels = [{ ...water, curve: airCurve() }, water].map((material) => simulate(row([material], 1, 1e-3, 5e-4 / Math.tan(2 * Math.asin(stol))), { oversample: 1 }).image.get(0, 0));
    return (2.57 ** 2 * pixels[0]) / pixels[1];
  };
  const forward = 0.7808 * 14 ** 2 + 0.2095 * 16 ** 2 + 0.0093 * 18 ** 2;
  assert.ok(Math.abs(f(0.001) / forward - 1) < 2e-3, `${f(0.001)}, not ${forward}`);
  // At sin(theta)/lambda = 0.5 the interference of nitrogen's two atoms is sin(6.9)/6.9 = 0.08.
  const { heights, widths, constant } = formFactorOf("N");
  const nitrogen = heights.reduce((sum, height, i) => sum + height * Math.exp(-widths[i] * 0.25), constant);
  assert.ok(f(0.5) > 1.6 * nitrogen ** 2 && f(0.5) < 3 * nitrogen ** 2, `${f(0.5)} of atoms of ${nitrogen}`);
});

test.run();
