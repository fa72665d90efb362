import { test } from "uvu";
import * as assert from "uvu/assert";
import { coarserScan, exposureScan, middleOf, recommendedScanSteps, rockingWidthDeg } from "../../src/refine/exposure.js";
import { options, truth, withCrystal } from "./small-still.js";
import { simulate } from "../../src/simulate/simulate.js";

test("the steps of an exposure stand in the middles of equal parts of the turn, forwards and backwards", () => {
  assert.equal(exposureScan(10, 1, 4), { phiDeg: 10.125, stepDeg: 0.25, steps: 4 });
  for (const [phi, turn, steps] of [[10, 1, 4], [3, -0.5, 3], [0, 2, 1]] as const) {
    assert.ok(Math.abs(middleOf(exposureScan(phi, turn, steps)) - (phi + turn / 2)) < 1e-12);
  }
});

test("a coarser scan keeps its turn and its middle", () => {
  const scan = exposureScan(5, 3, 10);
  for (const times of [1, 2, 4, 100, Infinity]) {
    const coarser = coarserScan(scan, times);
    assert.ok(Math.abs(middleOf(coarser) - 6.5) < 1e-12);
    assert.ok(Math.abs(coarser.steps * coarser.stepDeg - 3) < 1e-12);
    assert.is(coarser.steps, Math.max(1, Math.ceil(10 / times)));
  }
});

test("as many steps as are recommended give the image of ten times as many, and a third of them do not", () => {
  const turn = 4;
  // The direct beam's own spot outshines what turns.
  const isAway = (i: number): boolean => Math.hypot(Math.floor(i / 64) - 32, (i % 64) - 32) > 6;
  const image = (steps: number) => simulate(withCrystal(truth, { scan: exposureScan(-1, turn, steps) }), options).image.data.filter((_, i) => isAway(i));
  const recommended = recommendedScanSteps(truth, turn);
  const fine = image(10 * recommended);
  const brightest = Math.max(...fine);
  const farthest = (data: typeof fine): number => Math.max(...data.map((photons, i) => Math.abs(photons - fine[i]))) / brightest;
  assert.ok(recommended >= 3, `${recommended} steps`);
  assert.ok(farthest(image(recommended)) < 0.01, `${farthest(image(recommended))}`);
  assert.ok(farthest(image(Math.ceil(recommended / 3))) > 0.01);
});

test("a crystal of twice as many cells along all edges scatters through half the angle", () => {
  const doubled = withCrystal(truth, { cells: [10, 10, 10] });
  assert.ok(Math.abs(rockingWidthDeg(doubled) / rockingWidthDeg(truth) - 0.5) < 1e-12);
});

test.run();
