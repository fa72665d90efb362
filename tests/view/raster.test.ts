import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, full } from "../../src/ndarray/ndarray.js";
import { colourAt, colourTable, fractionOf, packed, unusedColour, valueAtFraction, type Contrast } from "../../src/view/colour-scale.js";
import { pyramidOf } from "../../src/view/pyramid.js";
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
  const { levels } = pyramidOf(image);
  assert.ok(levels.length >= 2);
  for (const { image: smaller } of levels) {
    assert.is(Math.max(...smaller.data.filter((value) => !Number.isNaN(value))), 5000);
  }
  assert.is(levels[1].image.get(0, 0), 1);
  assert.is(levels[1].image.get(38, 105), 5000);
});

test("every pixel of the window has the colour of the detector's pixel below it", () => {
  const image = array([[0, 100, 50], [100, 0, 0]], "float32");
  const window = { width: 6, height: 4 };
  const target = new Int32Array(24);
  paint(target, window, { centre: { x: 1.5, y: 1 }, zoom: 2 }, [{ pyramid: pyramidOf(image), placement: upright }], colourTable(contrast));
  const greys = [...target].map((pixel) => pixel & 255);
  const row = (values: readonly number[]): number[] => values.flatMap((value) => [value, value]);
  const half = greys[4];
  assert.ok(Math.abs(half - 127) <= 2);
  assert.equal(greys, [...row([255, 0, half]), ...row([255, 0, half]), ...row([0, 255, 255]), ...row([0, 255, 255])]);
});

test("what no panel covers stays as it is, and a panel on its side shows its rows as columns", () => {
  const image = array([[100, 0]], "float32");
  const target = new Int32Array(4);
  const placement = { origin: { x: 1, y: 0 }, fast: { x: 0, y: 1 }, slow: { x: -1, y: 0 } };
  paint(target, { width: 2, height: 2 }, { centre: { x: 1, y: 1 }, zoom: 1 }, [{ pyramid: pyramidOf(image), placement }], colourTable(contrast));
  assert.equal([...target].map((pixel) => (pixel === 0 ? "free" : pixel & 255)), [0, "free", 255, "free"]);
});

test("a pixel of a turned panel is found again behind its place", () => {
  const placement = { origin: { x: 5, y: -3 }, fast: { x: 0.8, y: 0.6 }, slow: { x: -0.5, y: 0.9 } };
  const { fast, slow } = pixelAt(placement, placeOf(placement, 12.5, 7.25));
  assert.ok(Math.abs(fast - 12.5) < 1e-12 && Math.abs(slow - 7.25) < 1e-12);
});


test.run();
