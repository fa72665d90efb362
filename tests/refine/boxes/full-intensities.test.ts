import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareFullIntensities } from "../../../src/refine/boxes/full-intensities.js";

const pairs = Array.from({ length: 1000 }, (_, i) => {
  const known = 50 * -Math.log(1 - ((i * 0.6180339887498949) % 1));
  const resolution = 1.5 + 4 * ((i * 0.4142135623730951) % 1);
  return { known, resolution, square: 7 * known * Math.exp(-20 / (2 * resolution ** 2)), sigma: 0.1, partiality: ((i * 0.7320508075688772) % 1) };
});

test("intensities that differ by a scale and a temperature factor agree", () => {
  const found = compareFullIntensities(pairs, []);
  assert.equal(found.map(({ leastPartiality }) => leastPartiality), [0.1, 0.3, 0.5, 0.8]);
  for (const { leastPartiality, reflections, correlation, weightedCorrelation, r } of found) {
    assert.is(reflections, pairs.filter(({ partiality }) => partiality >= leastPartiality).length);
    assert.ok(correlation > 1 - 1e-9 && weightedCorrelation > 1 - 1e-9 && r < 1e-6, `${correlation} ${weightedCorrelation} ${r}`);
  }
});

test("reflections whose partialities are wrong count little where that is known", () => {
  const wrong = pairs.map((pair, i) => (pair.partiality < 0.3 ? { ...pair, square: pair.square * (i % 2 === 0 ? 5 : 0.2) } : pair));
  const errors = [{ leastPartiality: 0.3, reflections: 700, relative: 0.02 }, { leastPartiality: 0, reflections: 300, relative: 3 }];
  const [{ correlation, weightedCorrelation }] = compareFullIntensities(wrong, errors);
  assert.ok(correlation < 0.8 && weightedCorrelation > 0.98, `${correlation} and ${weightedCorrelation}`);
});

test("few reflections are not compared", () => {
  assert.equal(compareFullIntensities(pairs.slice(0, 9), []), []);
});

test.run();
