import { test } from "uvu";
import * as assert from "uvu/assert";
import { full } from "../../../src/ndarray/ndarray.js";
import { BoxLikelihood } from "../../../src/refine/boxes/box-likelihood.js";
import { blockPartOf } from "../../../src/refine/boxes/block-parameters.js";
import { boxesAround } from "../../../src/refine/boxes/box.js";
import { Prediction } from "../../../src/refine/boxes/prediction.js";
import { ProfileProgram } from "../../../src/refine/boxes/profile-program.js";
import { refineCrystals } from "../../../src/refine/boxes/refined-crystals.js";
import { parametersNamed } from "../../../src/refine/catalogue.js";
import { imageOf, optionsFor, stillFrom, truth, withCrystal } from "./closed-still.js";

test("the slope of boxes with intensities and backgrounds eliminated is that of differences, blocks and weights included", () => {
  const blocks = [{ rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg: [0.1, -0.05, 0.08], weight: 0.5 }] as const;
  const sensor = { thicknessUm: 450, attenuationDepthUm: 260, layers: 2 };
  const experiment = { ...truth, crystal: { ...truth.crystal, blocks, scan: { phiDeg: -0.05, stepDeg: 0.1, steps: 2 } }, detector: { ...truth.detector, sensor, footprintMm: 0.05 } };
  const still = stillFrom(truth, experiment, 3);
  const boxes = boxesAround(still.counts, full(still.counts.shape, 1, "int32"), new Prediction(experiment).all({ deviations: 0.2 }));
  const parameters = [...parametersNamed(["misset", "cell", "distance", "beam_center", "eta", "domain", "footprint", "bandwidth"], experiment), ...parametersNamed(["blocks"], experiment)];
  for (const [squares, backgroundTerms] of [[undefined, 3], [boxes.boxes.map(() => 3000), 1]] as const) {
    const program = new ProfileProgram(experiment, parameters.filter(({ name }) => blockPartOf(name) === undefined));
    const likelihood = new BoxLikelihood({ experiment, parameters, boxes, program, backgroundTerms, ...(squares && { squares }) });
    const { gradient, normal } = likelihood.normalEquations(parameters.map(() => 0));
    const step = 1e-5;
    parameters.forEach(({ name }, i) => {
      const at = (x: number): number => likelihood.value(parameters.map((_, k) => (k === i ? x : 0)));
      const slope = (at(step) - at(-step)) / (2 * step);
      const unit = Math.sqrt(normal[i][i]);
      assert.ok(Math.abs(gradient[i] - slope) < 1e-5 * Math.abs(slope) + 1e-4 * unit, `${name}: ${gradient[i]} is not ${slope}`);
    });
  }
});

const start = withCrystal(truth, { missetDeg: [10.08, 19.95, 30.06], lattice: { a: 48.05, b: 60.25, c: 71.35, alpha: 90, beta: 90, gamma: 90 }, etaDeg: 0.1 });

test("a crystal is regained with free intensities, within its standard deviations", async () => {
  const { parameters, reducedChiSquare, crystals } = await refineCrystals([stillFrom(truth, start, 5)], optionsFor(["misset", "cell", "eta"]));
  assert.ok(reducedChiSquare > 0.9 && reducedChiSquare < 1.1, `${reducedChiSquare}`);
  const truths: Readonly<Record<string, number>> = { misset_x: 10, misset_y: 20, misset_z: 30, a: 48.1, b: 60.2, c: 71.3 };
  for (const { name, value, esd = NaN } of parameters) if (name in truths) assert.ok(Math.abs(value - truths[name]) < 4 * esd, `${name} is ${value}(${esd}), not ${truths[name]}`);
  // The photons of each spot, of which the image without noise and background has so many.
  const { background, ...dark } = truth;
  const spots = imageOf(dark);
  const bright = crystals[0].integration.reflections.filter(({ photons, photonsSigma }) => photons > 10 * photonsSigma);
  assert.ok(bright.length > 30, `${bright.length} bright spots`);
  const { pixels } = crystals[0].integration.boxes;
  for (const { box: { first, end, reflection }, photons, photonsSigma } of bright) {
    let sum = 0;
    for (let p = first; p < end; p++) sum += spots.get(Math.floor(pixels.slow[p]), Math.floor(pixels.fast[p]));
    assert.ok(Math.abs(photons - sum) < 4.5 * photonsSigma, `${reflection.hkl.join()}: ${photons}(${photonsSigma}) of ${sum}`);
  }
});

test("a mosaicity that differs from axis to axis is regained from a round one, with known intensities", async () => {
  const flat = withCrystal(truth, { etaDeg: [0.5, 0.2, 0.3, 0, 0, 0] });
  const { parameters, reducedChiSquare } = await refineCrystals([stillFrom(flat, withCrystal(truth, { etaDeg: [0.3, 0.3, 0.3, 0, 0, 0] }), 5)], optionsFor(["misset", "eta", "scale"], { squareOf: () => 3600 }));
  assert.ok(reducedChiSquare > 0.9 && reducedChiSquare < 1.1, `${reducedChiSquare}`);
  const truths: Readonly<Record<string, number>> = { eta_xx: 0.5, eta_yy: 0.2, eta_zz: 0.3, eta_xy: 0, eta_xz: 0, eta_yz: 0 };
  for (const [name, expected] of Object.entries(truths)) {
    const { value, esd = NaN } = parameters.find((parameter) => parameter.name === name) ?? { value: NaN };
    assert.ok(Math.abs(value - expected) < 4 * esd && esd < 0.05, `${name} is ${value}(${esd}), not ${expected}`);
  }
});

test("a restraint takes part in a refinement on boxes, and one that contradicts them is told", async () => {
  const still = stillFrom(truth, start, 5);
  const found = async (target: number) => {
    const restraints = [{ name: "misset_x", target, sigma: 0.01 }];
    const { parameters, warnings } = await refineCrystals([still], optionsFor(["misset"], { restraints, maxSteps: 8 }));
    const { value, esd = NaN } = parameters.find(({ name }) => name === "misset_x") ?? { value: NaN };
    return { value, esd, warnings };
  };
  const [right, wrong] = [await found(10), await found(10.2)];
  assert.ok(right.esd < 0.01 && Math.abs(right.value - 10) < 0.03, `${right.value}(${right.esd})`);
  assert.ok(wrong.value > right.value, `${wrong.value} and ${right.value}`);
  assert.is(right.warnings.filter((warning) => /the restraint for misset_x/.test(warning)).length, 0);
  assert.is(wrong.warnings.filter((warning) => /the restraint for misset_x, 10.2 \+- 0.01, contradicts the data by/.test(warning)).length, 1);
});

test("two blocks are found from one", async () => {
  const rotationDeg = [0.2, 0.3, -0.4] as const;
  const sharp = withCrystal(truth, { etaDeg: 0.1, blocks: [{ rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg, weight: 0.6 }] });
  const { crystals } = await refineCrystals([stillFrom(sharp, withCrystal(start, { etaDeg: 0.15, lattice: truth.crystal.lattice }), 7)], optionsFor(["misset", "eta"], { blocks: "auto" }));
  const { blocks = [] } = crystals[0].experiment.crystal;
  assert.is(blocks.length, 2);
  const [found] = blocks.slice(1);
  // The crystal stands where its first block does, which may be either of the two.
  const sign = (found.weight ?? 1) < 1 ? 1 : -1;
  const turns = (found.rotationDeg ?? [0, 0, 0]).map((angle) => sign * angle);
  turns.forEach((angle, axis) => assert.ok(Math.abs(angle - rotationDeg[axis]) < 0.05, `${turns.join(" ")} is not ${rotationDeg.join(" ")}`));
});

test("a search for blocks begins with those that are given", async () => {
  const blocks = [{ rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg: [0.2, 0.3, -0.4], weight: 0.6 }] as const;
  const given = withCrystal(truth, { etaDeg: 0.1, blocks });
  const [{ tried }] = (await refineCrystals([stillFrom(given, given, 7)], optionsFor(["misset"], { blocks: "auto", maxSeconds: 0 }))).crystals;
  assert.equal(tried.filter(({ isKept }) => isKept).map((found) => found.blocks), [2]);
});

test("a model that is not that of the image is refused in one sentence", async () => {
  const wrong = withCrystal(start, { missetDeg: [40, 5, 80] });
  try {
    await refineCrystals([{ ...stillFrom({ ...truth, structureFactors: 0 }, wrong, 5) }], optionsFor(["misset"]));
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /0 of \d+ predicted reflections are seen where the model places them; 10 at least are needed/);
  }
});

test.run();
