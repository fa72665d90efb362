import { test } from "uvu";
import * as assert from "uvu/assert";
import { boxesAround } from "../../../src/refine/boxes/box.js";
import { pointsNeeded } from "../../../src/refine/boxes/points.js";
import { Prediction } from "../../../src/refine/boxes/prediction.js";
import { ProfileProgram } from "../../../src/refine/boxes/profile-program.js";
import { full } from "../../../src/ndarray/ndarray.js";
import { imageOf, truth } from "./closed-still.js";

const { background, ...lit } = truth;
/** With spots so wide that the middles of pixels show their widths. */
const dark = { ...lit, detector: { ...lit.detector, footprintMm: 0.08 } };
const image = imageOf(dark);
const reflections = new Prediction(dark).all({ deviations: 1.5 });
const boxes = boxesAround(image, full(image.shape, 1, "int32"), reflections);
const profile = new Float64Array(boxes.pixels.count);
new ProfileProgram(dark, []).profiles(boxes.pixels, [], [0, 0, 0], (first, count, [own]) => {
  for (let p = 0; p < count; p++) profile[first + p] += 60 ** 2 * own[p];
});

test("the profile of a box, times |F|², is what the whole image in closed form has there", () => {
  assert.ok(boxes.boxes.length > 20, `${boxes.boxes.length} boxes`);
  for (const { first, end } of boxes.boxes) {
    const at = Array.from({ length: end - first }, (_, i) => first + i).reduce((best, p) => (profile[p] > profile[best] ? p : best));
    assert.ok(Math.abs(profile[at] / boxes.pixels.counts[at] - 1) < 1e-6, `${profile[at]} and ${boxes.pixels.counts[at]}`);
  }
});

test("a spot has its middle where its reflection is predicted, and its predicted width", () => {
  // The widths are those of the middle, and change a little over a spot.
  const whole = boxes.boxes.filter(({ first, end }) => end - first >= 13 * 13);
  assert.ok(whole.length > 4, `${whole.length} boxes`);
  for (const { first, end, reflection } of whole) {
    let [sum, fast, slow, square] = [0, 0, 0, 0];
    const { fast: x, slow: y } = boxes.pixels;
    for (let p = first; p < end; p++) {
      sum += profile[p];
      fast += profile[p] * x[p];
      slow += profile[p] * y[p];
    }
    for (let p = first; p < end; p++) square += profile[p] * (x[p] - fast / sum) ** 2;
    assert.ok(Math.hypot(fast / sum - reflection.fast, slow / sum - reflection.slow) < 0.1, `${reflection.hkl.join()} is at ${fast / sum} ${slow / sum}, not ${reflection.fast} ${reflection.slow}`);
    assert.ok(Math.abs(square / sum / reflection.covariance.fast - 1) < 0.05, `${reflection.hkl.join()}: ${square / sum} is not ${reflection.covariance.fast}`);
  }
});

test("spots narrower than a pixel keep their photons wherever in the pixels they lie, when they are summed over points", () => {
  const narrow = { ...lit, crystal: { ...lit.crystal, domainA: [700, 700, 700, 0, 0, 0] as const, etaDeg: 0.03 } };
  const met = new Prediction(narrow).all({ deviations: 1 });
  assert.ok(pointsNeeded(met) > 1);
  const around = boxesAround(image, full(image.shape, 1, "int32"), met);
  const photonsWith = (points: number): number[] => {
    const sums = new Float64Array(around.pixels.count);
    new ProfileProgram(narrow, [], points).profiles(around.pixels, [], [0, 0, 0], (first, count, [own]) => {
      for (let p = 0; p < count; p++) sums[first + p] += own[p];
    });
    return around.boxes.map(({ first, end }) => sums.subarray(first, end).reduce((sum, photons) => sum + photons, 0));
  };
  const [right, fine] = [photonsWith(pointsNeeded(met)), photonsWith(8)];
  assert.ok(fine.length > 3);
  fine.forEach((photons, i) => assert.ok(Math.abs(right[i] / photons - 1) < 0.03, `${right[i]} is not ${photons}`));
});

test("a pixel belongs to the box of the nearest reflection alone, and a masked one to none", () => {
  const mask = full(image.shape, 1, "int32");
  const [{ fast, slow }] = reflections;
  const masked = (Math.floor(slow) + 3) * image.shape[1] + Math.floor(fast) + 2;
  mask.data[masked] = 0;
  const { pixels } = boxesAround(image, mask, reflections);
  const places = Array.from({ length: pixels.count }, (_, p) => Math.floor(pixels.slow[p]) * image.shape[1] + Math.floor(pixels.fast[p]));
  assert.is(new Set(places).size, pixels.count);
  assert.not.ok(places.includes(masked));
});

test.run();
