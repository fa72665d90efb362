import { test } from "uvu";
import * as assert from "uvu/assert";
import { Given } from "../../../src/cli/parse-flags.js";
import { freedomsOf } from "../../../src/cli/refine/freedoms.js";
import { refineCrystals } from "../../../src/refine/boxes/refined-crystals.js";
import { optionsFor, stillFrom, truth, withCrystal } from "../../refine/boxes/closed-still.js";

const freedoms = freedomsOf(new Given([], [], []));
const cell = { a: 48.1, b: 60.2, c: 71.3, alpha: 90, beta: 90, gamma: 90 };
/** Without what widens the spots besides the crystal. */
const plain = { ...truth, beam: { ...truth.beam, bandwidthPercent: 0 } };
const start = withCrystal(plain, { missetDeg: [10.05, 19.97, 30.04], etaDeg: 0.12 });
const refined = async (measured: typeof truth) => {
  const { parameters, crystals: [{ freed }] } = await refineCrystals([stillFrom(measured, start, 5)], optionsFor(["misset", "cell", "eta"], { freedoms, maxSteps: 6 }));
  return { taken: freed.map(({ isKept }) => isKept), names: parameters.map(({ name }) => name), values: new Map(parameters.map(({ name, value, esd }) => [name, { value, esd: esd ?? NaN }])) };
};

test("what the image does not ask for is tried and not taken", async () => {
  const { taken, names } = await refined(plain);
  assert.equal(taken, [false, false, false]);
  assert.equal(names, ["misset_x", "misset_y", "misset_z", "a", "b", "c", "eta"]);
});

test("a detector that is tilted and a cell under strain are found by reflections that are kept aside", async () => {
  const strained = { ...cell, alpha: 90.4, gamma: 89.7 };
  const tilted = { ...withCrystal(plain, { lattice: strained }), detector: { ...plain.detector, rotationDeg: [0.8, -0.6, 0] as const } };
  const { taken, values } = await refined(tilted);
  assert.equal([taken[0], taken[2]], [true, true]);
  // On so small a detector a tilt and a strain move spots alike, so that their standard deviations are large.
  for (const [name, expected] of [["detector_rotx", 0.8], ["detector_roty", -0.6], ["alpha", 90.4]] as const) {
    const { value, esd } = values.get(name) ?? { value: NaN, esd: NaN };
    assert.ok(Math.abs(value - expected) < 4 * esd && Math.abs(value - expected) < 0.3, `${name} is ${value}(${esd}), not ${expected}`);
  }
});

test.run();
