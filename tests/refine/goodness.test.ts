import { test } from "uvu";
import * as assert from "uvu/assert";
import { full, type NdArray } from "../../src/ndarray/ndarray.js";
import { goodnessOfFit, isPoorFit, isTooGoodFit } from "../../src/refine/goodness.js";
import { lossNamed } from "../../src/refine/loss.js";
import { addNoise } from "../../src/simulate/noise.js";

const edge = 60;
const mask = full([edge, edge], 1, "int32");
const loss = lossNamed("poisson");

test("the reduced chi-square of a right model scatters about 1 as much as it is said to, for few photons and for many", () => {
  for (const photons of [0.2, 2, 50]) {
    const model = full([edge, edge], photons);
    const found = Array.from({ length: 60 }, (_, i) => goodnessOfFit([addNoise(model, { seed: -1 - i, adcOffset: 0 }).counts], [model], [mask], loss, 0));
    const mean = found.reduce((sum, { reducedChiSquare }) => sum + reducedChiSquare, 0) / found.length;
    const scatter = Math.sqrt(found.reduce((sum, { reducedChiSquare }) => sum + (reducedChiSquare - mean) ** 2, 0) / (found.length - 1));
    const { chiSquareSigma } = found[0];
    assert.ok(Math.abs(mean - 1) < (4 * chiSquareSigma) / Math.sqrt(found.length), `${photons}: mean ${mean}`);
    assert.ok(scatter > 0.7 * chiSquareSigma && scatter < 1.4 * chiSquareSigma, `${photons}: ${scatter}, not ${chiSquareSigma}`);
    assert.ok(found.every((fit) => !isPoorFit(fit)));
  }
});

test("a model that is wrong by a tenth everywhere is a poor fit", () => {
  const noisy = (photons: number) => addNoise(full([edge, edge], photons), { seed: -5, adcOffset: 0 }).counts;
  const isPoor = (photons: number): boolean => isPoorFit(goodnessOfFit([noisy(photons)], [full([edge, edge], 100)], [mask], loss, 3));
  assert.equal([100, 110].map(isPoor), [false, true]);
});

test("counts that scatter less than photons do are told apart from those of a right model", () => {
  const model = full([edge, edge], 100);
  const isTooGood = (counts: NdArray): boolean => isTooGoodFit(goodnessOfFit([counts], [model], [mask], loss, 3));
  const { counts } = addNoise(model, { seed: -5, adcOffset: 0 });
  const halved = full([edge, edge], 0);
  for (let i = 0; i < halved.size; i++) halved.data[i] = 100 + (counts.data[i] - 100) / 2;
  assert.equal([counts, halved, model].map(isTooGood), [false, true, true]);
});

test("no more pixels than parameters tell nothing of the model", () => {
  const { reducedChiSquare } = goodnessOfFit([full([2, 2], 7)], [full([2, 2], 7)], [full([2, 2], 1, "int32")], loss, 4);
  assert.ok(Number.isNaN(reducedChiSquare));
});

test.run();
