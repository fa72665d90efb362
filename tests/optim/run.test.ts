import { test } from "uvu";
import * as assert from "uvu/assert";
import { descend } from "../../src/optim/descent.js";
import { lbfgs } from "../../src/optim/lbfgs.js";
import { levenbergMarquardt, type LeastSquares } from "../../src/optim/levenberg-marquardt.js";
import type { Objective } from "../../src/optim/objective.js";
import type { Progress, Result, StopConditions } from "../../src/optim/stop.js";
import { gradientDescent } from "../../src/optim/transformation.js";
import { untyped } from "../untyped.js";
import { evaluate, leastSquares, rosenbrock, wood } from "./problems.js";
import { rejectsInput } from "./rejects.js";

/** The least squares that an objective pretends to be: a constant stands for its second derivatives. */
function pretended(objective: Objective): LeastSquares {
  return {
    normalEquations: async (x) => ({ ...(await objective(x)), normal: x.map((_, i) => x.map((__, j) => (i === j ? 500 : 0))) }),
    value: async (x) => (await objective(x)).value,
  };
}

type Minimiser = (objective: Objective, start: readonly number[], stop?: StopConditions) => Promise<Result>;

const minimisers: Readonly<Record<string, Minimiser>> = {
  descend: (objective, start, stop) => descend(objective, start, gradientDescent(1e-3), stop),
  lbfgs: (objective, start, stop) => lbfgs(objective, start, stop),
  levenbergMarquardt: (objective, start, stop) => levenbergMarquardt(pretended(objective), start, stop),
};

const valley: Objective = (x) => evaluate(rosenbrock, x);

for (const [name, minimiser] of Object.entries(minimisers)) {
  test(`${name}: every stop condition ends the run by its name`, async () => {
    const off = { gradientTolerance: 0, valueTolerance: 0, stepTolerance: 0 };
    const expectations: readonly (readonly [StopConditions, Result["why"], boolean])[] = [
      [{ ...off, maxSteps: 3 }, "maxSteps", false],
      [{ ...off, maxSteps: 0 }, "maxSteps", false],
      [{ ...off, gradientTolerance: 1e9 }, "gradient", true],
      [{ ...off, valueTolerance: 1 }, "value", true],
      [{ ...off, stepTolerance: 10 }, "step", true],
      [{ ...off, maxSeconds: 0 }, "time", false],
      [{ ...off, signal: AbortSignal.abort() }, "aborted", false],
    ];
    for (const [stop, why, converged] of expectations) {
      const found = await minimiser(valley, rosenbrock.start, stop);
      assert.is(found.why, why);
      assert.is(found.converged, converged);
    }
    assert.is((await minimiser(valley, rosenbrock.start, { ...off, maxSteps: 3 })).steps, 3);
  });

  test(`${name}: a run that is aborted before it began returns the start, of which it knows nothing`, async () => {
    const found = await minimiser(valley, [3, 4], { signal: AbortSignal.abort() });
    assert.equal(found.parameters, [3, 4]);
    assert.ok(Number.isNaN(found.value));
    assert.is(found.gradient, undefined);
    assert.is(found.evaluations, 0);
    assert.equal(found.history, []);
    assert.is(found.steps, 0);
  });

  test(`${name}: an abort in the midst of a step returns the best parameters so far`, async () => {
    for (const last of [1, 2, 5, 9]) {
      const controller = new AbortController();
      const seen: { readonly value: number; readonly x: readonly number[] }[] = [];
      const found = await minimiser(
        (x) => {
          const evaluation = valley(x);
          seen.push({ value: evaluate(rosenbrock, x).value, x });
          if (seen.length === last) controller.abort();
          return evaluation;
        },
        rosenbrock.start,
        { signal: controller.signal },
      );
      assert.is(found.why, "aborted");
      assert.is(found.evaluations, last);
      const best = seen.reduce((lowest, point) => (point.value < lowest.value ? point : lowest));
      assert.is(found.value, best.value);
      assert.equal(found.parameters, best.x);
    }
  });

  test(`${name}: an objective that throws because of the abort is no error, any other throw is`, async () => {
    const controller = new AbortController();
    const found = await minimiser(
      async (x) => {
        if (x[0] !== rosenbrock.start[0]) {
          controller.abort();
          controller.signal.throwIfAborted();
        }
        return valley(x);
      },
      rosenbrock.start,
      { signal: controller.signal },
    );
    assert.is(found.why, "aborted");
    assert.equal(found.parameters, rosenbrock.start);
    const broken = await minimiser(() => Promise.reject(new RangeError("broken")), [1, 1]).catch((error: unknown) => error);
    assert.instance(broken, RangeError);
  });

  test(`${name}: the time that is given ends a run of slow evaluations`, async () => {
    const slow: Objective = async (x) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return valley(x);
    };
    const found = await minimiser(slow, rosenbrock.start, { maxSeconds: 0.045 });
    assert.is(found.why, "time");
    assert.ok(found.evaluations >= 1 && found.evaluations <= 5, `${found.evaluations}`);
    assert.ok(found.value <= evaluate(rosenbrock, rosenbrock.start).value);
  });

  test(`${name}: progress is told at the start and after each step, waited for, and is the history`, async () => {
    const told: Progress[] = [];
    let waiting = false;
    const onStep = async (progress: Progress): Promise<void> => {
      assert.not(waiting);
      waiting = true;
      await new Promise((resolve) => setTimeout(resolve, 1));
      waiting = false;
      told.push(progress);
    };
    const found = await minimiser(valley, rosenbrock.start, { maxSteps: 4, onStep });
    assert.equal(told.map(({ step }) => step), [0, 1, 2, 3, 4]);
    assert.equal(told[0].parameters, rosenbrock.start);
    assert.equal(told.map(({ value }) => value), found.history.map(({ value }) => value));
    assert.equal(told.map(({ gradientNorm }) => gradientNorm), found.history.map(({ gradientNorm }) => gradientNorm));
    told.forEach(({ parameters, value }) => assert.is(evaluate(rosenbrock, parameters).value, value));
    assert.is(found.history.at(-1)?.evaluations, found.evaluations);
  });

  test(`${name}: an objective that is not finite at the start is an error that says so`, async () => {
    const startAt = (value: number, gradient: number[]): Promise<Result> => minimiser(() => ({ value, gradient }), [1, 1]);
    await rejectsInput(startAt(NaN, [0, 0]), /the objective's value is NaN at the start/);
    await rejectsInput(startAt(Infinity, [0, 0]), /the objective's value is Infinity at the start/);
    await rejectsInput(startAt(0, [0, -Infinity]), /the objective's gradient is -Infinity at the start/);
    await rejectsInput(startAt(0, [0]), /1 derivatives for 2 parameters/);
    await rejectsInput(minimiser(valley, [1, NaN]), /parameter 1 starts at NaN/);
  });

  test(`${name}: a stop condition that is negative or not a number is an error that names it`, async () => {
    await rejectsInput(minimiser(valley, [1, 1], { maxSteps: -1 }), /maxSteps is -1/);
    await rejectsInput(minimiser(valley, [1, 1], { valueTolerance: NaN }), /valueTolerance is NaN/);
  });

  test(`${name}: a stop condition that is given as undefined is one that is not given`, async () => {
    const undecided = Object.fromEntries(["maxSteps", "gradientTolerance", "valueTolerance", "stepTolerance", "maxSeconds"].map((key) => [key, undefined]));
    assert.equal((await minimiser(valley, [1, 2], untyped(undecided))).parameters, (await minimiser(valley, [1, 2])).parameters);
  });

  test(`${name}: a start at the minimum is the result after one evaluation`, async () => {
    const found = await minimiser(valley, [1, 1]);
    assert.is(found.why, "gradient");
    assert.is(found.evaluations, 1);
    assert.equal(found.parameters, [1, 1]);
  });

  test(`${name}: the start is copied and not written to`, async () => {
    const start = [...rosenbrock.start];
    const run = minimiser(valley, start, { maxSteps: 2 });
    start.fill(NaN);
    assert.ok((await run).parameters.every(Number.isFinite));
  });
}

test("an objective may answer at once or later, with the same result", async () => {
  const later: Objective = (x) => Promise.resolve(evaluate(wood, x));
  assert.equal(await lbfgs(later, wood.start), await lbfgs((x) => evaluate(wood, x), wood.start));
  const { normalEquations, value } = leastSquares(wood);
  const slow: LeastSquares = { normalEquations: async (x) => normalEquations(x), value: async (x) => value(x) };
  assert.equal(await levenbergMarquardt(slow, wood.start), await levenbergMarquardt(leastSquares(wood), wood.start));
});

test.run();
