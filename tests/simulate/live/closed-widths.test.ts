import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../../src/models/experiment.js";
import { ImageModel } from "../../../src/simulate/image-model.js";
import { reflectionsInReach } from "../../../src/simulate/spot-reach.js";

const lattice = { a: 38, b: 42, c: 51, alpha: 88, beta: 97, gamma: 101 };
const crystal: Experiment["crystal"] = { lattice, missetDeg: [12, 20, 31], cells: [60, 55, 58] };
const detector: Experiment["detector"] = { distanceMm: 90, pixelSizeMm: 0.06, beamCenterMm: { x: -25, y: -20 }, pixels: { fast: 270, slow: 250 } };
const still: Experiment = { beam: { wavelengthA: 1.1, fluence: 1e24 }, crystal, structureFactors: 100, detector };

const scenes: readonly (readonly [what: string, experiment: Experiment, isWide: boolean])[] = [
  ["mosaicity, with several reflections in reach of a pixel", { ...still, crystal: { ...crystal, etaDeg: 0.3 } }, true],
  ["a covariance of rotations", { ...still, crystal: { ...crystal, etaDeg: [0.05, 0.4, 0.1, 0.05, -0.025, 0.04] } }, true],
  ["a bandwidth", { ...still, beam: { ...still.beam, bandwidthPercent: 0.15 } }, false],
  ["a divergence and a footprint", { ...still, beam: { ...still.beam, beamDivergenceMrad: [0.5, 0.3] }, detector: { ...detector, footprintMm: [0.1, 0.05, 0.02] } }, false],
  ["blocks of lattices of their own", { ...still, crystal: { ...crystal, etaDeg: 0.1, blocks: [{ rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg: [3, -2, 1], weight: 0.5, lattice: { ...lattice, a: 45 } }] } }, false],
  ["a domain of any shape", { ...still, crystal: { lattice, missetDeg: [12, 20, 31], etaDeg: 0.1, domainA: [2700, 1900, 2400, 300, 150, -240] } }, false],
];

for (const [what, experiment, isWide] of scenes) {
  test(`closed spots are left out where they have ended, and no bit changes: ${what}`, () => {
    const imageWith = (skip: "nothing" | "zeros" | number) => new ImageModel(() => experiment, { spots: "closed", interpolation: "nearest", skip }).simulate([]).image;
    assert.is(reflectionsInReach(experiment, true).some((count) => count > 1), isWide);
    const [whole, image, rough, almost] = [imageWith("nothing"), imageWith("zeros"), imageWith(0.05), imageWith(1e-13)];
    image.data.forEach((photons, i) => assert.ok(Object.is(photons, whole.data[i]), `pixel ${i} is ${photons}, not ${whole.data[i]}`));
    assert.ok(whole.data.some((photons) => photons > 0));
    assert.ok(rough.data.some((photons, i) => photons !== whole.data[i]), "nothing is left out");
    // Zeros are left out, too: what is next to nothing is, which asks for hardly smaller spots.
    assert.ok(almost.data.some((photons, i) => photons !== whole.data[i]), "zeros are not left out");
  });
}

test.run();
