import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ran1 } from "../../src/models/ran1.js";
import { array, copy, full, toNested, type NdArray } from "../../src/ndarray/ndarray.js";
import { slice, transpose } from "../../src/ndarray/views.js";
import { addNoise, NoisyRows, gammln, gaussdev, poidev } from "../../src/simulate/noise.js";

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

function moments(drawn: readonly number[]): Moments {
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  return { mean, variance: drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length };
}

/** The first pixels of two of the reference program's images: means below and above 12, so that both ways to draw take turns. */
const weak: NdArray = array(
  [[2.274857759475708, 7.103950023651123, 246.2486114501953, 1.544433355331421, 1.2834454774856567, 20.588520050048828,
    1.3576834201812744, 33.746517181396484, 6.236098766326904, 0.08691510558128357, 187.01499938964844, 42.797142028808594,
    372.1705322265625, 56.39531326293945, 0.12273047119379044, 41.19265365600586]],
  "float32",
);
const dark: NdArray = array(
  [[0, 0, 0, 0, 0, 0.1657593697309494, 0.3171662986278534, 0.526761531829834, 0.7587050795555115, 0.0010630765464156866,
    0.004083298146724701, 8.459314346313477]],
  "float32",
);

test("the reference program's noise comes out draw for draw", () => {
  assert.equal(toNested(addNoise(weak, { seed: -42, adcOffset: 10 }).counts), [
    [13, 15, 238, 11, 11, 31, 11, 38, 14, 10, 200, 44, 391, 73, 10, 59],
  ]);
  assert.equal(toNested(addNoise(dark, { seed: -7 }).counts), [[40, 40, 40, 40, 40, 40, 41, 42, 40, 40, 40, 50]]);
});

test("photons are summed without the offset, and pixels above 16 bits are counted", () => {
  const { counts, photons, overloads } = addNoise(array([[1e5, 0, 2e6]]), { seed: -1 });
  assert.equal(toNested(counts), [[65535, 40, 65535]]);
  assert.is(overloads, 2);
  assert.ok(Math.abs(photons - 2.1e6) < 5 * Math.sqrt(2.1e6));
  assert.is(addNoise(weak, { seed: -42, adcOffset: 0 }).photons, addNoise(weak, { seed: -42, adcOffset: 10 }).photons);
});

test("a full pixel is no overload", () => {
  assert.equal(addNoise(array([[0, 0]]), { seed: -1, adcOffset: 65535 }), {
    counts: array([[65535, 65535]], "int32"), photons: 0, overloads: 0,
  });
});

test("only the pixels of the region are drawn, and the others have no counts", () => {
  const image = full([3, 3], 20);
  const roi = { fastMin: 1, fastMax: 2, slowMin: 0, slowMax: 1 };
  const { counts } = addNoise(image, { seed: -5, roi });
  const small = addNoise(full([2, 2], 20), { seed: -5 }).counts;
  assert.equal(toNested(counts), [[0, small.get(0, 0), small.get(0, 1)], [0, small.get(1, 0), small.get(1, 1)], [0, 0, 0]]);
});

test("each pixel is drawn from its own photons, whatever the strides of the image", () => {
  const image = array([[0, 1e4, 0], [0, 0, 0], [1e4, 0, 2e4]]);
  for (const view of [image, transpose(image), slice(image, { step: -1 }, { step: -1 })]) {
    const { counts, photons } = addNoise(view, { seed: -3, adcOffset: 0 });
    for (let slow = 0; slow < 3; slow++) for (let fast = 0; fast < 3; fast++) assert.ok(Math.abs(counts.get(slow, fast) - view.get(slow, fast)) < 6 * Math.sqrt(view.get(slow, fast)) + 1e-9, `${slow} ${fast}`);
    assert.is(photons, counts.data.reduce((sum, count) => sum + count, 0));
  }
});

test("the same seed gives the same image, another seed another one", () => {
  const image = full([8, 8], 30);
  const noise = (seed: number): number[] => Array.from(addNoise(image, { seed }).counts.data);
  assert.equal(noise(-3), noise(-3));
  assert.not.equal(noise(-3), noise(-4));
});

test("a seed above 0 goes on with the generator that it is given", () => {
  const image = full([8, 8], 30);
  const generator = new Ran1();
  generator.stream(-12)();
  const goesOn = addNoise(image, { seed: 3, generator }).counts;
  assert.not.equal(toNested(goesOn), toNested(addNoise(image, { seed: 3 }).counts));
});

test("the deviates of a mean have that mean and that variance, however they are drawn", () => {
  const count = 20000;
  const draw = poidev(new Ran1().stream(-2024));
  for (const expected of [0.03, 1, 5, 11.99, 12, 40, 1000, 2e5, 3e6]) {
    const { mean, variance } = moments(Array.from({ length: count }, () => draw(expected)));
    assert.ok(Math.abs(mean - expected) < 4 * Math.sqrt(expected / count), `mean ${mean} of ${expected}`);
    const spread = Math.sqrt((2 * expected ** 2 + expected) / count);
    assert.ok(Math.abs(variance - expected) < 4 * spread, `variance ${variance} of ${expected}`);
  }
});

test("each count is as frequent as Poisson says", () => {
  const count = 20000;
  const draw = poidev(new Ran1().stream(-11));
  for (const mean of [3, 15]) {
    const frequency = new Array<number>(60).fill(0);
    for (let i = 0; i < count; i++) frequency[draw(mean)]++;
    let probability = Math.exp(-mean);
    for (let k = 0; k < 30; probability *= mean / ++k) {
      const tolerance = 4.5 * Math.sqrt((probability * (1 - probability)) / count) + 1e-4;
      assert.ok(Math.abs(frequency[k] / count - probability) < tolerance, `${k} of mean ${mean}: ${frequency[k]}`);
    }
  }
});

test("deviates are whole numbers up to a mean of a million, and Gaussian above", () => {
  const draw = poidev(new Ran1().stream(-4));
  const areWhole = (mean: number): boolean => Array.from({ length: 100 }, () => draw(mean)).every(Number.isInteger);
  assert.ok(areWhole(999999));
  assert.ok(areWhole(1e6));
  assert.not(areWhole(1000001));
});

test("where no photons are expected, none come", () => {
  const draw = poidev(new Ran1().stream(-1));
  assert.equal([draw(0), draw(0), draw(-5)], [0, 0, 0]);
});

test("Gaussian deviates have mean 0, variance 1 and kurtosis 3, and do not repeat in pairs", () => {
  const count = 40000;
  const draw = gaussdev(new Ran1().stream(-8));
  const drawn = Array.from({ length: count }, () => draw());
  const { mean, variance } = moments(drawn);
  assert.ok(Math.abs(mean) < 4 / Math.sqrt(count));
  assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / count));
  assert.ok(Math.abs(moments(drawn.map((value) => value ** 2)).variance + variance ** 2 - 3) < 4 * Math.sqrt(96 / count));
  const neighbours = drawn.slice(1).reduce((sum, value, i) => sum + value * drawn[i], 0) / count;
  assert.ok(Math.abs(neighbours) < 4 / Math.sqrt(count));
});

test("a pair of Gaussian deviates comes from one point in the unit circle, its second coordinate first", () => {
  const uniform = new Ran1().stream(-1);
  const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
  const draw = gaussdev(new Ran1().stream(-1));
  const [first, second] = [draw(), draw()];
  assert.ok(x * x + y * y < 1);
  assert.ok(Math.abs(first / second - y / x) < 1e-5);
  assert.ok(Math.abs(first ** 2 + second ** 2 + 2 * Math.log(x * x + y * y)) < 1e-5);
});

test("the gamma function continues the factorials", () => {
  let logFactorial = 0;
  for (let n = 1; n < 100; n++) {
    logFactorial += Math.log(n);
    assert.ok(Math.abs(gammln(n + 1) - logFactorial) <= 2e-7 * Math.max(logFactorial, 1e-3), `${n}!`);
  }
  assert.ok(Math.abs(gammln(0.5) - Math.log(Math.PI) / 2) < 1e-7);
});

test("noise that is drawn in pieces is the one that is drawn at once", () => {
  const image = full([9, 5], 3, "float32");
  const options = { seed: -4, adcOffset: 10, roi: { fastMin: 1, fastMax: 3, slowMin: 2, slowMax: 7 } };
  const wanted = addNoise(image, options);
  const counts = new Uint16Array(image.size);
  const rows = new NoisyRows(image.shape, options, counts);
  for (const end of [1, 3, 3, 2, 6]) {
    const unfinished = copy(image);
    unfinished.data.fill(1e5, 5 * end);
    rows.upTo(unfinished, end);
  }
  assert.ok(counts.subarray(6 * 5).every((count) => count === 0));
  const { photons, overloads } = rows.finish(image);
  assert.equal([...counts], [...wanted.counts.data]);
  assert.equal([photons, overloads], [wanted.photons, wanted.overloads]);
});

test.run();
