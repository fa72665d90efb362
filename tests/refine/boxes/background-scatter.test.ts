import { test } from "uvu";
import * as assert from "uvu/assert";
import { backgroundScatter, scatterWarning } from "../../../src/refine/boxes/background-scatter.js";
import { integrate } from "../../../src/refine/boxes/integration.js";
import { Prediction } from "../../../src/refine/boxes/prediction.js";
import { copy, type NdArray } from "../../../src/ndarray/ndarray.js";
import { stillFrom, truth } from "./closed-still.js";

const still = stillFrom(truth, truth, 11);
const countsOf = (made: (photons: number) => number): NdArray => {
  const counts = copy(still.counts);
  for (let i = 0; i < counts.size; i++) counts.data[i] = made(counts.data[i]);
  return counts;
};
const reflections = new Prediction(truth).all({ deviations: 1.5 });

test("the background of photons scatters by as much as its mean, and that of counts of three for a photon by three times as much", () => {
  for (const gain of [1, 3]) {
    const scatter = backgroundScatter(integrate({ ...still, counts: countsOf((photons) => gain * photons) }, reflections, [], 1));
    assert.ok(scatter);
    assert.ok(Math.abs(scatter.fano / gain - 1) < 0.07, `${scatter.fano}, not ${gain}, in ${scatter.boxes} boxes`);
    assert.is(scatterWarning(scatter) === undefined, gain === 1);
  }
});

test("an offset that was not taken off scatters less than photons", () => {
  const scatter = backgroundScatter(integrate({ ...still, counts: countsOf((photons) => photons + 10) }, reflections, [], 1));
  assert.ok(scatter);
  assert.match(scatterWarning(scatter) ?? "", /the counts hold an offset/);
});

test.run();
