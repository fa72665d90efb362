import { test } from "uvu";
import * as assert from "uvu/assert";
import { boxesAround } from "../../../src/refine/boxes/box.js";
import { Prediction } from "../../../src/refine/boxes/prediction.js";
import { withPriors, type PriorAt } from "../../../src/refine/boxes/prior.js";
import { ProfileProgram } from "../../../src/refine/boxes/profile-program.js";
import { nearStart, roundnessExpected } from "../../../src/refine/boxes/start-restraint.js";
import { wilsonPrior } from "../../../src/refine/boxes/wilson.js";
import { parametersNamed } from "../../../src/refine/catalogue.js";
import { full } from "../../../src/ndarray/ndarray.js";
import { valueAt } from "../../../src/refine/parameter.js";
import { truth, withCrystal } from "./closed-still.js";

const blocks = [{ rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg: [0.1, -0.05, 0.08], weight: 0.5 }] as const;
const crystal = withCrystal(truth, { blocks, domainA: [900, 700, 800, 50, -30, 20], etaDeg: [0.15, 0.1, 0.12, 0.02, -0.03, 0.01] });
const parameters = [...parametersNamed(["misset", "cell", "distance", "beam_center", "eta", "domain"], crystal), ...parametersNamed(["blocks"], crystal)];
const reflections = new Prediction(crystal).all({ deviations: 3 });
// Any counts will do for a slope.
const observed = reflections.map((reflection, i) => ({ reflection, photons: (i * 37) % 500, photonsSigma: 5 }));

test("the slopes of what is known besides the pixels are those of differences", () => {
  const origin = new Map(parameters.map(({ name, start, doubt }) => [name, start + 0.3 * doubt]));
  const [domain, mosaicity] = roundnessExpected(crystal, parameters, withCrystal(crystal, { domainA: [500, 500, 600, 0, 0, 0], etaDeg: [0.1, 0.1, 0.1, 0, 0, 0] }));
  const priors = { start: nearStart(parameters, origin), domain, mosaicity, wilson: wilsonPrior(crystal, parameters, observed) };
  const step = 1e-4;
  for (const [name, prior] of Object.entries(priors)) {
    const here = prior(parameters.map(({ start }) => start), false);
    assert.ok(here);
    parameters.forEach((parameter, i) => {
      const at = (x: number): number => prior(parameters.map((other, k) => valueAt(other, k === i ? x : 0)), true)?.value ?? NaN;
      const slope = (at(step) - at(-step)) / (2 * step);
      const unit = Math.sqrt(here.normal[i][i]);
      assert.ok(Math.abs(here.gradient[i] - slope) < 1e-5 * Math.abs(slope) + 1e-3 * unit + 1e-6, `${name}, ${parameter.name}: ${here.gradient[i]} is not ${slope}`);
    });
  }
});

test("priors beside pixels count by their weight, in the misfit, its slope and its curvature; where one of them cannot be, the misfit is infinite", async () => {
  const pixels = {
    valuesAt: ([x]: readonly number[]) => [3 * x],
    value: ([x]: readonly number[]) => 2 * x * x,
    normalEquations: ([x]: readonly number[]) => ({ value: 2 * x * x, gradient: [4 * x], normal: [[4]] }),
  };
  // By the minimiser's coordinate, of which the value is 3 times as large.
  const prior: PriorAt = ([value]) => (value > 30 ? undefined : { value: value * value, gradient: [6 * value], normal: [[18]] });
  const { value, normalEquations } = withPriors(pixels, [{ at: prior, weight: 2 }, { at: prior, weight: 3 }]);
  assert.is(value([1]), 2 + 5 * 9);
  assert.equal(await normalEquations([1]), { value: value([1]), gradient: [4 + 5 * 18], normal: [[4 + 5 * 18]] });
  assert.is(value([11]), Infinity);
  assert.is((await normalEquations([11])).value, Infinity);
});

test("a domain that has no length along some direction is no domain, and a mosaicity about an axis is above 0", () => {
  const [domain, mosaicity] = roundnessExpected(crystal, parameters, crystal);
  const withValue = (changed: string, value: number): number[] => parameters.map(({ name, start }) => (name === changed ? value : start));
  assert.is(domain(withValue("domain_xy", 900), false), undefined);
  assert.is(mosaicity(withValue("eta_xz", 0.2), false), undefined);
});

test("tensors are expected to be round, and of the size of the start within a factor of e; one number has no shape", () => {
  const round = withCrystal(truth, { domainA: [500, 500, 500, 0, 0, 0], etaDeg: [0.4, 0.4, 0.4, 0, 0, 0] });
  const names = parametersNamed(["domain", "eta"], round);
  const valuesOf = (factor: number): number[] => names.map(({ start }) => factor * start);
  const found = roundnessExpected(round, names, round);
  assert.is(found.length, 2);
  for (const prior of found) for (const [factor, value] of [[1, 0], [Math.E, 0.5], [Math.exp(-2), 2]]) assert.ok(Math.abs((prior(valuesOf(factor), true)?.value ?? NaN) - value) < 1e-12);
  // Twice as long along one axis: ln((4/3)^3 / 2), times 4, and a mean that is 4/3 as long.
  const longer = names.map(({ name, start }) => (name === "domain_xx" || name === "eta_zz" ? 2 * start : start));
  for (const prior of found) assert.ok(Math.abs((prior(longer, true)?.value ?? NaN) - 4 * Math.log(32 / 27) - Math.log(4 / 3) ** 2 / 2) < 1e-12);
  assert.is(roundnessExpected(truth, parametersNamed(["eta"], truth), truth).length, 0);
});

test("the photons of a whole spot are those of its box, from a pixel beside its middle, too", () => {
  const { background, ...lit } = truth;
  const dark = { ...lit, detector: { ...lit.detector, footprintMm: 0.08 } };
  const met = new Prediction(dark).all({ deviations: 1 });
  const { boxes, pixels } = boxesAround(full([200, 200], 0, "float64"), full([200, 200], 1, "int32"), met);
  const whole = boxes.filter(({ first, end }) => end - first >= 13 * 13);
  assert.ok(whole.length > 4, `${whole.length} boxes`);
  const profile = new Float64Array(pixels.count);
  new ProfileProgram(dark, []).profiles(pixels, [], [0, 0, 0], (first, count, [own]) => profile.set(own.subarray(0, count), first));
  const column = (of: (reflection: (typeof met)[number]) => number): Float64Array => Float64Array.from(whole, ({ reflection }) => of(reflection));
  const seen = { count: whole.length, panel: column(() => 0), fast: column(({ fast }) => fast + 0.7), slow: column(({ slow }) => slow - 0.4), h: column(({ hkl }) => hkl[0]), k: column(({ hkl }) => hkl[1]), l: column(({ hkl }) => hkl[2]) };
  const wholes: number[] = [];
  new ProfileProgram(dark, [], 1, "whole").profiles(seen, [], [0, 0, 0], (_, count, [own]) => wholes.push(...own.subarray(0, count)));
  whole.forEach(({ first, end, reflection }, i) => {
    const sum = profile.subarray(first, end).reduce((total, photons) => total + photons, 0);
    // The covariance changes a little over a spot.
    assert.ok(Math.abs(wholes[i] / sum - 1) < 0.05, `${reflection.hkl.join()}: ${wholes[i]} is not ${sum}`);
  });
});

test.run();
