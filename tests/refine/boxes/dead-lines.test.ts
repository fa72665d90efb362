import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, full, type NdArray } from "../../../src/ndarray/ndarray.js";
import { withoutDeadLines } from "../../../src/refine/boxes/dead-lines.js";

/** 60 x 80 pixels of one photon each, but for some lines. */
function imageWith(dark: (slow: number, fast: number) => boolean, photons = 1): NdArray {
  return array(Array.from({ length: 60 }, (_, slow) => Array.from({ length: 80 }, (__, fast) => (dark(slow, fast) ? 0 : photons))));
}

const all = full([60, 80], 1, "int32");

test("gaps between modules that a file does not mark are left out, and nothing else is", () => {
  const { mask, rows, columns } = withoutDeadLines(imageWith((slow, fast) => (slow >= 20 && slow < 27) || fast === 50), all);
  assert.equal([rows, columns], [7, 1]);
  for (let slow = 0; slow < 60; slow++) for (let fast = 0; fast < 80; fast++) assert.is(mask.get(slow, fast), (slow >= 20 && slow < 27) || fast === 50 ? 0 : 1);
});

test("lines that may be dark by accident, that are dark in part, or that lie at the edge stay", () => {
  for (const image of [imageWith((slow) => slow === 30, 0.2), imageWith((slow, fast) => slow === 30 && fast !== 3), imageWith((slow) => slow < 10 || slow > 50)]) {
    const { mask, rows, columns } = withoutDeadLines(image, all);
    assert.equal([rows, columns], [0, 0]);
    assert.is(mask, all);
  }
});

test("lines are those of one panel", () => {
  const panels = array([0, 1].map((panel) => Array.from({ length: 40 }, (_, slow) => Array.from({ length: 40 }, () => (panel === 1 && slow === 7 ? 0 : 1)))));
  const { mask, rows, columns } = withoutDeadLines(panels, full([2, 40, 40], 1, "int32"));
  assert.equal([rows, columns], [1, 0]);
  assert.equal([mask.get(0, 7, 3), mask.get(1, 7, 3), mask.get(1, 8, 3)], [1, 0, 1]);
});

test.run();
