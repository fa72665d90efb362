/** What a model does with parameters, losses and options that are not what it expects. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { abs, less, mul, sub, sum, total } from "../../src/autodiff/operations.js";
import { checkGradientOf } from "../../src/autodiff/check-gradients.js";
import type { Quantity } from "../../src/autodiff/tape.js";
import { recommendedOversample, type Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { array, full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { ImageModel, type PixelLoss } from "../../src/simulate/image-model.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import type { Quantities } from "../../src/simulate/parameters.js";
import { simulate } from "../../src/simulate/simulate.js";
import { DTypeError, InputError, ShapeError } from "../../src/ndarray/errors.js";
import { transpose } from "../../src/ndarray/views.js";
import { isClose, refuses } from "../autodiff/assertions.js";
import { tabulate } from "../autodiff/draws.js";
import { untyped } from "../untyped.js";

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

/** What an experiment's closure may hold that changes between calls. */
interface Changing {
  wavelengthA: number;
  cells: readonly [number, number, number];
  structureFactors: StructureFactors | number;
  mosaicDomains: number;
}
const closures: readonly Partial<Changing>[] = [
  {},
  { wavelengthA: 1.2 },
  { wavelengthA: 0.5 },
  { cells: [2, 5, 3] },
  { structureFactors: new StructureFactors(tabulate([41, 41, 41], (h, k, l) => 5 + Math.sin(h + 2 * k - l)), [-20, -20, -20]) },
  { structureFactors: new StructureFactors(full([41, 41, 41], 7), [-20, -19, -18]), cells: [1, 1, 1] },
  { mosaicDomains: 3 },
  {},
];

function changing(state: Changing): (p: Quantities<Two>) => Experiment<Quantity> {
  return (p) => {
    const { beam, crystal, ...rest } = experimentOf(p);
    const mosaic = { spreadDeg: 0.3, domains: state.mosaicDomains };
    return { ...rest, beam: { ...beam, wavelengthA: state.wavelengthA }, crystal: { ...crystal, cells: state.cells, mosaic }, structureFactors: state.structureFactors };
  };
}

for (const dtype of ["float64", "float32"] as const) {
  test(`a call's answer is that of a new model, whatever was called before and has changed since, in ${dtype}`, () => {
    const state: Changing = { wavelengthA: 1, cells: [3, 3, 3], structureFactors: 10, mosaicDomains: 1 };
    const original = { ...state };
    const options: ImageOptions = dtype === "float64" ? { dtype } : { dtype, ...once };
    const model = new ImageModel<Two>(changing(state), options);
    const counts = full([9, 10], 1);
    for (const closure of closures) {
      Object.assign(state, original, closure);
      const at = { a: 30 + state.wavelengthA, distanceMm: 60 };
      const answers = (asked: ImageModel<Two>): unknown => [asked.simulate(at).image.data, asked.lossAndGradient(square, at, counts)];
      assert.equal(answers(model), answers(new ImageModel<Two>(changing(state), options)));
    }
  });
}

test("grids, masks and data that change in place are seen, and so are numbers in a loss", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const grid = full([41, 41, 41], 5);
    const structureFactors = new StructureFactors(grid, [-20, -20, -20]);
    const mask = full([9, 10], 1, "int32");
    const options: ImageOptions = { dtype, mask, ...once };
    let weight = 1;
    const loss: PixelLoss = (photons, counts) => mul(weight, square(photons, counts));
    const model = (): ImageModel<Two> => new ImageModel<Two>((p) => ({ ...experimentOf(p), structureFactors }), options);
    const kept = model();
    const counts = full([9, 10], 1);
    const changes: readonly (() => void)[] = [() => {}, () => void grid.data.fill(7), () => void mask.data.fill(0, 3, 20), () => void counts.data.fill(2), () => void (weight = 3)];
    const losses = changes.map((change) => {
      change();
      assert.equal(kept.lossAndGradient(loss, start, counts), model().lossAndGradient(loss, start, counts));
      return kept.lossAndGradient(loss, start, counts).loss;
    });
    assert.is(new Set(losses).size, changes.length, losses.join());
  }
});

test("a number that changes in a closure, and a loss that is made anew, compile nothing", () => {
  const state: Changing = { wavelengthA: 1.05, cells: [3, 3, 3], structureFactors: 10, mosaicDomains: 1 };
  const model = new ImageModel<Two>(changing(state), once);
  const counts = full([9, 10], 1);
  const call = (scale: number): void => void model.lossAndGradient((photons, seen) => mul(scale, square(photons, seen)), start, counts);
  call(2.1);
  const compiled = countCompiled(() => {
    for (let i = 1; i < 6; i++) {
      state.wavelengthA = 1 + i / 10;
      call(2.1 + i / 10);
    }
  });
  assert.is(compiled, 0);
  state.cells = [3, 3, 1];
  assert.is(countCompiled(() => call(2.1)), 1);
});

/** How many modules of WebAssembly are made meanwhile. */
function countCompiled(work: () => void): number {
  const { Module } = WebAssembly;
  let count = 0;
  WebAssembly.Module = new Proxy(Module, { construct: (target, given) => (count++, Reflect.construct(target, given)) });
  try {
    work();
  } finally {
    WebAssembly.Module = Module;
  }
  return count;
}

test("unless sub-pixels are given, an image has as many as its own spots need", () => {
  const model = new ImageModel<{ readonly n: number }>(({ n }) => ({ ...experimentOf(start), crystal: { ...experimentOf(start).crystal, cells: [n, n, n] } }));
  for (const n of [1, 2, 1]) {
    const experiment = { ...fixed(start), crystal: { ...fixed(start).crystal, cells: [n, n, n] } as const };
    isClose(model.simulate({ n }).image, simulate(experiment, { oversample: recommendedOversample(experiment) }).image, 1e-12);
  }
});

test("a loss that gives no recorded value is told so in a sentence", () => {
  const model = new ImageModel<Two>(experimentOf, once);
  refuses(() => model.lossAndGradient(untyped(() => 3), start), InputError, "the loss returns 3", "ops");
  refuses(() => model.normalEquations(square, untyped(() => undefined), start, full([9, 10], 1)), InputError, "the curvature returns undefined");
});

test("steps that do not fit into memory are refused before any is made", () => {
  const tiny = { ...fixed(start), beam: { wavelengthA: 1e-4 } };
  refuses(() => simulate(tiny), InputError, "oversample", "enough to resolve the spots", "fit into memory");
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

test("an image takes the memory of another one, whatever that held, and none of another shape, dtype or order", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const model = new ImageModel<Two>(experimentOf, { ...once, dtype, roi: { fastMin: 1, fastMax: 8, slowMin: 2, slowMax: 7 } });
    const wanted = model.simulate(start).image;
    const former = full([9, 10], 7, dtype);
    const { image } = model.simulate(start, former);
    assert.is(image.data.buffer, former.data.buffer);
    assert.equal(image.data, wanted.data);
    for (const [memory, message] of [[zeros([10, 9], dtype), /\[10, 9\]/], [transpose(zeros([10, 9], dtype)), /not contiguous/]] as const) {
      assert.throws(() => model.simulate(start, memory), (error: unknown) => error instanceof ShapeError && message.test(error.message));
    }
    const other = dtype === "float64" ? "float32" : "float64";
    assert.throws(() => model.simulate(start, zeros([9, 10], other)), (error: unknown) => error instanceof DTypeError && /is of float/.test(error.message));
  }
});

test("a model of one experiment needs no types, and a loss that gives no recorded value is refused", () => {
  const model = new ImageModel(() => fixed(start), once);
  const { image } = model.simulate([]);
  assert.equal(image.data, simulate(fixed(start), once).image.data);
  // The image of an experiment that is simulated as it is knows its type.
  const photons: number = simulate(fixed(start), { oversample: 1 }).image.data.reduce((sum, each) => sum + each, 0);
  assert.ok(photons > 0);
  for (const [given, named] of [[1, "1"], [undefined, "undefined"], [array([1]), "an NdArray"]] as const) {
    refuses(() => model.lossAndGradient(untyped(() => given), [], image), InputError, `the loss returns ${named}`, "record");
  }
});

test("a model's gradient is checked against differences", () => {
  const model = new ImageModel<Two>(experimentOf, once);
  const counts = full([9, 10], 1);
  assert.ok(checkGradientOf((p: Two) => model.lossAndGradient(square, p, counts), start, { step: 1e-4 }).relativeError < 1e-6);
  const wrong = checkGradientOf((p: Two) => {
    const { loss, gradient } = model.lossAndGradient(square, p, counts);
    return { loss, gradient: { ...gradient, a: 1.01 * gradient.a } };
  }, start, { step: 1e-4 });
  assert.ok(wrong.relativeError > 1e-4, `${wrong.relativeError}`);
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
