import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../src/models/experiment.js";
import { shotOf, type SeriesScatter } from "../../src/simulate/series.js";

const mean: Experiment = {
  beam: { wavelengthA: 1.2, fluence: 1e24 },
  crystal: { lattice: { a: 50, b: 50, c: 80, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [10, 12, 14] },
  detector: { pixels: { fast: 4, slow: 4 }, pixelSizeMm: 1 },
  structureFactors: 1,
};
const n = 1000;
const drawn = (scatter: SeriesScatter): Experiment[] => Array.from({ length: n }, (_, shot) => shotOf(mean, scatter, shot));
const edge = ({ crystal: { lattice } }: Experiment, name: "a" | "b" | "c"): number => ("a" in lattice ? lattice[name] : NaN);

/** Asserts that numbers have a mean and a standard deviation, within four standard deviations of either's own scatter. */
function spreadsAs(numbers: readonly number[], wantedMean: number, wanted: number, excess = 0): void {
  const average = numbers.reduce((sum, x) => sum + x, 0) / n;
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - average) ** 2, 0) / (n - 1));
  assert.ok(Math.abs(average - wantedMean) < (4 * wanted) / Math.sqrt(n), `mean ${average}, not ${wantedMean}`);
  assert.ok(Math.abs(deviation / wanted - 1) < 4 * Math.sqrt((2 + excess) / (4 * n)), `deviation ${deviation}, not ${wanted}`);
}

test("what is drawn has the mean of the experiment and the standard deviation that was asked for", () => {
  const shots = drawn({ misset: { deviation: 0.5, seed: 1 }, cell: { deviation: 0.01, seed: 2 }, size: { deviation: 0.3, seed: 3 }, fluence: { deviation: 0.5, seed: 4 }, wavelength: { deviation: 0.002, seed: 5 } });
  [10, 20, 30].forEach((angle, axis) => spreadsAs(shots.map(({ crystal: { missetDeg = [0, 0, 0] } }) => missetDeg[axis]), angle, 0.5));
  spreadsAs(shots.map((shot) => edge(shot, "a")), 50, 0.5);
  spreadsAs(shots.map((shot) => edge(shot, "c")), 80, 0.8);
  // The excess kurtosis of a logarithm that is Gaussian with this deviation is 1.6, that of four modes 6/4.
  spreadsAs(shots.map(({ crystal: { cells = [1, 1, 1] } }) => cells[1]), 12, 3.6, 1.6);
  spreadsAs(shots.map(({ beam: { fluence = 0 } }) => fluence), 1e24, 0.5e24, 1.5);
  spreadsAs(shots.map(({ beam }) => beam.wavelengthA), 1.2, 0.0024);
  assert.ok(shots.every((shot) => edge(shot, "a") === edge(shot, "b")), "edges that are equal stay so");
  assert.ok(shots.every(({ crystal: { cells = [1, 1, 1] } }) => Math.abs(cells[0] / cells[2] - 10 / 14) < 1e-12), "a crystal keeps its shape");
});

test("pulses of one mode are distributed exponentially, those of half a mode wider still", () => {
  const relative = (deviation: number): number[] => drawn({ fluence: { deviation, seed: 9 } }).map(({ beam: { fluence = 0 } }) => fluence / 1e24);
  const one = relative(1);
  spreadsAs(one, 1, 1, 6);
  for (const x of [0.1, 0.7, 2]) {
    const above = one.filter((value) => value > x).length / n;
    assert.ok(Math.abs(above - Math.exp(-x)) < 4 * Math.sqrt(0.25 / n), `${above} above ${x}, not ${Math.exp(-x)}`);
  }
  spreadsAs(relative(Math.SQRT2), 1, Math.SQRT2, 12);
});

test("each quantity depends on its own seed and the shot alone", () => {
  const cell = { deviation: 0.01, seed: 2 };
  assert.equal(shotOf(mean, { cell, size: { deviation: 1, seed: 3 } }, 7).crystal.lattice, shotOf(mean, { cell, wavelength: { deviation: 0.1, seed: 2 } }, 7).crystal.lattice);
  assert.is.not(edge(shotOf(mean, { cell }, 7), "a"), edge(shotOf(mean, { cell: { ...cell, seed: 3 } }, 7), "a"));
  assert.is.not(edge(shotOf(mean, { cell }, 7), "a"), edge(shotOf(mean, { cell }, 8), "a"));
  assert.equal(shotOf(mean, {}, 3), mean);
});

test("a lattice of reciprocal vectors is scattered as its cell is", () => {
  const reciprocal: Experiment = { ...mean, crystal: { ...mean.crystal, lattice: { aStar: [0.02, 0, 0], bStar: [0, 0.02, 0], cStar: [0, 0, 0.0125] } } };
  const { lattice } = shotOf(reciprocal, { cell: { deviation: 0.01, seed: 2 } }, 7).crystal;
  const cell = shotOf(mean, { cell: { deviation: 0.01, seed: 2 } }, 7);
  assert.ok("aStar" in lattice);
  if ("aStar" in lattice) assert.ok(Math.abs(Number(lattice.aStar[0]) * edge(cell, "a") - 1) < 1e-12 && Math.abs(Number(lattice.cStar[2]) * edge(cell, "c") - 1) < 1e-12);
});

test.run();
