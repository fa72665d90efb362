import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { leftOutBy } from "../../../src/io/geometry/mask-map.js";
import type { MaskMap, PanelRecord } from "../../../src/io/geometry/record.js";
import { maskOfPanel } from "../../../src/input/masks.js";
import { flatData } from "../../../src/ndarray/ndarray.js";

const panel = (fast: number, slow: number): PanelRecord => ({ name: "p", pixels: { fast, slow }, pixelSizeMm: 0.1, originMm: [0, 0, 0], fast: [1, 0, 0], slow: [0, 1, 0] });
const map = (goodBits: number, badBits: number): MaskMap => ({ path: "/m", axes: ["slow", "fast"], goodBits, badBits });

test("the rectangles that a map leaves out hold its bad pixels and no other, and none twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(3), { minLength: 9, maxLength: 60 }), fc.nat(3), fc.nat(3), (fast, values, good, bad) => {
      const slow = Math.floor(values.length / fast);
      const masked = leftOutBy(values, map(good, bad), panel(fast, slow));
      const area = masked.reduce((sum, { fastMin, fastEnd, slowMin, slowEnd }) => sum + (fastEnd - fastMin) * (slowEnd - slowMin), 0);
      const wanted = values.slice(0, fast * slow).map((value) => ((value & good) === good && (value & bad) === 0 ? 1 : 0));
      const mask = maskOfPanel({ ...panel(fast, slow), masked });
      assert.equal(mask ? Array.from(flatData(mask)) : wanted.map(() => 1), wanted);
      assert.is(area, wanted.filter((value) => value === 0).length);
    }),
    { seed: 13 },
  );
});

test("equal rows make one rectangle", () => {
  assert.equal(leftOutBy([0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0], map(0, 1), panel(4, 3)), [
    { fastMin: 1, fastEnd: 3, slowMin: 0, slowEnd: 2 },
    { fastMin: 2, fastEnd: 3, slowMin: 2, slowEnd: 3 },
  ]);
});

test("bits are those of 32-bit numbers, with or without a sign, and larger numbers have all of them", () => {
  const bits = [0, 0x80000000, -1, 2 ** 32 - 1, 2 ** 64];
  assert.equal(leftOutBy(bits, map(0, 0x80000000), panel(1, 5)), [{ fastMin: 0, fastEnd: 1, slowMin: 1, slowEnd: 5 }]);
  assert.equal(leftOutBy(bits, map(0x80000000, 0), panel(1, 5)), [{ fastMin: 0, fastEnd: 1, slowMin: 0, slowEnd: 1 }]);
});

test.run();
