import { test } from "uvu";
import * as assert from "uvu/assert";
import { div, log, mul } from "../../src/autodiff/primitives/elementwise.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { recorded } from "../../src/simulate/steps.js";
import { contradictions } from "../../src/refine/agreement.js";
import { parametersNamed } from "../../src/refine/catalogue.js";
import { Likelihood } from "../../src/refine/likelihood.js";
import { lossNamed } from "../../src/refine/loss.js";
import { refine } from "../../src/refine/refine.js";
import { checkRestraints, pullOf, type FunctionRestraint } from "../../src/refine/restraint.js";
import { countsOf, options, stillFrom, truth, withCrystal, withDetector, withFluence } from "./small-still.js";

const start = withFluence(withDetector(withCrystal(truth, { missetDeg: [10.1, 19.9, 30.1] }), { distanceMm: 80.2 }), 1e27);
const parameters = parametersNamed(["cell", "misset", "distance", "fluence"], start);

/** A restraint of the cell's volume, which is the product of the edges here. */
const volume = (target: number, sigma: number): FunctionRestraint => ({
  name: "volume",
  value: ({ a, b, c }): Variable => recorded(mul(a, b, c), a),
  target,
  sigma,
});

test("a restrained function has the value and the slopes of a hand calculation", () => {
  const values = parameters.map(({ start: value }) => value);
  const { difference, slopes } = pullOf(volume(13000, 10), parameters, values);
  const [a, b, c] = values;
  assert.ok(Math.abs(difference - (a * b * c - 13000)) < 1e-9);
  [b * c, a * c, a * b, 0, 0, 0, 0, 0].forEach((slope, i) => assert.ok(Math.abs(slopes[i] - slope) < 1e-9, `${i}`));
});

test("cost and slope of a restrained function agree with differences", async () => {
  const ratio: FunctionRestraint = { name: "log ratio", value: ({ a, distance }) => recorded(log(div(a, distance)), a), target: -1.3, sigma: 0.01 };
  const likelihood = new Likelihood([{ experiment: start, options, counts: countsOf(truth, 3) }], parameters, lossNamed("poisson"), [ratio, volume(13000, 50)]);
  const plain = new Likelihood([{ experiment: start, options, counts: countsOf(truth, 3) }], parameters, lossNamed("poisson"));
  const x = parameters.map((_, i) => 0.01 * Math.sin(i + 1));
  const cost = async (at: readonly number[]): Promise<number> => (await likelihood.value(at)) - (await plain.value(at));
  const [with_, without] = [await likelihood.normalEquations(x), await plain.normalEquations(x)];
  for (const i of parameters.keys()) {
    const beside = (sign: number): number[] => x.map((element, k) => element + (k === i ? sign * 1e-5 : 0));
    const difference = ((await cost(beside(1))) - (await cost(beside(-1)))) / 2e-5;
    assert.ok(Math.abs(with_.gradient[i] - without.gradient[i] - difference) < 1e-4 * (1 + Math.abs(difference)), `${parameters[i].name}: ${difference}`);
  }
});

test("a restrained function keeps the refined crystal where it says, and its target is told where it contradicts the data", async () => {
  const still = stillFrom(truth, start, 31);
  const right = 20.1 * 24.2 * 28.3;
  const found = async (target: number) => {
    const { parameters: refined, warnings } = await refine([still], parameters, { restraints: [volume(target, 5)], coarseToFine: [] });
    return { product: refined.slice(0, 3).reduce((all, { value }) => all * value, 1), warnings: warnings.filter((warning) => /volume/.test(warning)) };
  };
  const agreeing = await found(right);
  assert.ok(Math.abs(agreeing.product - right) < 15, `${agreeing.product}`);
  assert.equal(agreeing.warnings, []);
  const contradicting = await found(1.2 * right);
  assert.is(contradicting.warnings.length, 1);
});

test("a restraint's distance from data of known certainty is that of two measurements", () => {
  const [sigma, data, esd] = [0.5, 10, 2];
  const weights = [1 / sigma ** 2, 1 / esd ** 2];
  const variance = 1 / (weights[0] + weights[1]);
  const target = data + 5 * Math.hypot(sigma, esd);
  const value = variance * (weights[0] * target + weights[1] * data);
  const [sentence] = contradictions([{ restraint: { name: "x", target, sigma }, difference: value - target, slopes: [1] }], [1], [[variance]]);
  assert.match(sentence, /contradicts the data by 5\.0 standard deviations: .* at about 10;/);
});

const refusals: readonly (readonly [string, FunctionRestraint, RegExp])[] = [
  ["a name that is not refined", { ...volume(1, 1), value: ({ gamma }) => recorded(mul(gamma, 2), gamma) }, /the restraint for volume asks for gamma, which is not refined \(a, b, c/],
  ["no sigma", volume(1, 0), /sigma 0; it must be above 0/],
  ["no target", volume(NaN, 1), /target NaN; it must be a finite number/],
];
for (const [name, restraint, sentence] of refusals) {
  test(`a restraint with ${name} is refused`, () => {
    assert.throws(() => checkRestraints([restraint], parameters), sentence);
  });
}

test.run();
