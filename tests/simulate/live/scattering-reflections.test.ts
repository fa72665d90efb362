import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { isAnyScattering, isScattering, surveyAmplitudes, type ScatteringReflections } from "../../../src/simulate/live/scattering-reflections.js";

const grid = zeros([3, 4, 40]);
grid.data[(1 * 4 + 2) * 40 + 35] = 7;
const min = [-1, 0, -20];
const scatteringReflections = (of: NdArray, first: readonly number[], beyond: number): ScatteringReflections => surveyAmplitudes(of, first, beyond).reflections;
const box = (...corner: number[]): Int32Array => Int32Array.from(corner);

test("a reflection scatters where the grid is not 0, and beside it where the default is not", () => {
  const dark = scatteringReflections(grid, min, 0);
  assert.ok(isScattering(dark, 0, 2, 15));
  assert.not(isScattering(dark, 0, 2, 14));
  assert.not(isScattering(dark, 0, 2, 20));
  assert.ok(isScattering(scatteringReflections(grid, min, 3), 0, 2, 20));
});

test("a box scatters if one of its reflections does, and what is no number may", () => {
  const dark = scatteringReflections(grid, min, 0);
  assert.ok(isAnyScattering(dark, box(0, 0, 0), box(5, 5, 15), 0));
  assert.not(isAnyScattering(dark, box(0, 0, 0), box(5, 5, 14), 0));
  assert.ok(isAnyScattering(scatteringReflections(grid, min, 3), box(0, 0, 0), box(0, 4, 0), 0));
  assert.not(isAnyScattering(scatteringReflections(grid, min, 3), box(0, 0, 0), box(0, 3, 0), 0));
  assert.ok(isScattering(scatteringReflections(array([[[NaN]]]), [0, 0, 0], 0), 0, 0, 0));
});

test("the largest amplitude is that of the grid or of what is beside it, and none where one is not finite", () => {
  const largest = (numbers: readonly number[], beyond: number): number => surveyAmplitudes(array([[[...numbers]]]), [0, 0, 0], beyond).largest;
  assert.is(largest([0, -7, 3], 2), 7);
  assert.is(largest([1, 2], -9), 9);
  for (const wrong of [[4, Infinity, 1], [NaN, 5], [5, NaN, 0, 6]]) assert.ok(Number.isNaN(largest(wrong, 0)));
});

test.run();
