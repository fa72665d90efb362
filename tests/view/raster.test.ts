import { test } from "uvu";
import * as assert from "uvu/assert";
import { toDetector } from "../../src/view/camera.js";
import { array, full } from "../../src/ndarray/ndarray.js";
import { colourAt, colourTable, fractionOf, packed, unusedColour, valueAtFraction, type Contrast } from "../../src/view/colour-scale.js";
import { Pyramid } from "../../src/view/pyramid.js";
import { paint } from "../../src/view/raster.js";
import { pixelAt, placeOf, upright } from "../../src/view/placement.js";

const contrast: Contrast = { scale: "inverse grey", curve: "linear", low: 0, high: 100 };

test("values of a scale go to fractions and back, on every curve", () => {
  for (const curve of ["linear", "square root", "logarithm"] as const) {
    for (const value of [0, 1, 17, 99, 100]) assert.ok(Math.abs(valueAtFraction(fractionOf(value, { ...contrast, curve }), { ...contrast, curve }) - value) < 1e-9);
  }
});

test("the table of colours is within a hundredth of each number's own colour, and knows what is no number", () => {
  const table = colourTable(contrast);
  const bits = new DataView(new ArrayBuffer(4));
  for (const value of [0, 0.3, 12.7, 55, 99.9, 1e9, -5]) {
    bits.setFloat32(0, value);
    const grey = table[bits.getUint16(0)] & 255;
    assert.ok(Math.abs(grey - colourAt("inverse grey", fractionOf(value, contrast))[0]) <= 2, String(value));
  }
  bits.setFloat32(0, NaN);
  assert.is(table[bits.getUint16(0)], packed(unusedColour("inverse grey")));
});

test("smaller versions of an image keep its brightest pixel, and what is no number only where nothing else is", () => {
  const image = full([200, 300], 1, "float32");
  image.data[77 * 300 + 211] = 5000;
  image.data.fill(NaN, 0, 2);
  const pyramid = new Pyramid(image);
  assert.equal([0, 1, 2, 9].map((halvings) => pyramid.at(halvings).shrunk), [1, 2, 4, 4]);
  for (const halvings of [0, 1, 2]) {
    assert.is(Math.max(...pyramid.at(halvings).image.data.filter((value) => !Number.isNaN(value))), 5000);
  }
  const half = pyramid.at(1).image;
  assert.is(half.get(0, 0), 1);
  assert.is(half.get(38, 105), 5000);
});

test("every pixel of the window has the colour of the detector's pixel below it", () => {
  const image = array([[0, 100, 50], [100, 0, 0]], "float32");
  const window = { width: 6, height: 4 };
  const target = new Int32Array(24);
  paint(target, window, { centre: { x: 1.5, y: 1 }, zoom: 2 }, [{ pyramid: new Pyramid(image), placement: upright }], colourTable(contrast));
  const greys = [...target].map((pixel) => pixel & 255);
  const row = (values: readonly number[]): number[] => values.flatMap((value) => [value, value]);
  const half = greys[4];
  assert.ok(Math.abs(half - 127) <= 2);
  assert.equal(greys, [...row([255, 0, half]), ...row([255, 0, half]), ...row([0, 255, 255]), ...row([0, 255, 255])]);
});

test("at any zoom and place, and through the gaps of a leaning panel, the window shows what is below it", () => {
  const image = array(Array.from({ length: 9 }, (_, row) => Array.from({ length: 7 }, (__, column) => (37 * row + 11 * column) % 100)), "float32");
  const table = colourTable(contrast);
  const window = { width: 31, height: 23 };
  const placements = [upright, { origin: { x: 6, y: 9 }, fast: { x: -1, y: 0 }, slow: { x: 0, y: -1 } }, { origin: { x: 1, y: 0 }, fast: { x: 0.8, y: 0.6 }, slow: { x: -0.6, y: 0.8 } }];
  for (const placement of placements) {
    for (const zoom of [0.9, 1.7, 3.3]) {
      const camera = { centre: { x: 3.21, y: 4.57 }, zoom };
      const target = new Int32Array(window.width * window.height);
      const pyramid = new Pyramid(image);
      paint(target, window, camera, [{ pyramid, placement }], table);
      const expected = Array.from(target, (_, i) => {
        const { fast, slow } = pixelAt(placement, toDetector(camera, window, { x: (i % window.width) + 0.5, y: Math.floor(i / window.width) + 0.5 }));
        const isInside = fast >= 0 && slow >= 0 && fast < 7 && slow < 9;
        return isInside ? table[pyramid.whole.bits[7 * Math.floor(slow) + Math.floor(fast)]] : 0;
      });
      assert.equal([...target], expected, `zoom ${zoom}`);
    }
  }
});

test("what no panel covers stays as it is, and a panel on its side shows its rows as columns", () => {
  const image = array([[100, 0]], "float32");
  const target = new Int32Array(4);
  const placement = { origin: { x: 1, y: 0 }, fast: { x: 0, y: 1 }, slow: { x: -1, y: 0 } };
  paint(target, { width: 2, height: 2 }, { centre: { x: 1, y: 1 }, zoom: 1 }, [{ pyramid: new Pyramid(image), placement }], colourTable(contrast));
  assert.equal([...target].map((pixel) => (pixel === 0 ? "free" : pixel & 255)), [0, "free", 255, "free"]);
});

test("a pixel of a turned panel is found again behind its place", () => {
  const placement = { origin: { x: 5, y: -3 }, fast: { x: 0.8, y: 0.6 }, slow: { x: -0.5, y: 0.9 } };
  const { fast, slow } = pixelAt(placement, placeOf(placement, 12.5, 7.25));
  assert.ok(Math.abs(fast - 12.5) < 1e-12 && Math.abs(slow - 7.25) < 1e-12);
});


test.run();
