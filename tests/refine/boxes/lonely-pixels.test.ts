import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutLonelyPixels } from "../../../src/refine/boxes/lonely-pixels.js";
import type { PredictedReflection } from "../../../src/refine/boxes/prediction.js";
import { full } from "../../../src/ndarray/ndarray.js";

const size = 40;
const predictedAt = (fast: number, slow: number): PredictedReflection => ({
  hkl: [1, 2, 3], panel: 0, fast, slow, resolution: 2, excitation: 0, deviations: 0, partiality: 1, covariance: { fast: 0.3, slow: 0.3, mixed: 0 },
});
const at = (fast: number, slow: number): number => slow * size + fast;

test("pixels far above everything around are left out, and a spot whose neighbours see it stays", () => {
  const counts = full([size, size], 1, "float64");
  const mask = full([size, size], 1, "int32");
  for (const [fast, slow] of [[5, 5], [0, 39], [30, 12]]) counts.data[at(fast, slow)] = 400;
  counts.data[at(20, 20)] = 400;
  counts.data[at(20, 21)] = 20;
  const { mask: left, lonely } = withoutLonelyPixels(counts, mask, [predictedAt(20.5, 20.6)]);
  assert.is(lonely, 3);
  assert.equal([left.data[at(5, 5)], left.data[at(0, 39)], left.data[at(30, 12)], left.data[at(20, 20)]], [0, 0, 0, 1]);
  assert.is(mask.data[at(5, 5)], 1, "the given mask is left as it is");
});

test("spots of a single pixel each stay where reflections are predicted", () => {
  const counts = full([size, size], 0, "float64");
  const places = [[5, 5], [12, 30], [33, 8], [25, 25]];
  for (const [fast, slow] of places) counts.data[at(fast, slow)] = 400;
  const { lonely } = withoutLonelyPixels(counts, full([size, size], 1, "int32"), places.map(([fast, slow]) => predictedAt(fast + 1.5, slow - 0.5)));
  assert.is(lonely, 0);
});

test.run();
