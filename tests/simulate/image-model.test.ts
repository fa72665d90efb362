/** What a model does with parameters, losses and options that are not what it expects. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { abs, less, mul, sub, sum, total } from "../../src/autodiff/operations.js";
import type { Quantity } from "../../src/autodiff/tape.js";
import { recommendedOversample, type Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { ImageModel, type ImageOptions, type PixelLoss } from "../../src/simulate/image-model.js";
import type { Quantities } from "../../src/simulate/parameters.js";
import { simulate } from "../../src/simulate/simulate.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { isClose, refuses } from "../autodiff/assertions.js";

type Two = { readonly a: number; readonly distanceMm: number };
const once: ImageOptions = { oversample: 1 };
const start: Two = { a: 30, distanceMm: 60 };

function experimentOf({ a, distanceMm }: Quantities<Two>): Experiment<Quantity> {
  return {
    beam: { wavelengthA: 1 },
    crystal: { lattice: { a, b: 40, c: 50, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [3, 3, 3] },
    detector: { pixels: { fast: 10, slow: 9 }, pixelSizeMm: 4, distanceMm },
    structureFactors: 10,
  };
}

const square: PixelLoss = (photons, counts) => mul(sub(photons, counts), sub(photons, counts));

test("parameters are told apart by their names, in whatever order they come", () => {
  const model = new ImageModel<Two>(experimentOf, once);
  const counts = full([9, 10], 1);
  const { image } = model.simulate(start);
  const { gradient } = model.lossAndGradient(square, start, counts);
  const turned = { distanceMm: start.distanceMm, a: start.a };
  assert.equal(model.simulate(turned).image.data, image.data);
  assert.equal(model.lossAndGradient(square, turned, counts).gradient, gradient);
});

test("lists of parameters may grow and shrink from call to call", () => {
  const model = new ImageModel<{ readonly background: readonly number[] }>(({ background }) => ({ ...experimentOf(start), background }), once);
  const at = (background: readonly number[]): NdArray => model.simulate({ background }).image;
  const fresh = (background: readonly number[]): NdArray => simulate({ ...fixed(start), background }, once).image;
  for (const background of [[1], [1, 0.5], [1, 0.5, 0.1], [2]]) isClose(at(background), fresh(background), 1e-12);
});

function fixed({ a, distanceMm }: Two): Experiment {
  return {
    beam: { wavelengthA: 1 },
    crystal: { lattice: { a, b: 40, c: 50, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [3, 3, 3] },
    detector: { pixels: { fast: 10, slow: 9 }, pixelSizeMm: 4, distanceMm },
    structureFactors: 10,
  };
}

test("a loss that sums for itself, or misses its image, is told so", () => {
  const model = new ImageModel<Two>(experimentOf, once);
  const counts = full([9, 10], 1);
  for (const reduced of [total, sum] as const) {
    const loss: PixelLoss = (photons, seen) => reduced(square(photons, seen));
    refuses(() => model.lossAndGradient(loss, start, counts), ShapeError, "a number for each pixel");
  }
  refuses(() => model.lossAndGradient(square, start), InputError, "1 more", "0 were given");
  refuses(() => model.normalEquations(square, (photons) => total(photons), start, counts), ShapeError, "a number for each pixel");
});

test("a loss or curvature may be a mere number", () => {
  const model = new ImageModel<Two>(experimentOf, once);
  const one = model.normalEquations(square, (photons) => photons.tape.constant(1, "float64"), start, full([9, 10], 1));
  const same = model.normalEquations(square, (photons) => less(-1, abs(photons)), start, full([9, 10], 1));
  assert.equal(one.normal, same.normal);
});

test("arrays as parameters hold finite numbers, and normal equations take none", () => {
  const grid = new StructureFactors(full([41, 41, 41], 5), [-20, -20, -20]);
  const model = new ImageModel<{ readonly f: NdArray }>(({ f }) => ({ ...experimentOf(start), structureFactors: grid, amplitudes: f }), once);
  const holed = full([41, 41, 41], 5);
  assert.equal(model.simulate({ f: holed }).image.data, simulate({ ...fixed(start), structureFactors: grid }, once).image.data);
  refuses(() => model.normalEquations(square, (photons) => photons, { f: holed }, zeros([9, 10])), InputError, "numbers, not arrays");
  holed.data[7] = NaN;
  refuses(() => model.simulate({ f: holed }), InputError, "parameters.f", "NaN");
});

test("a model keeps to the sub-pixels that the first image needed", () => {
  const model = new ImageModel<{ readonly n: number }>(({ n }) => ({ ...experimentOf(start), crystal: { ...experimentOf(start).crystal, cells: [n, n, n] } }));
  const many = (oversample: number, n: number): NdArray => simulate({ ...fixed(start), crystal: { ...fixed(start).crystal, cells: [n, n, n] } }, { oversample }).image;
  const [first, second] = [1, 2].map((n) => model.simulate({ n }).image);
  const needed = recommendedOversample(fixed(start)) / 3;
  isClose(first, many(Math.ceil(needed), 1), 1e-12);
  isClose(second, many(Math.ceil(needed), 2), 1e-12);
});

test("steps that do not fit into memory are refused before any is made", () => {
  const tiny = { ...fixed(start), beam: { wavelengthA: 1e-4 } };
  refuses(() => simulate(tiny), InputError, "oversample", "as many as the spots need", "fit into memory");
  refuses(() => simulate(fixed(start), { oversample: 1e5 }), InputError, "oversample 100000");
});

test("options that cannot be are refused by their names", () => {
  const wrong: readonly (readonly [string, ImageOptions])[] = [
    ["dminA", { dminA: NaN }],
    ["dminA", { dminA: -1 }],
    ["tileSize", { tileSize: 0 }],
    ["tileSize", { tileSize: NaN }],
    ["oversample", { oversample: 1.5 }],
    ["semantics", JSON.parse('{ "semantics": "nanoBragg" }')],
    ["interpolation", JSON.parse('{ "interpolation": "cubic" }')],
    ["executor", JSON.parse('{ "executor": "gpu" }')],
    ["dtype", JSON.parse('{ "dtype": "int32" }')],
  ];
  for (const [name, options] of wrong) refuses(() => simulate(fixed(start), options), InputError, name);
});

test("photons are counted from either side of a detector", () => {
  const swung = { ...fixed(start), detector: { ...fixed(start).detector, twothetaDeg: 120 } };
  const behind = { ...fixed(start), detector: { ...fixed(start).detector, originMm: [-60, 10, -20] as const } };
  const sensor = { thicknessUm: 100, attenuationDepthUm: 300, layers: 2 };
  for (const experiment of [swung, behind]) {
    for (const detector of [experiment.detector, { ...experiment.detector, sensor }]) {
      const { image } = simulate({ ...experiment, detector }, once);
      assert.ok(image.data.every((photons) => photons > 0 && Number.isFinite(photons)));
    }
  }
});

test.run();
