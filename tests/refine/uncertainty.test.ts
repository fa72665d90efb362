import { test } from "uvu";
import * as assert from "uvu/assert";
import { uncertainty } from "../../src/refine/uncertainty.js";

const close = (a: number | undefined, b: number): void => assert.ok(Math.abs((a ?? NaN) - b) < 1e-9 * Math.abs(b), `${a} is not ${b}`);

test("of a likelihood the covariance is the inverse of the information", () => {
  const normal = [[4, 2], [2, 3]];
  const { sigmas, correlations, undetermined } = uncertainty(normal, normal);
  // The inverse is [[3, -2], [-2, 4]] / 8.
  close(sigmas[0], Math.sqrt(3 / 8));
  close(sigmas[1], Math.sqrt(4 / 8));
  close(correlations[0][1], -2 / Math.sqrt(12));
  assert.equal(undetermined, []);
});

test("noise of another size than the curvature says widens the standard deviations", () => {
  const { sigmas } = uncertainty([[100]], [[400]]);
  close(sigmas[0], 0.2);
});

test("two parameters that only count together are told, and a third one keeps its standard deviation", () => {
  const normal = [[100, 100, 0], [100, 100, 0], [0, 0, 25]];
  const { sigmas, undetermined } = uncertainty(normal, normal);
  assert.equal(sigmas.slice(0, 2), [undefined, undefined]);
  close(sigmas[2], 0.2);
  assert.equal(undetermined.map((members) => [...members].sort()), [[0, 1]]);
});

test("a parameter on which nothing depends is told alone", () => {
  const { sigmas, undetermined } = uncertainty([[0, 0], [0, 16]], [[0, 0], [0, 16]]);
  assert.equal(sigmas[0], undefined);
  close(sigmas[1], 0.25);
  assert.equal(undetermined, [[0]]);
});

test("what remains more doubtful than it was at the start is not determined", () => {
  const { sigmas, undetermined } = uncertainty([[0.01, 0], [0, 100]], [[0.01, 0], [0, 100]]);
  assert.equal(sigmas[0], undefined);
  close(sigmas[1], 0.1);
  assert.equal(undetermined, [[0]]);
});

test("a parameter that hardly changes anything, and that alike another one, leaves that one as certain as without it", () => {
  // The second moves the image as the first does, but a thousand times less: a mosaic spread near 0 turns the crystal on average.
  for (const faint of [1e-3, 1e-8, 0]) {
    const normal = [[400, 400 * faint], [400 * faint, 400 * faint ** 2 * (1 + 1e-9)]];
    const { sigmas, undetermined } = uncertainty(normal, normal);
    close(sigmas[0], 0.05);
    assert.equal([sigmas[1], undetermined], [undefined, [[1]]]);
  }
});

test("a parameter on its bound is taken as known", () => {
  const normal = [[4, 2], [2, 3]];
  const { sigmas } = uncertainty(normal, normal, [1]);
  close(sigmas[0], 0.5);
  assert.is(sigmas[1], 0);
});

test.run();
