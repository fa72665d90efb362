import { test } from "uvu";
import * as assert from "uvu/assert";
import { Prediction } from "../../../src/refine/boxes/prediction.js";
import { reflectionsMet } from "../../../src/refine/boxes/reflections-met.js";
import { truth, withCrystal } from "./closed-still.js";

test("of a reflection that several blocks bring to the sphere, each records its share", () => {
  const turns = [[0, 0, 0], [0.3, -0.2, 0.1]] as const;
  const blocks = [{ rotationDeg: turns[0], weight: 3 }, { rotationDeg: turns[1], weight: 1 }];
  const met = reflectionsMet(withCrystal(truth, { blocks }), { deviations: 3 });
  const [first, second] = turns.map((turn) => new Prediction(truth, turn));
  assert.ok(met.length > 50, `${met.length} reflections`);
  for (const { hkl, partiality } of met) {
    const recorded = ([[first, 0.75], [second, 0.25]] as const).reduce((sum, [block, share]) => sum + share * Math.exp(-((block.of(hkl)?.deviations ?? Infinity) ** 2) / 2), 0);
    assert.ok(Math.abs(partiality - recorded) < 1e-12, `${hkl.join()}: ${partiality} is not ${recorded}`);
  }
});

test("a reflection of one block that stands on the sphere is recorded with all of the crystal", () => {
  const nearest = reflectionsMet(truth, { deviations: 3 }).reduce((best, other) => (Math.abs(other.excitation) < Math.abs(best.excitation) ? other : best));
  assert.ok(Math.abs(nearest.deviations) < 0.1 && nearest.partiality > 0.995 && nearest.partiality <= 1, `${nearest.deviations}: ${nearest.partiality}`);
});

test("a reflection that is asked for is placed by the experiment itself, however far from the sphere it is", () => {
  const far = reflectionsMet(truth, { deviations: 6 }).filter(({ deviations }) => Math.abs(deviations) > 4).slice(0, 5);
  assert.is(far.length, 5);
  const narrow = withCrystal(truth, { etaDeg: 0.05 });
  const met = reflectionsMet(narrow, { deviations: 3 }, [...far.map(({ hkl }) => hkl), [500, 0, 0]]);
  for (const { hkl } of far) assert.equal(met.filter((one) => one.hkl.join() === hkl.join()), [new Prediction(narrow).of(hkl)]);
  assert.is(met.length, reflectionsMet(narrow, { deviations: 3 }).length + far.length);
});

test.run();
