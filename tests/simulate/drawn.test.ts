import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviatesOfDraw, normalDraws } from "../../src/models/draws.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { gaussWidth } from "../../src/physics/lattice-factor.js";
import { simulate } from "../../src/simulate/simulate.js";

const grid = zeros([21, 21, 21]);
for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * Math.sin(1.7 * i);
grid.data[(10 * 21 + 10) * 21 + 10] = 0;
const wavelengthA = 1;
const lattice = { a: 35, b: 39, c: 48, alpha: 85, beta: 95, gamma: 100 };
const cells = [10, 12, 9] as const;
const [pixels, pixelSizeMm, distanceMm, beamCenterMm] = [{ fast: 24, slow: 20 }, 0.8, 60, { x: 8, y: 9 }];
const experiment: Experiment = {
  beam: { wavelengthA, fluence: 1e26 },
  crystal: { lattice, missetDeg: [5, -40, 62], cells, shape: "domain" },
  detector: { pixels, pixelSizeMm, distanceMm, beamCenterMm },
  structureFactors: new StructureFactors(grid, [-10, -10, -10]),
};
const widened = (part: { readonly eta?: Experiment["crystal"]["etaDeg"]; readonly band?: number; readonly divergence?: readonly [number, number]; readonly footprint?: readonly [number, number, number] }): Experiment => ({
  ...experiment,
  beam: { ...experiment.beam, ...(part.band && { bandwidthPercent: part.band }), ...(part.divergence && { beamDivergenceMrad: part.divergence }) },
  crystal: { ...experiment.crystal, ...(part.eta && { etaDeg: part.eta }) },
  detector: { ...experiment.detector, ...(part.footprint && { footprintMm: part.footprint }) },
});

const draws = 2048;
const seeds = [-1, -2, -3, -4];
const options = { oversample: 1, interpolation: "nearest" } as const;

/** The largest difference of two images, of the maximum. */
function distance(x: NdArray, y: NdArray): number {
  const largest = Math.max(...y.data);
  return Math.max(...Array.from(x.data, (value, i) => Math.abs(value - y.data[i]))) / largest;
}

/**
 * By how much the closed form and a true footprint differ at the most, of the maximum. The closed form takes q for linear in the shift δ = u σ
 * on the detector that brings a spot to a pixel, and a spot for narrow beside the footprint, whose weight is exp(-u²/2).
 * - Across the Ewald sphere, q departs from its tangent by (δ/R)²/2λ. A spot exp(-z²/2) changes by no more than exp(-1/2) of its peak for each
 *   unit of z, of which there are L in 1/Å, and u² exp(-u²/2) is 2/e at the most: exp(-3/2) L (σ/R)²/λ together.
 * - Along it, the angle ψ from the normal of a flat detector at the distance D changes as dψ = cos² ψ dδ/D. What is of second order there moves
 *   the spot by sin ψ cos ψ δ²/D, and makes it wider by the part 2 sin ψ cos ψ δ/D: σ/D sin ψ cos ψ (2u - u³) exp(-u²/2), which is 0.830 at
 *   u² = (5 - √17)/2, where it is largest.
 */
function bentBy([f, s, mixed]: readonly [number, number, number]): number {
  const sigma = (f + s) / 2 + Math.hypot((f - s) / 2, mixed);
  const { fast, slow } = pixels;
  const farthest = Math.hypot(fast * pixelSizeMm - beamCenterMm.x, slow * pixelSizeMm - beamCenterMm.y);
  const angle = Math.atan(farthest / distanceMm);
  const units = Math.max(cells[0] * lattice.a, cells[1] * lattice.b, cells[2] * lattice.c) * (2 / Math.sqrt(gaussWidth));
  return (Math.exp(-1.5) * units * (sigma / distanceMm) ** 2) / wavelengthA + (0.83 * Math.sin(angle) * Math.cos(angle) * sigma) / distanceMm;
}

// Each of n seeds is off by the noise of its draws, and their mean by 1/√n of that. Seen from the mean, a seed is off by √(1 - 1/n) of its noise:
// on average by √(n - 1) times the standard error of the mean, of which three are allowed.
for (const [what, part] of [
  ["nothing", {}],
  ["isotropic mosaicity", { eta: 0.15 }],
  ["mosaicity about three axes of the crystal", { eta: [0.05, 0.2, 0.1] }],
  ["a covariance of rotations", { eta: [0.05, 0.2, 0.1, 0.05, -0.025, 0.04] }],
  ["a bandwidth", { band: 0.5 }],
  ["a divergence that differs along two directions", { divergence: [1, 2] }],
  ["a footprint that is oblique", { footprint: [0.12, 0.08, 0.05] }],
  ["all of it", { eta: [0.05, 0.08, 0.1], band: 0.2, divergence: [0.4, 0.25], footprint: [0.1, 0.06, 0.03] }],
] as const) {
  test(`spots in closed form are what normal draws add up to: ${what}`, () => {
    const image = widened(part);
    const closed = simulate(image, { ...options, spots: "closed" }).image;
    const drawn = seeds.map((seed) => simulate({ ...image, draws: { count: draws, seed } }, options).image);
    const mean = zeros(closed.shape);
    for (const { data } of drawn) data.forEach((photons, i) => (mean.data[i] += photons / seeds.length));
    const noise = drawn.reduce((sum, each) => sum + distance(each, mean), 0) / seeds.length / Math.sqrt(seeds.length - 1);
    assert.ok(noise < 0.025, `the mean's noise is ${noise}`);
    const bent = "footprint" in part ? bentBy(part.footprint) : 1e-9;
    assert.ok(distance(closed, mean) <= 3 * noise + bent, `the closed form differs by ${distance(closed, mean)}, with a noise of ${noise}, and a footprint that is bent by ${bent}`);
    if (what !== "nothing") {
      const sharp = simulate(experiment, { ...options, spots: "closed" }).image;
      assert.ok(distance(sharp, mean) > 0.05, "nothing has widened the spots");
    }
  });
}

test("normal deviates have no mean, a variance of 1 and no covariance", () => {
  const all = normalDraws({ count: 4096, seed: -3 });
  for (let i = 0; i < deviatesOfDraw; i++) {
    const mean = all.reduce((sum, draw) => sum + draw[i], 0) / all.length;
    assert.ok(Math.abs(mean) < 0.01, `the mean of deviate ${i} is ${mean}`);
    for (let j = 0; j <= i; j++) {
      const covariance = all.reduce((sum, draw) => sum + draw[i] * draw[j], 0) / all.length;
      assert.ok(Math.abs(covariance - (i === j ? 1 : 0)) < 0.03, `the covariance of ${i} and ${j} is ${covariance}`);
    }
  }
});

test("draws are refused beside the closed form, and where nothing can be drawn of a shape", () => {
  const drawn = { ...experiment, draws: { count: 3 } };
  assert.throws(() => simulate(drawn, { ...options, spots: "closed" }), /draws sample what spots/);
  assert.throws(() => simulate({ ...drawn, crystal: { ...drawn.crystal, domainA: [100, 100, 100, 0, 0, 0] } }, options), /domainA/);
  assert.throws(() => simulate({ ...drawn, draws: { count: 3, seed: 4 } }, options), /seed is 4/);
});

test.run();
