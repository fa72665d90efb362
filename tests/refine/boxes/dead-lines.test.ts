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

test("a line is dead where its used pixels should have 30 photons by the darker of its neighbours", () => {
  /** Rows of 60 pixels, of which the mask leaves some out in the dark row and in the one above it. */
  const rowsFound = (usedOfDark: number, usedAbove: number, above: number, below: number): number => {
    const counts = array([above, 0, below].map((photons) => Array.from({ length: 60 }, () => photons)));
    const mask = array([usedAbove, usedOfDark, 60].map((used) => Array.from({ length: 60 }, (_, fast) => (fast < used ? 1 : 0))), "int32");
    return withoutDeadLines(counts, mask).rows;
  };
  assert.equal([rowsFound(30, 60, 1, 1), rowsFound(29, 60, 1, 1)], [1, 0]);
  assert.equal([rowsFound(60, 20, 0.5, 2), rowsFound(59, 20, 0.5, 2), rowsFound(59, 20, 2, 0.5)], [1, 0, 0]);
  assert.is(rowsFound(0, 60, 1, 1), 0);
});

test("what is left out of one panel is counted in the others", () => {
  const panels = array([0, 1].map((panel) => Array.from({ length: 40 }, (_, slow) => Array.from({ length: 40 }, () => (panel === 1 && slow === 7 ? 0 : 1)))));
  // Without the dark row of the second panel, and without the rows beside it in the first.
  const mask = array([0, 1].map((panel) => Array.from({ length: 40 }, (_, slow) => Array.from({ length: 40 }, () => ((panel === 1 ? slow !== 7 : slow !== 6 && slow !== 8) ? 1 : 0)))), "int32");
  assert.equal([withoutDeadLines(panels, mask).rows, withoutDeadLines(panels, mask).columns], [0, 0]);
});

test("lines are those of one panel", () => {
  const panels = array([0, 1].map((panel) => Array.from({ length: 40 }, (_, slow) => Array.from({ length: 40 }, () => (panel === 1 && slow === 7 ? 0 : 1)))));
  const { mask, rows, columns } = withoutDeadLines(panels, full([2, 40, 40], 1, "int32"));
  assert.equal([rows, columns], [1, 0]);
  assert.equal([mask.get(0, 7, 3), mask.get(1, 7, 3), mask.get(1, 8, 3)], [1, 0, 1]);
});

test.run();
