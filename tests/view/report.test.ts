import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { full, zeros } from "../../src/ndarray/ndarray.js";
import { addNoise } from "../../src/simulate/noise.js";
import { simulate } from "../../src/simulate/simulate.js";
import { correlationSentences } from "../../src/view/correlation-words.js";
import { selfContainedPage } from "../../src/view/document.js";
import { geometryOf } from "../../src/view/geometry.js";
import { pack } from "../../src/view/given.js";
import { boxAround, overviewOf } from "../../src/view/overview.js";
import { shellsOf } from "../../src/view/shells.js";
import { copy } from "../../src/ndarray/ndarray.js";
import { truth, withFluence } from "../refine/small-still.js";

test("correlations are said in sentences, the strongest first, with their sign", () => {
  const sentences = correlationSentences(["a", "distance", "scale"], [[1, 0.95, 0.1], [0.95, 1, -0.7], [0.1, -0.7, 1]]);
  assert.equal(sentences, [
    "a and distance are strongly correlated (0.95): their errors rise and fall together.",
    "distance and scale are correlated (−0.70): their errors rise and fall against each other.",
  ]);
  assert.match(correlationSentences(["a", "b"], [[1, 0.2], [0.2, 1]])[0], /No two parameters/);
});

test("the shells of a right model have a chi-square of 1, and hold every used pixel once", () => {
  const bright = withFluence(truth, 3e28);
  const model = simulate(bright, { oversample: 1 }).image;
  const counts = copy(addNoise(model, { seed: -3, adcOffset: 0 }).counts, "float64");
  counts.data[7] = NaN;
  const shells = shellsOf([counts], [model], (photons) => photons, geometryOf(bright));
  assert.is(shells.reduce((sum, { pixels }) => sum + pixels, 0), 64 * 64 - 1);
  for (const [i, { from, to, chiSquare, pixels }] of shells.entries()) {
    assert.ok(from > to && (i === 0 || from === shells[i - 1].to));
    if (Number.isNaN(chiSquare)) continue;
    // The squares of Poisson deviates scatter by about the square root of twice their number; weak pixels more.
    assert.ok(Math.abs(chiSquare - 1) < 6 * Math.sqrt(2 / pixels) + 0.25, `${from} to ${to}: ${chiSquare}`);
  }
});

test("a page of a report of six million pixels stays below three million bytes", () => {
  const image = zeros([2527, 2463]);
  for (let i = 0; i < image.size; i++) image.data[i] = Math.imul(i, 0x9e3779b1) >>> 29;
  const model = zeros(image.shape);
  for (let i = 0; i < model.size; i++) model.data[i] = 3 + Math.sin(i / 777) + (i % 101) / 1000;
  const [measured, expected] = [overviewOf([image]), overviewOf([model])];
  assert.is(measured.shrunk, 4);
  const given = { images: [...measured.images, ...expected.images, ...expected.images, ...measured.images.map((one) => copy(one))] };
  const page = selfContainedPage("report", "", pack(given), "0".repeat(150_000), () => "digest", gzipSync);
  assert.ok(page.length < 3e6, `${page.length} bytes`);
});

test("a small image is shown as it is, and a box holds the pixels around a place, and nothing beyond the edge", () => {
  const image = full([20, 30], 2);
  image.data[5 * 30 + 6] = 1234.5;
  assert.is(overviewOf([image]).shrunk, 1);
  assert.is(overviewOf([image]).images[0].get(5, 6), 1234.5);
  const box = boxAround(image, 6, 1, 4);
  assert.is(box.get(8, 4), 1234.5);
  assert.ok(Number.isNaN(box.get(0, 0)));
});

test.run();
