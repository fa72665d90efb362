import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectedGradient } from "../../src/optim/bounds.js";
import { lbfgs } from "../../src/optim/lbfgs.js";
import type { Evaluation, Objective } from "../../src/optim/objective.js";
import { rounding } from "../../src/optim/run.js";
import type { Progress } from "../../src/optim/stop.js";
import { anyQuadratic, beale, classics, distance, evaluate, permutation, rosenbrock, wood, type Problem } from "./problems.js";
import { rejectsInput } from "./rejects.js";

for (const [name, problem] of Object.entries(classics)) {
  test(`${name} function: L-BFGS finds the minimum`, async () => {
    const found = await lbfgs((x) => evaluate(problem, x), problem.start, { gradientTolerance: 1e-12, valueTolerance: 0 });
    assert.ok(found.converged, found.why);
    assert.ok(found.value < 1e-20);
    // The singular one is flat: its value is the fourth power of the distance.
    assert.ok(distance(found.parameters, problem.minimum) < (name === "Powell's singular" ? 1e-4 : 1e-10));
    assert.equal(found.gradient, evaluate(problem, found.parameters).gradient);
  });
}

test("Rosenbrock's valley is passed in less than 60 evaluations", async () => {
  const found = await lbfgs((x) => evaluate(rosenbrock, x), rosenbrock.start);
  assert.ok(found.evaluations < 60, `${found.evaluations}`);
});

test("the value falls at every step", async () => {
  const { history, steps } = await lbfgs((x) => evaluate(wood, x), wood.start);
  assert.is(history.length, steps + 1);
  history.slice(1).forEach(({ value }, i) => assert.ok(value < history[i].value));
});

test("convex quadratics of any dimension are minimised", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), async ({ problem, start }) => {
      const stop = { gradientTolerance: 1e-9, valueTolerance: 0, stepTolerance: 0, maxSteps: 1000 };
      const found = await lbfgs((x) => evaluate(problem, x), start, stop);
      assert.is(found.why, "gradient");
      assert.ok(distance(found.parameters, problem.minimum) < 1e-7);
    }),
    { numRuns: 50 },
  );
});

test("convex quadratics are minimised within bounds: only on a bound a gradient is left", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), fc.double({ min: 0, max: 1, noNaN: true }), async ({ problem, start }, width) => {
      const upper = problem.minimum.map((at, i) => at + (i % 3) - 1);
      const bounds = { lower: upper.map((limit) => limit - width), upper };
      const stop = { gradientTolerance: 1e-9, valueTolerance: 0, stepTolerance: 0, maxSteps: 2000 };
      const { parameters, why } = await lbfgs((x) => evaluate(problem, x), start, stop, bounds);
      const { value, gradient } = evaluate(problem, parameters);
      assert.ok(why === "gradient" || why === "value", why);
      // Where values end the run, the slopes that are left promise less than the rounding of the value: slope² / (2 curvature).
      const curvature = problem.jacobian(parameters).flat().reduce((total, part) => total + part * part, 0);
      const largest = why === "gradient" ? 1e-9 : Math.sqrt(2 * rounding * value * curvature);
      assert.ok(projectedGradient(parameters, gradient, bounds).every((slope) => Math.abs(slope) <= largest), why);
      assert.ok(parameters.every((x, i) => x >= bounds.lower[i] && x <= bounds.upper[i]));
    }),
    { numRuns: 50 },
  );
});

test("a step along a parameter that is held afterwards says nothing of the curvature of the others", async () => {
  // The first step moves x to its bound and y by nothing, but changes the slope of y.
  const objective: Objective = ([x, y]) => ({ value: 10 + x * x + x * y + y * y, gradient: [2 * x + y, x + 2 * y] });
  const { parameters, evaluations } = await lbfgs(objective, [1, -0.5], { valueTolerance: 0 }, { lower: [0.9, -1], upper: [1.1, 1] });
  assert.is(parameters[0], 0.9);
  assert.ok(Math.abs(parameters[1] + 0.45) < 1e-9, `${parameters[1]}`);
  assert.ok(evaluations < 12, `${evaluations}`);
});

test("the order of the parameters does not change the result", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), fc.infiniteStream(fc.nat()), async ({ problem, start }, numbers) => {
      const order = permutation(start.length, numbers);
      const back = (x: readonly number[]): number[] => order.map((_, i) => x[order.indexOf(i)]);
      const permuted = (x: readonly number[]): Evaluation => {
        const { value, gradient } = evaluate(problem, back(x));
        return { value, gradient: order.map((i) => gradient[i]) };
      };
      const straight = await lbfgs((x) => evaluate(problem, x), start);
      const other = await lbfgs(permuted, order.map((i) => start[i]));
      assert.ok(distance(back(other.parameters), straight.parameters) < 1e-4);
      assert.ok(Math.abs(other.value - straight.value) <= 1e-9 * (1 + straight.value));
    }),
    { numRuns: 50 },
  );
});

test("bounds are active at the solution: Rosenbrock's function with x at most 1/2 is lowest at (1/2, 1/4)", async () => {
  for (const start of [[-1.2, 1], [0.4, -3], [9, 9]]) {
    const found = await lbfgs((x) => evaluate(rosenbrock, x), start, { valueTolerance: 0 }, { upper: [0.5, Infinity] });
    assert.ok(found.converged, found.why);
    assert.is(found.parameters[0], 0.5);
    assert.ok(Math.abs(found.parameters[1] - 0.25) < 1e-10);
    assert.ok(Math.abs(found.value - 0.125) < 1e-14);
  }
});

test("many bounds are met in one step", async () => {
  const wanted = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1 : 2 + i));
  const objective: Objective = (x) => {
    const gradient = x.map((part, i) => part - wanted[i]);
    return { value: gradient.reduce((sum, part) => sum + part * part, 0) / 2, gradient };
  };
  const found = await lbfgs(objective, wanted.map(() => 0), {}, { upper: wanted.map(() => 1.5) });
  assert.ok(distance(found.parameters, wanted.map((at) => Math.min(at, 1.5))) < 1e-9);
  assert.ok(found.evaluations < 10, `${found.evaluations}`);
});

test("a bound that is met on the way but not active at the solution is left again", async () => {
  const path: (readonly number[])[] = [];
  const onStep = ({ parameters }: Progress): void => void path.push(parameters);
  const bounds = { lower: [0, 0.5], upper: [1.5, 1.5] };
  const found = await lbfgs((x) => evaluate(rosenbrock, x), [0, 0.5], { valueTolerance: 0, onStep }, bounds);
  assert.is(path[1][1], 0.5);
  assert.is.not(path[1][0], 0);
  assert.ok(distance(found.parameters, [1, 1]) < 1e-9);
});

test("parameters whose bounds coincide stay there", async () => {
  const bounds = { lower: [-5, 0.25], upper: [5, 0.25] };
  const found = await lbfgs((x) => evaluate(rosenbrock, x), [0.4, 3], { valueTolerance: 0 }, bounds);
  assert.is(found.parameters[1], 0.25);
  // x where the derivative of 50 (1/4 - x²)² + (1 - x)²/2 vanishes
  const [x] = found.parameters;
  assert.ok(Math.abs(-200 * x * (0.25 - x * x) - (1 - x)) < 1e-9);
});

test("where the objective is not finite no step leads", async () => {
  const found = await lbfgs(([x]) => ({ value: x - Math.log(x), gradient: [1 - 1 / x] }), [1e-3]);
  assert.ok(found.converged);
  assert.ok(Math.abs(found.parameters[0] - 1) < 1e-6);
  // Beyond 1/2 the value is low, but the gradient is not a number; the bound at 3 lies behind that.
  const hole: Objective = ([x]) => ({ value: (x - 10) ** 2, gradient: [x > 0.5 ? NaN : 2 * (x - 10)] });
  const before = await lbfgs(hole, [0], { maxSteps: 30 }, { upper: [0.75] });
  assert.ok(before.parameters[0] > 0.1 && before.parameters[0] <= 0.5, before.parameters.join(" "));
  const sheer = await lbfgs(([x]) => ({ value: x === 3 ? 1 : NaN, gradient: [1] }), [3]);
  assert.is(sheer.why, "notFinite");
  assert.not(sheer.converged);
  assert.equal(sheer.parameters, [3]);
});

test("a gradient of the wrong sign ends in a failed line search, not in convergence", async () => {
  const found = await lbfgs(([x]) => ({ value: x * x, gradient: [-2 * x] }), [2]);
  assert.is(found.why, "lineSearchFailed");
  assert.not(found.converged);
  assert.equal(found.parameters, [2]);
});

/** One plus a problem's value, times one plus noise that follows from the parameters; the gradient has none. */
function withNoise(problem: Pick<Problem, "residuals" | "jacobian">, amplitude: number): Objective {
  return (x) => {
    const { value, gradient } = evaluate(problem, x);
    const noise = amplitude * Math.sin(x.reduce((mixed, part) => 1e5 * mixed + 1e9 * part, 0));
    return { value: (1 + value) * (1 + noise), gradient };
  };
}

test("beside a minimum where the value is nothing but rounding the slopes alone lead on", async () => {
  const found = await lbfgs(withNoise(wood, Number.EPSILON), wood.start, { valueTolerance: 0, stepTolerance: 0 });
  assert.is(found.why, "gradient");
  assert.ok(found.evaluations < 200, `${found.evaluations}`);
  assert.ok(distance(found.parameters, wood.minimum) < 1e-10);
});

test("a run whose steps fail in noise has converged if the gradient promises less than the tolerance", async () => {
  const found = await lbfgs(withNoise(beale, 1e-8), beale.start, { valueTolerance: 3e-10 });
  assert.is(found.why, "value");
  assert.ok(distance(found.parameters, beale.minimum) < 1e-4);
});

test("a value with noise stops where the noise begins", async () => {
  const found = await lbfgs(
    (x) => ({ ...evaluate(rosenbrock, x), value: Math.fround(1 + evaluate(rosenbrock, x).value) }),
    rosenbrock.start,
    { valueTolerance: 1e-7 },
  );
  assert.is(found.why, "value");
  assert.ok(distance(found.parameters, [1, 1]) < 2e-3);
});

test("a memory that is not a whole number of steps is an error", async () => {
  await rejectsInput(lbfgs((x) => evaluate(rosenbrock, x), [0, 0], {}, { memory: 0 }), /the memory is 0; it must be a whole/);
  await rejectsInput(lbfgs((x) => evaluate(rosenbrock, x), [0, 0], {}, { lower: [0] }), /1 lower bounds for 2 parameters/);
});

test.run();
