/** Every function of the library that takes options names one that it does not know, as a misspelt one in JavaScript is. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  adam, addNoise, AmplitudeGrid, AtomicModel, calculatedAmplitudes, checkGradientOf, checkGradients, conjugateGradients, copy, descend, detect,
  fittedTo, fitScale, full, gradientDescent, ImageModel, imageStatistics, InputError, lbfgs, levenbergMarquardt, lossNamed, ops, PanelModel, parametersNamed,
  refine, refineFromManyStarts, simulate, smvFile, SolventMask, StructureFactors, usablePixels, zeros, type Experiment, type Variable,
} from "../src/index.js";
import { few, structureIn } from "./structure/crystals.js";
import { untyped } from "./untyped.js";

const experiment: Experiment = {
  beam: { wavelengthA: 1 },
  crystal: { lattice: { a: 30, b: 40, c: 50, alpha: 90, beta: 90, gamma: 90 } },
  detector: { pixels: { fast: 4, slow: 4 }, pixelSizeMm: 1 },
  structureFactors: 1,
};
const image = full([4, 4], 1);
const objective = () => ({ value: 1, gradient: [1] });
const leastSquares = { normalEquations: () => ({ value: 1, gradient: [1], normal: [[1]] }), value: () => 1 };
const bowl = (x: Variable): Variable => ops.mul(x, x);
const panel = { name: "p", pixels: { fast: 4, slow: 4 }, pixelSizeMm: 1, originMm: [0, 0, 100], fast: [1, 0, 0], slow: [0, 1, 0] } as const;
const axes = { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] } as const;
const structure = structureIn("P 1", few);
const still = { experiment, options: { oversample: 1 }, counts: image };
const misspelt = untyped({ sizee: 1 });

const takers: Readonly<Record<string, () => unknown>> = {
  zeros: () => zeros([2], "float64", misspelt),
  full: () => full([2], 1, "float64", misspelt),
  copy: () => copy(image, "float64", misspelt),
  checkGradients: () => checkGradients(bowl)(1, misspelt),
  checkGradientOf: () => checkGradientOf((p: number) => ({ loss: p, gradient: 1 }), 1, misspelt),
  conjugateGradients: () => conjugateGradients((x) => x, [1], misspelt),
  "descend, stop conditions": () => descend(objective, [0], gradientDescent(1), misspelt),
  "descend, bounds": () => descend(objective, [0], gradientDescent(1), {}, misspelt),
  adam: () => adam(1, misspelt),
  "lbfgs, stop conditions": () => lbfgs(objective, [0], misspelt),
  lbfgs: () => lbfgs(objective, [0], {}, misspelt),
  "levenbergMarquardt, stop conditions": () => levenbergMarquardt(leastSquares, [0], misspelt),
  levenbergMarquardt: () => levenbergMarquardt(leastSquares, [0], {}, misspelt),
  StructureFactors: () => new StructureFactors(zeros([1, 1, 1]), [0, 0, 0], misspelt),
  simulate: () => simulate(experiment, misspelt),
  ImageModel: () => new ImageModel(() => experiment, misspelt),
  PanelModel: () => new PanelModel({ panels: [panel], axes }, () => experiment, misspelt),
  "PanelModel, an option of ImageModel": () => new PanelModel({ panels: [panel], axes }, () => experiment, untyped({ roi: [0, 1, 0, 1] })),
  "workers": () => new ImageModel(() => experiment).simulateOn(misspelt, []),
  addNoise: () => addNoise(image, misspelt),
  detect: () => detect(image, misspelt),
  imageStatistics: () => imageStatistics(image, misspelt),
  smvFile: () => smvFile(experiment, image, misspelt),
  lossNamed: () => lossNamed("poisson", misspelt),
  parametersNamed: () => parametersNamed(["cell"], experiment, misspelt),
  usablePixels: () => usablePixels(image, misspelt),
  refine: () => refine([still], [], misspelt),
  refineFromManyStarts: () => refineFromManyStarts([still], parametersNamed(["misset"], experiment), untyped({ starts: 1, withinDeg: 1, sizee: 1 })),
  fitScale: () => fitScale(untyped({}), untyped({}), image, misspelt),
  AtomicModel: () => new AtomicModel(structure, misspelt),
  SolventMask: () => new SolventMask(structure, misspelt),
  calculatedAmplitudes: () => calculatedAmplitudes(structure, untyped({ dminA: 5, sizee: 1 })),
  fittedTo: () => fittedTo(structure, calculatedAmplitudes(structure, { dminA: 5, solvent: null }), misspelt),
  AmplitudeGrid: () => new AmplitudeGrid(new AtomicModel(structure), 5, misspelt),
};

for (const [name, call] of Object.entries(takers)) {
  test(`a misspelt option is refused by its name: ${name}`, async () => {
    try {
      await call();
    } catch (error) {
      assert.instance(error, InputError);
      if (error instanceof Error) assert.match(error.message, /has no option (sizee|roi); its (options are|only option is) \w+/);
      return;
    }
    assert.unreachable(`${name} took it`);
  });
}

test("options that are no record are refused, and undefined is the default", () => {
  assert.throws(() => simulate(experiment, untyped(4)), /what ImageModel takes as options is 4; it must be a plain object/);
  assert.is(simulate(experiment, untyped({ sizee: undefined })).warnings.length, 0);
});

test.run();
