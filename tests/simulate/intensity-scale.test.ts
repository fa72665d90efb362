import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, toNested } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";
import { countPixels, pgmLevels, pgmScale, smvCounts, smvScale } from "../../src/simulate/intensity-scale.js";
import { imageStatistics } from "../../src/simulate/statistics.js";
import { anyView, elementsOf } from "../arbitraries.js";

/** Eight pixels of the reference program's image of a small triclinic crystal. */
const pixels = array(
  [[2.274857759475708, 7.103950023651123, 246.2486114501953, 1.544433355331421],
    [1.2834454774856567, 20.588520050048828, 1.3576834201812744, 33.746517181396484]],
  "float32",
);

test("pixels get the counts that the reference program writes", () => {
  const counts = smvCounts(pixels, 2, 100);
  assert.equal(toNested(counts), [[105, 114, 592, 103], [103, 141, 103, 167]]);
  assert.is(counts.dtype, "int32");
});

test("pixels get the grey levels that the reference program writes", () => {
  assert.equal(toNested(pgmLevels(pixels, 0.5)), [[1, 3, 123, 0], [0, 10, 0, 16]]);
});

test("a count that is nearly a tie falls as in the reference program's float32", () => {
  const nearTie = array([[444.58587646484375]], "float32");
  assert.equal(toNested(smvCounts(nearTie, smvScale(1117.2796630859375), 40)), [[21926]]);
});

test("counts round to the nearest, and are cut to 16 bits", () => {
  assert.equal(toNested(smvCounts(array([[0.49, 0.5, -3, 65535.4, 65536, 1e30]]), 1, 0)), [[0, 1, 0, 65535, 65535, 65535]]);
  assert.equal(toNested(smvCounts(array([[-39.6, -41]]), 1, 40)), [[0, 0]]);
});

test("grey levels are truncated, and cut to 8 bits", () => {
  assert.equal(toNested(pgmLevels(array([[0.99, 1.01, 254.9, 256, -2]]), 1)), [[0, 1, 254, 255, 0]]);
});

test("without a scale the brightest pixel gets 55000 counts, and five rmsd are grey 250", () => {
  const { max, rmsd } = imageStatistics(pixels);
  const brightest = smvCounts(pixels, smvScale(max), 0).get(0, 2);
  assert.is(brightest, 55000);
  assert.equal(toNested(pgmLevels(array([[5.0001 * rmsd]]), pgmScale(rmsd))), [[250]]);
});

test("an image that is dark or flat is scaled by 1", () => {
  assert.equal([smvScale(0), smvScale(-3), pgmScale(0)], [1, 1, 1]);
});

test("outside of the region there are no counts, not even the offset", () => {
  const roi = { fastMin: 1, fastMax: 2, slowMin: 1, slowMax: 1 };
  assert.equal(toNested(smvCounts(pixels, 2, 100, roi)), [[0, 0, 0, 0], [0, 141, 103, 0]]);
  assert.equal(toNested(pgmLevels(pixels, 0.5, roi)), [[0, 0, 0, 0], [0, 10, 0, 0]]);
});

test("pixels are visited once, in rows, fast axis first, whatever the strides", () => {
  fc.assert(
    fc.property(anyView({ shape: [3, 2] }), (view) => {
      const visited: number[] = [];
      const counts = new Uint16Array(6);
      countPixels(view, (value) => visited.push(value), undefined, counts);
      assert.equal(visited, elementsOf(view));
      assert.equal([...counts], [1, 2, 3, 4, 5, 6]);
    }),
  );
  assert.equal(toNested(smvCounts(transpose(array([[1, 2], [3, 4]])), 1, 0)), [[1, 3], [2, 4]]);
});

test.run();
