import { test } from "uvu";
import * as assert from "uvu/assert";
import { add, div, log, mul, sub } from "../../src/autodiff/operations.js";
import type { Quantity } from "../../src/autodiff/tape.js";
import type { Experiment } from "../../src/models/experiment.js";
import { ImageModel, type PixelFunction, type PixelLoss } from "../../src/simulate/image-model.js";
import { full } from "../../src/ndarray/ndarray.js";

const loss: PixelLoss = (photons, counts) => sub(photons, mul(counts, log(add(photons, 0.1))));
const curvature: PixelFunction = (photons) => div(1, add(photons, 0.1));
const counts = full([6, 6], 3, "float64");

/** A still of 6 x 6 pixels as a function of many numbers, of which each turns the crystal and makes the beam brighter. */
function stillOf(turns: readonly number[], brightens: readonly number[]) {
  const mix = (numbers: readonly Quantity[], weights: readonly number[], start: number): Quantity =>
    numbers.reduce((sum, x, i) => (weights[i] === 0 ? sum : add(sum, mul(weights[i], x))), start);
  return new ImageModel<{ readonly x: number[] }>(
    ({ x }): Experiment<Quantity> => ({
      beam: { wavelengthA: 1, fluence: mul(1e24, mix(x, brightens, 1)) },
      crystal: { lattice: { a: 40, b: 45, c: 50, alpha: 90, beta: 90, gamma: 90 }, cells: [5, 5, 5], missetDeg: [mix(x, turns, 10), 20, 30] },
      structureFactors: 100,
      detector: { distanceMm: 100, pixelSizeMm: 3, pixels: { fast: 6, slow: 6 } },
    }),
    { oversample: 1 },
  );
}

/** The normal equations of numbers that act on two of them, as the chain rule has it. */
function followsFromTwo(turns: readonly number[], brightens: readonly number[]): void {
  const x = turns.map(() => 0);
  const many = stillOf(turns, brightens).normalEquations(loss, curvature, { x }, counts);
  const two = stillOf([1, 0], [0, 1]).normalEquations(loss, curvature, { x: [0, 0] }, counts);
  const near = (actual: number, wanted: number, size: number, what: string): void =>
    assert.ok(Math.abs(actual - wanted) <= 1e-10 * size, `${what} is ${actual}, not ${wanted}`);
  const size = Math.max(...two.normal.flat().map(Math.abs));
  assert.ok(size > 0 && many.loss === two.loss);
  x.forEach((_, i) => {
    near(many.gradient[i], turns[i] * two.gradient[0] + brightens[i] * two.gradient[1], Math.max(...two.gradient.map(Math.abs)), `derivative ${i}`);
    x.forEach((__, j) => {
      const [[n00, n01], [, n11]] = two.normal;
      const wanted = turns[i] * turns[j] * n00 + (turns[i] * brightens[j] + turns[j] * brightens[i]) * n01 + brightens[i] * brightens[j] * n11;
      near(many.normal[i][j], wanted, size, `product ${i}, ${j}`);
    });
  });
}

test("normal equations of 60 numbers that turn a crystal and of 1,000 that make its beam brighter follow from those of two", () => {
  const weights = (count: number, end: number, frequency: number): number[] =>
    Array.from({ length: count }, (_, i) => (i < end ? Math.sin(1 + frequency * i) : 0));
  followsFromTwo(weights(60, 60, 1.3), weights(60, 45, 2.1));
  followsFromTwo(weights(1000, 5, 1.3), weights(1000, 1000, 2.1));
});

test.run();
