import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../src/simulate/simulate.js";
import type { Source } from "../../src/models/beam.js";
import type { NdArray } from "../../src/ndarray/ndarray.js";
import { refuses } from "../io/refusal.js";

const near: Source = { direction: [-1, 0, 0] };
const far: Source = { direction: [-1, 0.02, 0], wavelengthA: 1.02 };

function imageOf(sources: readonly Source[], waterUm = 0): NdArray {
  const crystal = { lattice: { a: 34, b: 39, c: 48, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [3, 3, 3] } as const;
  const detector = { pixels: { fast: 6, slow: 5 }, pixelSizeMm: 1, distanceMm: 60 };
  return simulate({ beam: { wavelengthA: 1, fluence: 1e24, sources }, crystal, detector, structureFactors: 100, waterUm }, { oversample: 1 }).image;
}

test("sources count by their weights, and only the weights' ratios matter", () => {
  for (const waterUm of [0, 50]) {
    const [first, second] = [imageOf([near], waterUm), imageOf([far], waterUm)];
    for (const factor of [1, 7]) {
      const both = imageOf([{ ...near, weight: factor }, { ...far, weight: 0.1 * factor }], waterUm);
      for (let i = 0; i < both.size; i++) {
        const expected = (first.data[i] + 0.1 * second.data[i]) / 1.1;
        assert.ok(Math.abs(both.data[i] - expected) <= 1e-12 * expected, `pixel ${i}`);
      }
    }
  }
});

test("a source of weight 0 sends nothing, and sources without weights are equal", () => {
  const dark = imageOf([near, { ...far, weight: 0 }]);
  const [alone, equal] = [imageOf([near]), imageOf([near, far])];
  const second = imageOf([far]);
  for (let i = 0; i < dark.size; i++) {
    assert.ok(Math.abs(dark.data[i] - alone.data[i]) <= 1e-12 * alone.data[i]);
    assert.ok(Math.abs(equal.data[i] - (alone.data[i] + second.data[i]) / 2) <= 1e-12 * alone.data[i] + 1e-12 * second.data[i]);
  }
});

test("weights that cannot be are refused", () => {
  refuses(() => imageOf([near, { ...far, weight: -1 }]), /beam\.sources\[1\]\.weight is -1; it must be at least 0/);
  refuses(() => imageOf([{ ...near, weight: 0 }]), /beam\.sources have weights of 0 alone/);
});

test.run();
