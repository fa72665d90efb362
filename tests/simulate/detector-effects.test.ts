import { test } from "uvu";
import * as assert from "uvu/assert";
import { flatData, full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { deadMark, detect, gapMark, type DetectorEffects } from "../../src/simulate/detector-effects.js";
import { PixelRandom } from "../../src/simulate/pixel-random.js";
import { spreadLight, spreadTo } from "../../src/simulate/point-spread.js";
import { refuses } from "../io/refusal.js";

function moments(values: ArrayLike<number>): { readonly mean: number; readonly variance: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  return { mean, variance: all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1) };
}

/** Asserts mean and variance of draws within so many standard deviations of what they should be. */
function assertMoments(values: ArrayLike<number>, mean: number, variance: number, kurtosis = 3): void {
  const found = moments(values);
  const n = values.length;
  assert.ok(Math.abs(found.mean - mean) < 4.5 * Math.sqrt(variance / n), `mean ${found.mean} of ${mean}`);
  assert.ok(Math.abs(found.variance - variance) < 4.5 * variance * Math.sqrt((kurtosis - 1) / n), `variance ${found.variance} of ${variance}`);
}

const flat = (photons: number): NdArray => full([50, 40], photons);
const counts = (image: NdArray, effects: Omit<DetectorEffects, "seed">, seed = 5): ArrayLike<number> => flatData(detect(image, { seed, ...effects }).counts);

test("deviates of pixels are uniform, and neighbouring pixels, seeds, purposes and draws have nothing to do with each other", () => {
  const n = 20000;
  const draw = (seed: number, purpose: string, shift: number, skipped: number): number[] =>
    Array.from({ length: n }, (_, pixel) => {
      const random = new PixelRandom(seed, purpose).at(pixel + shift);
      for (let i = 0; i < skipped; i++) random.uniform();
      return random.uniform();
    });
  const base = draw(1, "a", 0, 0);
  assertMoments(base, 0.5, 1 / 12, 1.8);
  for (const other of [draw(1, "a", 1, 0), draw(2, "a", 0, 0), draw(1, "b", 0, 0), draw(1, "a", 0, 1), draw(1 + 2 ** 33, "a", 0, 0)]) {
    const correlation = base.reduce((sum, x, i) => sum + (x - 0.5) * (other[i] - 0.5), 0) / (n / 12);
    assert.ok(Math.abs(correlation) < 4.5 / Math.sqrt(n), String(correlation));
  }
});

test("photons, gain, offset, read-out and calibration have the means and variances of their formulas", () => {
  for (const photons of [0.3, 7, 250, 4e6]) assertMoments(counts(flat(photons), {}), photons, photons, 3 + 1 / photons);
  assertMoments(counts(flat(100), { gain: 2.5, offset: 40, readNoise: 6 }), 290, 2.5 ** 2 * 100 + 36);
  assertMoments(counts(flat(1e4), { countingNoise: false, calibration: 0.03 }), 1e4, 9e4);
  assertMoments(counts(flat(1e4), { calibration: 0.03 }), 1e4, 9e4 + 1e4 * (1 + 0.0009));
});

test("the beam flickers by shots, which it shares with all pixels", () => {
  const shots = Array.from({ length: 1000 }, (_, shot) => detect(full([1, 2], 1000), { seed: 8, shot, flicker: 0.1, countingNoise: false }));
  shots.forEach(({ counts: image, beam }) => assert.ok(image.get(0, 0) === image.get(0, 1) && Math.abs(image.get(0, 0) - 1000 * beam) < 1e-9));
  assertMoments(shots.map(({ beam }) => beam), 1, 0.01);
});

test("photons differ from shot to shot, a detector's faults do not", () => {
  const effects = { dead: 0.1, hot: 0.05, calibration: 0.1, saturation: 1000 };
  const [first, second, again] = [0, 1, 0].map((shot) => counts(flat(200), { ...effects, shot }));
  assert.equal(Array.from(first), Array.from(again));
  assert.not.equal(Array.from(first), Array.from(second));
  const faults = (values: ArrayLike<number>): boolean[] => Array.from(values, (value) => value === deadMark || value === 1000);
  assert.equal(faults(first), faults(second));
  const [dead, hot] = [deadMark, 1000].map((mark) => Array.from(first).filter((value) => value === mark).length / 2000);
  assert.ok(Math.abs(dead - 0.1) < 0.03 && Math.abs(hot - 0.05) < 0.02);
  assert.not.equal(faults(first), faults(counts(flat(200), effects, 6)));
});

test("a pixel is drawn by itself: a part of an image has the counts that the whole one has there", () => {
  const effects = { gain: 1.3, readNoise: 2, calibration: 0.05, dead: 0.02 };
  const whole = counts(full([30, 40], 80), effects);
  assert.equal(Array.from(counts(full([10, 40], 80), effects)), Array.from(whole).slice(0, 400));
});

test("a panel that begins at a pixel has the draws of the image from that pixel on", () => {
  const effects = { gain: 3, readNoise: 1, calibration: 0.1, dead: 0.05, hot: 0.02 };
  const whole = Array.from(counts(full([50, 40], 20), effects));
  assert.equal(Array.from(counts(full([20, 40], 20), { ...effects, firstPixel: 1200 })), whole.slice(1200));
});

test("modules have gains of their own, and gaps between them", () => {
  const modules = { fast: 10, slow: 20, gapFast: 2, gapSlow: 3 };
  const image = detect(flat(1000), { seed: 4, countingNoise: false, modules, moduleCalibration: 0.05 }).counts;
  assert.equal([image.get(0, 10), image.get(20, 0), image.get(22, 5)], [gapMark, gapMark, gapMark]);
  assert.ok(image.get(0, 0) === image.get(19, 9) && image.get(0, 0) !== image.get(0, 12) && image.get(0, 0) > 0);
  // Of 40 x 50 pixels four columns and three rows of modules, or parts of them.
  const gains = new Set([0, 23, 46].flatMap((slow) => [0, 12, 24, 36].map((fast) => image.get(slow, fast))));
  assert.is(gains.size, 12);
});

test("counting that takes time loses counts, a full pixel is full, and a beam stop shades", () => {
  assert.is(counts(flat(100), { countingNoise: false, countLimit: 300 })[0], 75);
  const full_ = detect(flat(100), { seed: 1, countingNoise: false, saturation: 70 });
  assert.equal([full_.counts.get(3, 3), full_.saturated], [70, 2000]);
  const shaded = detect(flat(100), { seed: 1, countingNoise: false, beamStop: { fast: 20, slow: 25, radius: 5, transmission: 0.01 } }).counts;
  assert.equal([shaded.get(25, 20), shaded.get(25, 25), shaded.get(25, 26), shaded.get(29, 24)], [1, 1, 100, 100]);
});

for (const shape of ["gauss", "fibre"] as const) {
  test(`a point's light falls to a half at half of the width, and all of it falls somewhere: ${shape}`, () => {
    const spread = { shape, fwhmPixels: 40 };
    const half = (spreadTo(spread, 20, 0) / spreadTo(spread, 0, 0));
    assert.ok(Math.abs(half - 0.5) < 0.005, String(half));
    let inside = 0;
    for (let i = -300; i <= 300; i++) for (let j = -300; j <= 300; j++) inside += spreadTo({ shape, fwhmPixels: 2.5 }, i, j);
    const g = 2.5 / (2 * Math.sqrt(2 ** (2 / 3) - 1));
    const beyond = shape === "gauss" ? 0 : ((4 / (2 * Math.PI)) * g * Math.SQRT2) / 300.5;
    assert.ok(Math.abs(1 - inside - beyond) < 2e-5, `${inside} and ${beyond}`);
  });

  test(`spread light is the sum of what all pixels send, up to the image's edge: ${shape}`, () => {
    const image = zeros([9, 12]);
    for (const [slow, fast, light] of [[2, 3, 100], [8, 11, 40], [0, 0, 7]]) image.data[12 * slow + fast] = light;
    const spread = { shape, fwhmPixels: 1.7 };
    const found = spreadLight(image, spread);
    for (let j = 0; j < 9; j++) {
      for (let i = 0; i < 12; i++) {
        const wanted = 100 * spreadTo(spread, i - 3, j - 2) + 40 * spreadTo(spread, i - 11, j - 8) + 7 * spreadTo(spread, i, j);
        assert.ok(Math.abs(found.get(j, i) - wanted) < 1e-6, `${j} ${i}`);
      }
    }
  });
}

test("effects that cannot be are refused by name", () => {
  const wrong: readonly (readonly [Partial<DetectorEffects>, RegExp])[] = [
    [{ gain: 0 }, /gain is 0/], [{ readNoise: -1 }, /readNoise is -1/], [{ dead: 0.7, hot: 0.7 }, /cannot be more than 1/], [{ seed: 0.5 }, /whole numbers/],
    [{ moduleCalibration: 0.1 }, /needs modules/], [{ pointSpread: { shape: "gauss", fwhmPixels: 0 } }, /width of the point spread is 0/],
    [{ saturation: NaN }, /saturation is NaN/], [{ offset: Infinity }, /offset is Infinity/],
  ];
  for (const [effects, message] of wrong) refuses(() => detect(flat(1), { seed: 1, ...effects }), message);
});

test.run();
