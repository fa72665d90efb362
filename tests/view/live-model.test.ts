import { test } from "uvu";
import * as assert from "uvu/assert";
import { extremes } from "../../src/ndarray/extremes.js";
import type { Experiment } from "../../src/models/experiment.js";
import { faint, LiveModel, whileMoving } from "../../src/view/live-model.js";
import { stateOf } from "../../src/view/model-state.js";

const experiment: Experiment = {
  beam: { wavelengthA: 1, fluence: 1e26 },
  crystal: { lattice: { a: 35, b: 39, c: 48, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [20, 20, 20], etaDeg: 0.1 },
  detector: { pixels: { fast: 560, slow: 520 }, pixelSizeMm: 0.15, distanceMm: 100 },
  structureFactors: 100,
};

test("while numbers move, steps are missing that are at most a millionth of the brightest, and an image takes the memory of the last one", async () => {
  const state = stateOf(experiment, 1, "closed");
  const [exact] = await new LiveModel({}).images(state);
  const moving = new LiveModel(whileMoving({}), undefined, true);
  const [quick] = await moving.images(state);
  const [, brightest] = extremes(exact.data);
  const [, farthest] = extremes(exact.data.map((photons, i) => Math.abs(photons - quick.data[i])));
  // A few steps of a pixel are left out; the rest is the rounding of single precision.
  assert.ok(farthest <= (8 * faint + 1e-6) * brightest);
  const missing = exact.data.filter((photons, i) => photons > 0 && quick.data[i] === 0).length;
  assert.ok(missing > exact.size / 25, `${missing} pixels lack everything`);
  const [next] = await moving.images(state);
  assert.is(next.data.buffer, quick.data.buffer);
});

test("what is left out in any case is left out while numbers move", () => {
  assert.is(whileMoving({ skip: 1e-3 }).skip, 1e-3);
  assert.is(whileMoving({ skip: "nothing" }).skip, faint);
  assert.is(whileMoving({ dtype: "float64" }).dtype, "float32");
});

test.run();
