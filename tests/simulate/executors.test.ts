import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Executor } from "../../src/autodiff/executor.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { copy, full } from "../../src/ndarray/ndarray.js";
import { crystalShapeNames } from "../../src/physics/lattice-factor.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { modelOf, numbersIn, squares, start, uneven, type Scene } from "./still-life.js";

const tolerance: Readonly<Record<FloatDType, number>> = { float64: 1e-12, float32: 1e-5 };

interface Result {
  readonly image: readonly number[];
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly warnings: readonly string[];
}

function resultOf(scene: Scene, options: ImageOptions): Result {
  const { image, warnings } = modelOf(scene, options).simulate(start);
  const { loss, gradient } = modelOf(scene, options).lossAndGradient(squares, start, copy(uneven(image.shape), options.dtype ?? "float64"));
  return { image: [...image.data], loss, gradient: numbersIn(gradient), warnings };
}

/** Asserts numbers that differ by no more than a part of the largest one. */
function near(actual: readonly number[], wanted: readonly number[], within: number, what: string): void {
  assert.is(actual.length, wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  assert.ok(largest > 0 && Number.isFinite(largest), `${what}: there is nothing to compare`);
  actual.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) <= within * largest, `${what}: number ${i} is ${x}, not ${wanted[i]} (largest ${largest})`));
}

function same(scene: Scene, options: ImageOptions, others: readonly ImageOptions[], within = tolerance[options.dtype ?? "float64"]): void {
  const wanted = resultOf(scene, options);
  for (const other of others) {
    const actual = resultOf(scene, { ...options, ...other });
    const what = JSON.stringify({ ...scene, ...options, ...other });
    near(actual.image, wanted.image, within, `image, ${what}`);
    near([actual.loss], [wanted.loss], within, `loss, ${what}`);
    // Every parameter has its own size: each derivative is compared with itself, but for digits that cancel.
    actual.gradient.forEach((x, i) => {
      if (x !== 0 || wanted.gradient[i] !== 0) near([x], [wanted.gradient[i]], 1e3 * within, `derivative ${i}, ${what}`);
    });
    assert.equal(actual.warnings, wanted.warnings, what);
  }
}

const few: Scene = { pixels: { fast: 9, slow: 5 } };
const everyStep = { oversampleOmega: true, oversamplePolar: true, oversampleThick: true };
const executors: readonly Executor[] = ["webassembly"];
const sums: readonly ImageOptions[] = [
  { semantics: "physical" },
  { semantics: "nanobragg" },
  { semantics: "nanobragg", ...everyStep },
  { semantics: "nanobragg", oversamplePolar: true, dminA: 3.2 },
  { semantics: "physical", dminA: 3.2 },
];

const everything = sums.map((options): ImageOptions => ({ ...options, interpolation: "nearest" }));
everything.push({ interpolation: "tricubic" }, { semantics: "nanobragg", ...everyStep, interpolation: "tricubic" });
for (const options of everything) {
  test(`mosaic, scan, sources, layers and sub-pixels together are the same for all executors: ${JSON.stringify(options)}`, () => {
    same(few, { ...options, oversample: 2, executor: "interpreter" }, executors.map((executor) => ({ executor })));
  });
}

for (const shape of crystalShapeNames) {
  test(`a ${shape} crystal is the same for all executors`, () => {
    same({ ...few, shape }, { interpolation: "nearest", oversample: 2, executor: "interpreter" }, executors.map((executor) => ({ executor })));
  });
}

for (const policy of ["mask", "disable", "sequential"] as const) {
  test(`where lookups leave the structure factors, ${policy} is the same for all executors and tiles`, () => {
    const others: ImageOptions[] = [
      { tileSize: 12 },
      { executor: "interpreter", tileSize: 28 },
      { executor: "webassembly", tileSize: 4 },
    ];
    same({ ...few, policy, reach: 7, layers: 1 }, { interpolation: "tricubic", oversample: 2, executor: "interpreter" }, others);
  });
}

test("once a lookup has left, the policy disable asks for nearest neighbours in all executors", () => {
  for (const executor of ["interpreter", ...executors] as const) {
    const options: ImageOptions = { oversample: 1, executor };
    const model = modelOf({ policy: "disable", reach: 7 }, { ...options, interpolation: "tricubic" });
    assert.is(model.simulate(start).warnings.length, 1);
    const after = model.simulate(start);
    assert.equal(after.warnings, []);
    const nearest = modelOf({ policy: "disable", reach: 7 }, { ...options, interpolation: "nearest" }).simulate(start);
    assert.equal([...after.image.data], [...nearest.image.data]);
  }
});

test("an image does not depend on the size of the tiles, nor on a region or a mask around a pixel", () => {
  for (const executor of executors) {
    const options: ImageOptions = { interpolation: "tricubic", oversample: 1, executor };
    const whole = modelOf({}, options).simulate(start).image;
    const mask = full(whole.shape, 1, "int32");
    for (let i = 0; i < mask.size; i += 3) mask.data[i] = 0;
    for (const tileSize of [4, 20, 1024]) {
      const tiled = modelOf({}, { ...options, tileSize }).simulate(start).image;
      near([...tiled.data], [...whole.data], 1e-12, `tiles of ${tileSize}`);
      const region = { fastMin: 2, fastMax: 8, slowMin: 1, slowMax: 6 };
      const part = modelOf({}, { ...options, tileSize, roi: region, mask }).simulate(start).image;
      const wanted = [...whole.data].map((photons, i) => {
        const [slow, fast] = [Math.floor(i / 13), i % 13];
        return slow >= 1 && slow <= 6 && fast >= 2 && fast <= 8 && mask.data[i] !== 0 ? photons : 0;
      });
      near([...part.data], wanted, 1e-12, `a masked region in tiles of ${tileSize}`);
    }
  }
});

test("float32 is as close to the interpreter as its digits allow", () => {
  const scene: Scene = { domains: 2, scanSteps: 1, layers: 1 };
  for (const interpolation of ["nearest", "tricubic"] as const) {
    const precise = modelOf(scene, { interpolation, oversample: 1, executor: "interpreter" }).simulate(start).image;
    for (const executor of ["interpreter", ...executors] as const) {
      const { image } = modelOf(scene, { interpolation, oversample: 1, executor, dtype: "float32" }).simulate(start);
      assert.is(image.dtype, "float32");
      near([...image.data], [...precise.data], executor === "interpreter" ? 1e-4 : 1e-5, `${executor}, ${interpolation}`);
    }
  }
});

test("what was compiled for an image or a gradient is not compiled again", () => {
  const compiled: unknown[] = [];
  const { Module } = WebAssembly;
  Reflect.set(
    WebAssembly,
    "Module",
    new Proxy(Module, {
      construct: (target, args) => {
        compiled.push(args);
        return Reflect.construct(target, args);
      },
    }),
  );
  try {
    const model = modelOf({}, { interpolation: "tricubic", oversample: 1, executor: "webassembly" });
    const given = uneven([9, 13]);
    model.simulate(start);
    model.lossAndGradient(squares, start, given);
    const before = compiled.length;
    assert.ok(before > 0, "nothing was compiled");
    for (let i = 1; i < 4; i++) {
      const moved = { ...start, distanceMm: start.distanceMm + i, missetDeg: start.missetDeg.map((angle) => angle + i) };
      model.simulate(moved);
      model.lossAndGradient(squares, moved, given);
    }
    assert.is(compiled.length, before);
  } finally {
    Reflect.set(WebAssembly, "Module", Module);
  }
});

test.run();
