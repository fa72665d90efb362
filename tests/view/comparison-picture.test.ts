import { inflateSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, copy, type NdArray } from "../../src/ndarray/ndarray.js";
import { simulate } from "../../src/simulate/simulate.js";
import { colourBar } from "../../src/view/colour-bar.js";
import { unusedColour } from "../../src/view/colour-scale.js";
import { comparisonSvg } from "../../src/view/comparison-picture.js";
import { layerOf } from "../../src/view/layer.js";
import { paintedPng } from "../../src/view/painted.js";
import { upright } from "../../src/view/placement.js";
import { truth, withFluence } from "../refine/small-still.js";

/** The texts of a drawing, in their order. */
const textsIn = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

/** Red, green and blue of a PNG's pixels, row by row. */
function coloursIn(png: string, width: number): number[][][] {
  const bytes = Buffer.from(png.replace(/^.*,/, ""), "base64");
  const length = bytes.readUInt32BE(33);
  const plain = inflateSync(bytes.subarray(41, 41 + length));
  const row = 3 * width + 1;
  return Array.from({ length: plain.length / row }, (_, y) => Array.from({ length: width }, (__, x) => [...plain.subarray(y * row + 1 + 3 * x, y * row + 4 + 3 * x)]));
}

test("an image is painted pixel by pixel, light to dark, with a colour of its own for what was not measured", async () => {
  const { pyramids } = layerOf("measured", "photons", [array([[0, 4], [NaN, 1]])]);
  const contrast = { scale: "inverse grey", curve: "square root", low: 0, high: 4 } as const;
  const png = await paintedPng([{ pyramid: pyramids[0], placement: upright }], { width: 4, height: 4 }, { centre: { x: 1, y: 1 }, zoom: 2 }, contrast);
  const colours = coloursIn(png, 4);
  assert.equal(colours[0].map(([red]) => red), [255, 255, 0, 0]);
  assert.equal(colours[3][0], [...unusedColour("inverse grey")]);
  // A quarter of the range is half of its square root; the table holds seven bits behind the point.
  assert.ok(Math.abs(colours[3][3][0] - 128) <= 1, String(colours[3][3]));
});

test("a bar of colours has its ends and round values between them, none too near to another, with a sign for minus", () => {
  const box = { x: 10, y: 0, width: 200, height: 10 };
  const texts = textsIn(colourBar("one", { scale: "residual", curve: "linear", low: -5, high: 5 }, "σ", box));
  assert.equal(texts.slice(0, 3), ["−5", "5", "0"]);
  assert.is(texts[texts.length - 1], "σ");
  const logarithmic = textsIn(colourBar("two", { scale: "inverse grey", curve: "logarithm", low: 0, high: 5000 }, "photons", box));
  assert.equal(logarithmic.slice(0, 2), ["0", "5000"]);
  assert.ok(["100", "1000"].every((tick) => logarithmic.includes(tick)), logarithmic.join(" "));
});

test("a drawing for print holds three images, the strongest spots with their indices, rings, a scale and units, as type", async () => {
  const bright = withFluence(truth, 3e28);
  const model = simulate(bright, { oversample: 1 }).image;
  const measured: NdArray = copy(model, "float64");
  const residual = copy(model, "float64");
  residual.data.fill(0);
  measured.data[5] = NaN;
  const svg = await comparisonSvg(bright, { measured, model, residual }, "one.img: χ² < 2 & more");
  const texts = textsIn(svg);
  assert.match(svg, /<title>one\.img: χ² &lt; 2 &amp; more<\/title>/);
  assert.is([...svg.matchAll(/<image [^>]*href="data:image\/png;base64,/g)].length, 3 + 3 * texts.filter((text) => /^−?\d+ −?\d+ −?\d+$/.test(text)).length);
  assert.ok(texts.filter((text) => /^−?\d+ −?\d+ −?\d+$/.test(text)).length >= 4);
  for (const part of ["measured", "model", "residual", "photons per pixel"]) assert.ok(texts.includes(part), part);
  assert.ok(texts.some((text) => /^\d+ mm$/.test(text)) && texts.some((text) => /^[\d.]+ Å$/.test(text)));
  assert.not.ok(texts.some((text) => /-\d/.test(text)), texts.join("; "));
  assert.ok(texts.includes("not used"));
});

test.run();
