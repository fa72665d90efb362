import { test } from "uvu";
import * as assert from "uvu/assert";
import { mul, sub } from "../../src/autodiff/primitives/elementwise.js";
import type { Quantity } from "../../src/autodiff/tape.js";
import type { Experiment } from "../../src/models/experiment.js";
import { array, copy, full, zeros } from "../../src/ndarray/ndarray.js";
import { ImageModel, type PixelLoss } from "../../src/simulate/image-model.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { crystal, experiment } from "./cases/experiment.js";

const start = {
  missetDeg: [1, 74, 65] as [number, number, number],
  cells: [3, 4, 3.5] as [number, number, number],
  fluence: 1e28,
};
type Start = typeof start;

function modelOf(options: ImageOptions): ImageModel<Start> {
  const experimentOf: ImageModel<Start>["experimentOf"] = (p): Experiment<Quantity> => ({
    ...experiment,
    beam: { wavelengthA: 1, fluence: p.fluence },
    crystal: { ...crystal, missetDeg: p.missetDeg, cells: p.cells },
  });
  return new ImageModel<Start>(experimentOf, { oversample: 2, ...options });
}

const squares: PixelLoss = (image, data) => mul(sub(image, data), sub(image, data));
const observed = zeros([5, 6]);
observed.data.forEach((_, i) => (observed.data[i] = 0.01 * (i % 7)));

function numbersOf({ missetDeg, cells, fluence }: Start): number[] {
  return [...missetDeg, ...cells, fluence];
}

function assertClose(found: readonly number[], wanted: readonly number[], relative: number): void {
  found.forEach((x, i) =>
    assert.ok(Math.abs(x - wanted[i]) <= relative * Math.abs(wanted[i]), `number ${i} is ${x}, not ${wanted[i]}`),
  );
}

for (const interpolation of ["nearest", "tricubic"] as const) {
  test(`image, loss and gradient do not depend on how many pixels are worked on together (${interpolation})`, () => {
    const whole = modelOf({ interpolation, tileSize: 30 });
    const { loss, gradient } = whole.lossAndGradient(squares, start, observed);
    assert.ok(numbersOf(gradient).every((slope) => slope !== 0));
    for (const tileSize of [1, 7, 29, 1000]) {
      const tiled = modelOf({ interpolation, tileSize });
      assert.equal(tiled.simulate(start).image.data, whole.simulate(start).image.data);
      const found = tiled.lossAndGradient(squares, start, observed);
      assertClose([found.loss, ...numbersOf(found.gradient)], [loss, ...numbersOf(gradient)], 1e-12);
    }
  });
}

test("only the pixels of the region and of the mask have an image, a loss and a gradient", () => {
  const mask = full([5, 6], 1, "int32");
  for (const i of [3, 8, 14, 15, 22]) mask.data[i] = 0;
  const roi = { fastMin: 1, fastMax: 4, slowMin: 1, slowMax: 3 };
  const selected = Array.from({ length: 30 }, (_, i) => mask.data[i] === 1 && i % 6 >= 1 && i % 6 <= 4 && i >= 6 && i < 24);
  assert.is(selected.filter(Boolean).length, 8);

  const all = modelOf({});
  const some = modelOf({ mask, roi });
  const image = all.simulate(start).image;
  some.simulate(start).image.data.forEach((photons, i) => assert.is(photons, selected[i] ? image.data[i] : 0));

  const cotangent = full([5, 6], 1);
  const cut = copy(cotangent);
  selected.forEach((is, i) => (cut.data[i] = is ? 1 : 0));
  assertClose(numbersOf(some.pullBack(start, cotangent)), numbersOf(all.pullBack(start, cut)), 1e-12);
  assert.is.not(numbersOf(some.pullBack(start, cotangent))[0], numbersOf(all.pullBack(start, cotangent))[0]);
});

test("a pixel whose data are not a number is left alone when the mask leaves it out", () => {
  const mask = full([5, 6], 1, "int32");
  mask.data[9] = 0;
  const holed = copy(observed);
  holed.data[9] = NaN;
  const { loss, gradient } = modelOf({ mask }).lossAndGradient(squares, start, holed);
  assert.ok([loss, ...numbersOf(gradient)].every(Number.isFinite));
});

test("the rounding of the nearest lookup has no gradient: structure factors alone do not feel the orientation", () => {
  const one: [number, number, number] = [1, 1, 1];
  const model = modelOf({ interpolation: "nearest" });
  const experimentOf: ImageModel<Start>["experimentOf"] = (p) => ({
    ...model.experimentOf(p),
    crystal: { ...crystal, missetDeg: p.missetDeg, cells: one },
  });
  const gradient = new ImageModel<Start>(experimentOf, { oversample: 1, interpolation: "nearest" }).pullBack(
    start,
    full([5, 6], 1),
  );
  assert.equal(gradient.missetDeg, [0, 0, 0]);
  assert.ok(gradient.fluence > 0);
  const between = new ImageModel<Start>(experimentOf, { oversample: 1, interpolation: "tricubic" }).pullBack(
    start,
    full([5, 6], 1),
  );
  assert.ok(between.missetDeg.every((slope) => slope !== 0));
});

test("a gradient of an array is an array of its shape and of the model's dtype", () => {
  const parameters = { misset: array([1, 74, 65]), scale: 2 };
  for (const dtype of ["float64", "float32"] as const) {
    const model = new ImageModel<typeof parameters>(
      (p) => ({ ...experiment, beam: { wavelengthA: 1, fluence: mul(1e28, p.scale) } }),
      { oversample: 1, dtype },
    );
    const gradient = model.pullBack(parameters, full([5, 6], 1, dtype));
    assert.is(gradient.misset.dtype, dtype);
    assert.equal(gradient.misset.shape, [3]);
    assert.equal([...gradient.misset.data], [0, 0, 0]);
    assert.ok(gradient.scale > 0);
  }
});

test.run();
