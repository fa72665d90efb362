/** Counts of the reference program where a quotient is whole but for its rounding. */
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cellsAlong, edgesOf, stepsOfAngle, stepsOfFan, subPixels } from "../../src/cli/whole-counts.js";

const cube = { a: 100, b: 100, c: 100, alpha: 90, beta: 90, gamma: 90 };

test("a turn in whole steps has as many steps as the reference program counts", () => {
  const counted = [
    [1.5, 0.3, 5], [3, 0.3, 10], [3, 0.6, 5], [6, 0.3, 20], [6, 0.6, 10], [1.5, 0.15, 10], [1.5, 0.06, 25], [2, 0.3, 7], [1, 0.25, 4],
  ];
  for (const [range, step, count] of counted) assert.is(stepsOfAngle(range, step), count, `${range} / ${step}`);
  assert.is(stepsOfFan(4, 2), 2);
  assert.is(stepsOfFan(4, 3), 2);
});

test("a crystal of whole cells has as many cells as the reference program counts", () => {
  const turned = edgesOf(cube, [10, 20, 30]);
  assert.equal(turned.map((edge) => cellsAlong(0.0001, edge)), [10, 10, 10]);
  const hexagonal = edgesOf({ ...cube, c: 50, gamma: 120 }, [0, 0, 0]);
  assert.equal(hexagonal.map((edge) => cellsAlong(0.0002, edge)), [20, 20, 40]);
  assert.is(cellsAlong(1e-9, turned[0]), 1);
});

test("a whole number of samples a pixel falls on the reference program's side", () => {
  const [edge] = edgesOf(cube, [0, 0, 0]);
  assert.is(subPixels(4 * edge, 1, 0.1, 0.5), 7);
  assert.is(subPixels(10 * edge, 1.2, 0.1, 0.2), 5);
});

test("however a cell is turned, its edges have their lengths", () => {
  const length = fc.double({ min: 20, max: 300, noNaN: true });
  const angle = fc.double({ min: 75, max: 105, noNaN: true });
  const turn = fc.double({ min: -180, max: 180, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(length, length, length), fc.tuple(angle, angle, angle), fc.tuple(turn, turn, turn), ([a, b, c], [alpha, beta, gamma], misset) => {
      const edges = edgesOf({ a, b, c, alpha, beta, gamma }, misset);
      [a, b, c].forEach((wanted, i) => assert.ok(Math.abs(edges[i] / (wanted * 1e-10) - 1) < 1e-14));
    }),
  );
});

test.run();
