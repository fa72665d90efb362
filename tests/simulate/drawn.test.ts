import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviatesOfDraw, normalDraws } from "../../src/models/draws.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { simulate } from "../../src/simulate/simulate.js";

const grid = zeros([21, 21, 21]);
for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * Math.sin(1.7 * i);
grid.data[(10 * 21 + 10) * 21 + 10] = 0;
const experiment: Experiment = {
  beam: { wavelengthA: 1, fluence: 1e26 },
  crystal: { lattice: { a: 35, b: 39, c: 48, alpha: 85, beta: 95, gamma: 100 }, missetDeg: [5, -40, 62], cells: [10, 12, 9], shape: "domain" },
  detector: { pixels: { fast: 24, slow: 20 }, pixelSizeMm: 0.8, distanceMm: 60, beamCenterMm: { x: 8, y: 9 } },
  structureFactors: new StructureFactors(grid, [-10, -10, -10]),
};
const widened = (part: { readonly eta?: Experiment["crystal"]["etaDeg"]; readonly band?: number; readonly divergence?: readonly [number, number]; readonly footprint?: readonly [number, number, number] }): Experiment => ({
  ...experiment,
  beam: { ...experiment.beam, ...(part.band && { bandwidthPercent: part.band }), ...(part.divergence && { beamDivergenceMrad: part.divergence }) },
  crystal: { ...experiment.crystal, ...(part.eta && { etaDeg: part.eta }) },
  detector: { ...experiment.detector, ...(part.footprint && { footprintMm: part.footprint }) },
});

const draws = 2048;
const options = { oversample: 1, interpolation: "nearest" } as const;

/** The largest difference of two images, of the maximum. */
function distance(x: NdArray, y: NdArray): number {
  const largest = Math.max(...y.data);
  return Math.max(...Array.from(x.data, (value, i) => Math.abs(value - y.data[i]))) / largest;
}

// Two seeds differ by what their draws are short of; their mean is off by half of that, and is allowed twice as much. A footprint seen under
// half a radian is not quite the same everywhere on a spot, to which the closed form is blind: an error of the second order, below 1 %.
for (const [what, part] of [
  ["nothing", {}],
  ["isotropic mosaicity", { eta: 0.15 }],
  ["mosaicity about three axes of the crystal", { eta: [0.05, 0.2, 0.1] }],
  ["a covariance of rotations", { eta: [0.05, 0.2, 0.1, 0.05, -0.025, 0.04] }],
  ["a bandwidth", { band: 0.5 }],
  ["a divergence that differs along two directions", { divergence: [1, 2] }],
  ["a footprint that is oblique", { footprint: [0.3, 0.2, 0.1] }],
  ["all of it", { eta: [0.05, 0.1, 0.15], band: 0.2, divergence: [1, 0.5], footprint: [0.2, 0.1, 0.05] }],
] as const) {
  test(`spots in closed form are what normal draws add up to: ${what}`, () => {
    const image = widened(part);
    const closed = simulate(image, { ...options, spots: "closed" }).image;
    const [first, second] = [-1, -2].map((seed) => simulate({ ...image, draws: { count: draws, seed } }, options).image);
    const mean = zeros(first.shape);
    for (let i = 0; i < mean.size; i++) mean.data[i] = (first.data[i] + second.data[i]) / 2;
    const noise = distance(first, second);
    assert.ok(noise < 0.05, `two seeds differ by ${noise}`);
    assert.ok(distance(closed, mean) <= noise + ("footprint" in part ? 0.01 : 1e-9), `the closed form differs by ${distance(closed, mean)}, two seeds by ${noise}`);
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
