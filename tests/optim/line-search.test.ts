import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { backtrack, strongWolfe, type LineSample, type PathSample } from "../../src/optim/line-search.js";
import { distance } from "./problems.js";

type Line = (step: number) => readonly [value: number, slope: number];

interface LoggedLine {
  readonly steps: readonly number[];
  readonly start: LineSample;
  readonly sampleAt: (step: number) => Promise<LineSample>;
}

/** A line with a log of the steps that were tried. */
function logged(line: Line): LoggedLine {
  const sample = (step: number): LineSample => {
    const [value, slope] = line(step);
    return { step, value, slope };
  };
  const steps: number[] = [];
  const sampleAt = async (step: number): Promise<LineSample> => {
    steps.push(step);
    return sample(step);
  };
  return { steps, start: sample(0), sampleAt };
}

function meetsStrongWolfe({ step, value, slope }: LineSample, start: LineSample): boolean {
  return value <= start.value + 1e-4 * step * start.slope && Math.abs(slope) <= 0.9 * Math.abs(start.slope);
}

test("the whole step is taken where it is good enough", async () => {
  const { steps, start, sampleAt } = logged((t) => [(t - 1.2) ** 2, 2 * (t - 1.2)]);
  assert.equal(await strongWolfe(sampleAt, start), { step: 1, value: (1 - 1.2) ** 2, slope: 2 * (1 - 1.2) });
  assert.equal(steps, [1]);
});

test("the minimum of a cubic is found by one interpolation, or by one extrapolation", async () => {
  // The slope (t - at)(t + 1) is that of a cubic with its minimum at `at`.
  for (const at of [0.4, 3]) {
    const { steps, start, sampleAt } = logged((t) => [t ** 3 / 3 + ((1 - at) * t * t) / 2 - at * t, (t - at) * (t + 1)]);
    await strongWolfe(sampleAt, start, { curvature: 1e-6 });
    assert.ok(distance(steps, [1, at]) < 1e-12, steps.join(" "));
  }
});

test("the strong Wolfe conditions are met wherever the minimum of a well lies", async () => {
  const wells: readonly ((t: number, at: number) => readonly [number, number])[] = [
    (t, at) => [(t / at - 1) ** 2, (2 / at) * (t / at - 1)],
    (t, at) => [-t / (t * t + 2 * at * at), (t * t - 2 * at * at) / (t * t + 2 * at * at) ** 2],
    (t, at) => [(t / at) ** 4 - 4 * (t / at), (4 * (t / at) ** 3 - 4) / at],
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...wells), fc.double({ min: -5, max: 5, noNaN: true }), async (well, exponent) => {
      const { steps, start, sampleAt } = logged((t) => well(t, 10 ** exponent));
      const found = await strongWolfe(sampleAt, start, { curvature: 0.1 });
      if (typeof found === "string") assert.unreachable(found);
      else assert.ok(meetsStrongWolfe(found, start) && Math.abs(found.slope) <= 0.1 * Math.abs(start.slope));
      assert.ok(steps.length <= 20);
    }),
  );
});

test("where the value is not finite is too far", async () => {
  for (const beyond of [NaN, Infinity, -Infinity]) {
    const { start, sampleAt } = logged((t) => (t < 0.01 ? [-Math.sqrt(t + 1e-4), -0.5 / Math.sqrt(t + 1e-4)] : [beyond, beyond]));
    const found = await strongWolfe(sampleAt, start);
    if (typeof found === "string") assert.unreachable(found);
    else assert.ok(found.step < 0.01 && meetsStrongWolfe(found, start));
  }
});

test("no step is longer than the longest", async () => {
  const { steps, start, sampleAt } = logged((t) => [-t, -1]);
  assert.equal(await strongWolfe(sampleAt, start, { longest: 30 }), { step: 30, value: -30, slope: -1 });
  assert.equal(steps, [1, 5, 21, 30]);
});

test("when the evaluations are used up, the lowest step is the result", async () => {
  const { steps, start, sampleAt } = logged((t) => [-t, -1]);
  assert.equal(await strongWolfe(sampleAt, start, { maxEvaluations: 3 }), { step: 21, value: -21, slope: -1 });
  assert.equal(steps, [1, 5, 21]);
});

test("a slope that lies ends in a failure that says so", async () => {
  const { start, sampleAt } = logged((t) => [t, -1]);
  assert.is(await strongWolfe(sampleAt, start), "lineSearchFailed");
});

test("a line that is finite nowhere ends in a failure that says so", async () => {
  const { start, sampleAt } = logged((t) => (t === 0 ? [0, -1] : [0, NaN]));
  assert.is(await strongWolfe(sampleAt, start), "notFinite");
  assert.is(await backtrack((step) => Promise.resolve({ step, value: NaN, promised: -step, left: NaN }), 0), "notFinite");
});

test("backtracking takes the minimum of the parabola through the values", async () => {
  const steps: number[] = [];
  const found = await backtrack((step) => {
    steps.push(step);
    return Promise.resolve({ step, value: (step - 0.25) ** 2, promised: -0.5 * step, left: 2 * step * (step - 0.25) });
  }, 0.0625);
  assert.equal(steps, [1, 0.25]);
  assert.equal(found, { step: 0.25, value: 0, promised: -0.125, left: 0 });
});

test("backtracking fails where every step leads uphill", async () => {
  for (const startValue of [0, 1]) {
    const sampleAt = async (step: number): Promise<PathSample> => ({ step, value: startValue + step, promised: -step, left: step });
    assert.is(await backtrack(sampleAt, startValue), "lineSearchFailed");
  }
});

test("where the way promises less than rounding, backtracking takes a step whose slope is smaller, and none whose slope has turned", async () => {
  const minimum = 1e-9;
  const along = (step: number): PathSample => ({ step, value: 1, promised: -minimum * step * 1e-9, left: step * (step * minimum - minimum) * 1e-9 });
  assert.is(await backtrack((step) => Promise.resolve(along(step)), 1).then((found) => (typeof found === "string" ? found : found.step)), 1);
  const turned = (step: number): PathSample => ({ ...along(step), left: minimum * step * 1e-9 * (step > 0.3 ? 2 : 0) });
  const found = await backtrack((step) => Promise.resolve(turned(step)), 1);
  assert.ok(typeof found !== "string" && found.step <= 0.3);
});

test.run();
