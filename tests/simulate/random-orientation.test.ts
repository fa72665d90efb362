import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { radiansPerDegree } from "../../src/physics/constants.js";
import { rotate, type Vector } from "../../src/physics/vector.js";
import { randomOrientation } from "../../src/simulate/random-orientation.js";

test("random orientations turn every vector to all directions equally often, and by angles as rotations have them", () => {
  const n = 4000;
  const axes: readonly Vector<number>[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  let traces = 0;
  const heights: number[][] = [[], [], []];
  for (let shot = 0; shot < n; shot++) {
    const [x, y, z] = randomOrientation(7, shot).map((angle) => angle * radiansPerDegree);
    axes.forEach((axis, i) => {
      const turned = rotate(axis, [x, y, z]).map(known);
      traces += turned[i] / n;
      heights[i].push(turned[(i + 1) % 3]);
    });
  }
  // Of a sphere's points every coordinate is uniform; the trace of a random rotation has mean 0 and variance 1.
  assert.ok(Math.abs(traces) < 4.5 / Math.sqrt(n), String(traces));
  for (const each of heights) {
    const [mean, square] = [1, 2].map((power) => each.reduce((sum, height) => sum + height ** power, 0) / n);
    assert.ok(Math.abs(mean) < 4.5 * Math.sqrt(1 / 3 / n) && Math.abs(square - 1 / 3) < 4.5 * Math.sqrt(4 / 45 / n), `${mean} ${square}`);
  }
});

test("a seed has one sequence of orientations, another seed another", () => {
  assert.equal(randomOrientation(1, 3), randomOrientation(1, 3));
  assert.not.equal(randomOrientation(1, 3), randomOrientation(2, 3));
  assert.not.equal(randomOrientation(1, 3), randomOrientation(1, 4));
});

test.run();
