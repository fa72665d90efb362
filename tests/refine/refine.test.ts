import { test } from "uvu";
import * as assert from "uvu/assert";
import { recommendedOversample } from "../../src/models/experiment.js";
import { InputError } from "../../src/ndarray/errors.js";
import { zeros } from "../../src/ndarray/ndarray.js";
import { parametersNamed, refinableExperiment } from "../../src/refine/catalogue.js";
import { lossNamed, lossNames } from "../../src/refine/loss.js";
import { refineFromManyStarts } from "../../src/refine/multi-start.js";
import { refine, type RefinedParameter } from "../../src/refine/refine.js";
import type { Still } from "../../src/refine/still.js";
import { deviations, options, stillFrom, truth, withCrystal, withDetector, withFluence } from "./small-still.js";

const cell = { a: 20.1, b: 24.2, c: 28.3, alpha: 90, beta: 90, gamma: 90 };
const start = withFluence(withDetector(withCrystal(truth, { lattice: { ...cell, a: 20.15, c: 28.2 }, missetDeg: [10.2, 19.8, 30.1] }), { distanceMm: 80.2 }), 1e27);
const truths = { a: 20.1, b: 24.2, c: 28.3, misset_x: 10, misset_y: 20, misset_z: 30, distance: 80, fluence: 3e27, scale: 3 };

function within(parameters: readonly RefinedParameter[], expected: Readonly<Record<string, number>>, sigmas = 3.5): void {
  for (const [name, deviation] of Object.entries(deviations(parameters, expected))) {
    assert.ok(Math.abs(deviation) < sigmas, `${name} deviates by ${deviation} standard deviations`);
  }
}

test("a noisy still leads from a wrong start to the truth within its standard deviations", async () => {
  const still = stillFrom(truth, start, 1);
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence"], start));
  within(result.parameters, truths);
  assert.ok(result.converged);
  assert.ok(Math.abs(result.reducedChiSquare - 1) < 0.15, `reduced chi-square ${result.reducedChiSquare}`);
  assert.is(result.history.length, result.steps + 3);
  for (const row of result.correlations) for (const value of row) assert.ok(Math.abs(value) <= 1 + 1e-9);
});

test("a wrong number of cells is found together with the rest", async () => {
  const measured = withCrystal(truth, { cells: [6, 6, 6] });
  const still = stillFrom(measured, start, 2);
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "scale", "N"], start));
  within(result.parameters, { ...truths, N: 6 });
});

test("numbers of cells that are far from the truth are found, though fringes make a minimum at every whole number", async () => {
  for (const cells of [[9, 9, 9], [4, 6, 8]] as const) {
    const still = stillFrom(withCrystal(truth, { cells }), start, 21);
    const [Na, Nb, Nc] = cells;
    const result = await refine([still], parametersNamed(["cell", "misset", "distance", "scale", "N"], start, { separateN: Na !== Nb }));
    within(result.parameters, { ...truths, N: Na, Na, Nb, Nc });
  }
});

test("a monoclinic crystal before a detector at a two-theta is refined with its angle", async () => {
  const turned = (beta: number, a: number): typeof truth => withDetector(withCrystal(truth, { lattice: { ...cell, a, beta } }), { twothetaDeg: 10 });
  const still = stillFrom(turned(103.2, 20.1), turned(103, 20.15), 3);
  const parameters = parametersNamed(["cell", "misset", "distance", "scale"], still.experiment);
  assert.equal(parameters.map(({ name }) => name), ["a", "b", "c", "beta", "misset_x", "misset_y", "misset_z", "distance", "scale"]);
  const result = await refine([still], parameters);
  within(result.parameters, { ...truths, scale: 1, beta: 103.2 });
});

test("the mosaic spread and the smooth background are refined together with the crystal", async () => {
  const mosaic = (spreadDeg: number) => ({ mosaic: { spreadDeg, domains: 8, seed: -5 } });
  const measured = { ...withCrystal(truth, mosaic(1)), background: [0.3, 0.2, -0.1] };
  const from = withCrystal(truth, mosaic(0.5));
  const still = stillFrom(measured, from, 4);
  const result = await refine([still], parametersNamed(["misset", "scale", "mosaic_spread", "background"], from), { coarseToFine: [] });
  within(result.parameters, { ...truths, scale: 1, mosaic_spread: 1, background_0: 0.3, background_1: 0.2, background_2: -0.1 });
});

test("every loss leads to the truth within the standard deviations that it claims", async () => {
  const measured = { ...truth, background: [1.5] };
  for (const name of lossNames) {
    const still = stillFrom(measured, { ...start, background: [1.5] }, 5);
    const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence"], start), { loss: lossNamed(name), coarseToFine: [] });
    within(result.parameters, truths, 4);
  }
});

test("a few pixels that no model explains do not mislead the robust loss", async () => {
  const measured = { ...truth, background: [1.5] };
  const from = { ...start, background: [1.5] };
  const still = stillFrom(measured, from, 6);
  for (let i = 100; i < still.counts.size; i += 211) still.counts.data[i] += 3000;
  const parameters = parametersNamed(["cell", "misset", "distance", "fluence"], from);
  const robust = await refine([still], parameters, { loss: lossNamed("huber"), coarseToFine: [] });
  within(robust.parameters, truths, 5);
  const poisson = await refine([still], parameters, { coarseToFine: [] });
  const worst = (found: readonly RefinedParameter[]): number => Math.max(...Object.values(deviations(found, truths)).map(Math.abs));
  assert.ok(worst(poisson.parameters) > 2 * worst(robust.parameters));
});

test("several stills of one crystal in different orientations share its cell and the detector", async () => {
  const turned = (experiment: typeof truth, angle: number): typeof truth => withCrystal(experiment, { missetDeg: [10 + angle, 20, 30] });
  const stills = [0, 40].map((angle, i) => stillFrom(turned(truth, angle), turned(start, angle), 7 + i));
  const own = stills.flatMap(({ experiment }, image) =>
    parametersNamed(["misset", "fluence"], experiment).map((parameter) => ({ ...parameter, name: `${parameter.name}[${image + 1}]`, image })),
  );
  const shared = parametersNamed(["cell", "distance", "beam_center"], start);
  const result = await refine(stills, [...shared, ...own], { coarseToFine: [2] });
  const of = (name: string): RefinedParameter => {
    const found = result.parameters.find((parameter) => parameter.name === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  within(["a", "b", "c", "distance"].map(of), truths);
  assert.ok(Math.abs(of("misset_x[2]").value - 50) < 4 * (of("misset_x[2]").esd ?? 0));
  const alone = await refine([stills[0]], parametersNamed(["cell", "misset", "distance", "beam_center", "fluence"], start), { coarseToFine: [] });
  assert.ok((of("distance").esd ?? 0) < (alone.parameters.find(({ name }) => name === "distance")?.esd ?? 0));
});

test("a restraint pulls to its target as its sigma allows, and lowers the standard deviation", async () => {
  const still = stillFrom(truth, start, 9);
  const parameters = parametersNamed(["cell", "misset", "distance", "fluence"], start);
  const result = await refine([still], parameters, { restraints: [{ name: "distance", target: 80, sigma: 1e-4 }], coarseToFine: [] });
  const distance = result.parameters.find(({ name }) => name === "distance");
  assert.ok(Math.abs((distance?.value ?? 0) - 80) < 3e-4);
  assert.ok((distance?.esd ?? 1) <= 1.0001e-4);
});

test("scale and fluence together are told not to be determined, while all else is", async () => {
  const still = stillFrom(truth, start, 10);
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "scale", "fluence"], start));
  const lost = result.parameters.filter(({ esd }) => esd === undefined).map(({ name }) => name);
  assert.equal(lost, ["scale", "fluence"]);
  assert.ok(result.warnings.some((warning) => /scale, fluence are not determined together|fluence, scale are not determined together/.test(warning)));
  const product = result.parameters.filter(({ name }) => lost.includes(name)).reduce((all, { value }) => all * value, 1);
  assert.ok(Math.abs(product / 3e27 - 1) < 0.05);
  within(result.parameters.filter(({ esd }) => esd !== undefined), truths);
});

test("what no pixel depends on does not move and is told by name", async () => {
  const flat = refinableExperiment({ ...withCrystal(start, { cells: [5, 5, 1] }) });
  const still = stillFrom(withCrystal(truth, { cells: [5, 5, 1] }), flat, 11);
  const along = parametersNamed(["cell", "misset", "fluence"], flat, { system: "triclinic" });
  const result = await refine([still], along);
  assert.ok(result.parameters.every(({ value }) => Number.isFinite(value)));
  assert.ok(result.warnings.some((warning) => /not determined/.test(warning)), result.warnings.join("; "));
});

test("water in the beam, be its start far off, does not turn the crystal", async () => {
  for (const [waterUm, from] of [[1, 0.3], [1, 3]] as const) {
    const measured = { ...truth, waterUm };
    const beside = { ...start, waterUm: from };
    const still = stillFrom(measured, beside, 17);
    const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence", "water"], beside));
    within(result.parameters, { ...truths, water: waterUm });
  }
});

test("overloaded pixels are left out with a sentence, as of 65535 counts or as many as somebody says", async () => {
  const still = stillFrom(truth, start, 14);
  const brightest = Math.max(...still.counts.data);
  const level = brightest / 2;
  const cut = still.counts.data.filter((count) => count >= level).length;
  for (let i = 0; i < still.counts.size; i++) still.counts.data[i] = Math.min(still.counts.data[i], level);
  const result = await refine([{ ...still, overload: level }], parametersNamed(["cell", "misset", "distance", "fluence"], start));
  within(result.parameters, truths);
  assert.ok(result.warnings.some((warning) => warning === `the image: ${cut} pixels are overloaded at ${level} counts, and left out`), result.warnings.join("; "));
  const bright = stillFrom(truth, start, 14);
  bright.counts.data[100] = 65535;
  const { warnings } = await refine([bright], parametersNamed(["scale"], start), { coarseToFine: [], maxSteps: 1 });
  assert.ok(warnings.includes("the image: 1 pixel is overloaded at 65535 counts, and left out"));
});

test("where time or patience end before the last stage, its pixels are sampled as the spots need it, and nothing else is said", async () => {
  const still = stillFrom(truth, start, 18);
  const unsampled = { ...still, options: {} };
  const needed = recommendedOversample(start);
  const scale = parametersNamed(["scale"], start);
  for (const [options, why] of [[{ maxSeconds: 1e-6 }, "time"], [{ signal: AbortSignal.abort() }, "aborted"]] as const) {
    const result = await refine([unsampled], scale, options);
    assert.equal([result.why, result.converged, result.oversample], [why, false, [needed]]);
    assert.ok(result.warnings.every((warning) => !/points in a pixel/.test(warning)));
  }
});

test("a refinement that breaks leaves nothing behind at its signal", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const [add, remove] = [signal.addEventListener, signal.removeEventListener];
  signal.addEventListener = (...given: Parameters<typeof add>): void => void (listeners++, add.apply(signal, given));
  signal.removeEventListener = (...given: Parameters<typeof remove>): void => void (listeners--, remove.apply(signal, given));
  const onStep = (): never => {
    throw new Error("enough");
  };
  await refine([stillFrom(truth, start, 19)], parametersNamed(["scale"], start), { signal, onStep }).catch(() => undefined);
  assert.is(listeners, 0);
});

test("widths of spots, starts and names that cannot be are refused", async () => {
  const still = stillFrom(truth, start, 15);
  const scale = parametersNamed(["scale"], start);
  const refused = async (action: () => Promise<unknown>, part: string): Promise<void> => {
    try {
      await action();
    } catch (error) {
      assert.ok(error instanceof InputError && error.message.includes(part), String(error));
      return;
    }
    assert.unreachable(part);
  };
  await refused(() => refine([still], scale, { coarseToFine: [0] }), "coarseToFine holds 0");
  await refused(() => refine([still], scale, { coarseToFine: [NaN] }), "coarseToFine holds NaN");
  await refused(() => refine([still], scale, { restraints: [{ name: "distnce", target: 1, sigma: 1 }] }), "distnce");
  await refused(() => refine([still], scale, { from: [1, 2] }), "2 values for 1 parameters");
  await refused(async () => parametersNamed(JSON.parse('["lambda"]'), start), "lambda");
  await refused(async () => lossNamed(JSON.parse('"bogus"')), "bogus");
});

test("NaN pixels are left out with a sentence, and nothing in the result is NaN", async () => {
  const still = stillFrom(truth, start, 12);
  still.counts.data.fill(NaN, 1000, 1064);
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence"], start));
  within(result.parameters, truths);
  assert.ok(result.warnings.includes("the image: 64 pixels are NaN or infinite, and left out"));
  assert.ok(Number.isFinite(result.loss) && Number.isFinite(result.reducedChiSquare));
});

test("what dead pixels tell, which is below zero or infinite, is left out with a sentence", async () => {
  const still = stillFrom(truth, start, 15);
  still.counts.data.fill(-1, 1000, 1064);
  still.counts.data.fill(-Infinity, 2000, 2003);
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence"], start));
  within(result.parameters, truths);
  assert.ok(result.warnings.includes("the image: 64 pixels are below 0 counts, and left out"));
  assert.ok(result.warnings.includes("the image: 3 pixels are NaN or infinite, and left out"));
});

test("parameters that a few pixels leave open are told in one sentence, not in one for each combination", async () => {
  const still = stillFrom(truth, start, 16);
  const mask = zeros([64, 64], "int32");
  const brightest = still.counts.data.indexOf(Math.max(...still.counts.data));
  mask.data.fill(1, brightest - 1, brightest + 2);
  const few = { ...still, options: { ...still.options, mask } };
  const { warnings, parameters } = await refine([few], parametersNamed(["cell", "misset", "distance", "fluence"], start));
  assert.is(warnings.filter((warning) => /not determined|none of/.test(warning)).length, 1, warnings.join("; "));
  assert.ok(parameters.every(({ value }) => Number.isFinite(value)));
});

/** A still that has counted something else. */
function stillOfCounts(change: (counts: Still["counts"]["data"]) => void): Still {
  const still = stillFrom(truth, start, 1);
  change(still.counts.data);
  return { ...still, name: "dark.img" };
}

const refusals: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ["an empty mask", () => refine([{ ...stillFrom(truth, start, 1), options: { ...options, mask: zeros([64, 64], "int32") } }], parametersNamed(["cell"], start)), /no pixel of the image is left/],
  ["an image without a photon", () => refine([stillOfCounts((counts) => counts.fill(0))], parametersNamed(["cell"], start)), /no pixel of dark.img that could be used has counted a photon/],
  [
    "an image of which too much was taken off",
    () => refine([stillOfCounts((counts) => counts.forEach((count, i) => (counts[i] = count - 1)))], parametersNamed(["cell"], start)),
    /dark.img is below 0 counts in \d+ of 4096 pixels/,
  ],
  ["no parameter", () => refine([stillFrom(truth, start, 1)], []), /nothing is refined/],
  ["no image", () => refine([], parametersNamed(["cell"], start)), /no image/],
  ["a parameter twice", () => refine([stillFrom(truth, start, 1)], parametersNamed(["cell", "cell"], start)), /a is refined twice/],
  ["a restraint for nothing", () => refine([stillFrom(truth, start, 1)], parametersNamed(["cell"], start), { restraints: [{ name: "N", target: 1, sigma: 1 }] }), /N, which is not refined/],
  ["a mosaic spread of 0", async () => parametersNamed(["mosaic_spread"], start), /starts above 0/],
  ["a cell of another system", async () => parametersNamed(["cell"], start, { system: "cubic" }), /is not cubic; its shape is orthorhombic/],
];
for (const [name, run, sentence] of refusals) {
  test(`${name} is refused with a sentence`, async () => {
    let message = "";
    await run().catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      ({ message } = error);
    });
    assert.match(message, sentence);
  });
}

test("an interrupted refinement keeps the best so far", async () => {
  const still = stillFrom(truth, start, 13);
  const interruption = new AbortController();
  const result = await refine([still], parametersNamed(["cell", "misset", "distance", "fluence"], start), {
    signal: interruption.signal,
    coarseToFine: [],
    onStep: ({ step }) => {
      if (step === 2) interruption.abort();
    },
  });
  assert.is(result.why, "aborted");
  assert.not(result.converged);
  assert.ok(result.loss <= Math.min(...result.history.map(({ loss }) => loss)));
  assert.ok(result.parameters.every(({ value }) => Number.isFinite(value)));
});

test("many starts find an orientation that one start misses", async () => {
  const far = withCrystal(start, { missetDeg: [10, 20, 42] });
  const still = stillFrom(truth, far, 14);
  const parameters = parametersNamed(["misset", "fluence"], far);
  const many = await refineFromManyStarts([still], parameters, { starts: 30, withinDeg: 14, seed: 3, coarseToFine: [4] });
  const [x, y, z] = many.parameters.map(({ value }) => value);
  assert.ok(Math.hypot(x - 10, y - 20, z - 30) < 0.3, `${x} ${y} ${z}`);
});

test.run();
