import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { descend } from "../../src/optim/descent.js";
import type { Objective } from "../../src/optim/objective.js";
import type { Progress } from "../../src/optim/stop.js";
import {
  adam, chain, clipByNorm, cosineDecay, gradientDescent, momentum, type Transformation,
} from "../../src/optim/transformation.js";
import { anyQuadratic, beale, distance, evaluate, rosenbrock } from "./problems.js";
import { rejectsInput } from "./rejects.js";

const transformations: Readonly<Record<string, Transformation>> = {
  "gradient descent": gradientDescent(2e-3),
  momentum: momentum(1e-3),
  "Nesterov's momentum": momentum(1e-3, 0.9, true),
  Adam: adam(0.05),
  "Adam with a decaying learning rate": adam(cosineDecay(0.1, 4000)),
  "clipped gradient descent": chain(clipByNorm(20), gradientDescent(2e-3)),
};

for (const [name, transformation] of Object.entries(transformations)) {
  test(`${name} descends Rosenbrock's valley`, async () => {
    const found = await descend((x) => evaluate(rosenbrock, x), rosenbrock.start, transformation, { maxSteps: 15000 });
    assert.ok(distance(found.parameters, rosenbrock.minimum) < 3e-3, found.parameters.join(" "));
  });
}

test("convex quadratics are minimised", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), async ({ problem, start }) => {
      const stop = { maxSteps: 3000, gradientTolerance: 1e-7, valueTolerance: 0 };
      const found = await descend((x) => evaluate(problem, x), start, gradientDescent(0.03), stop);
      assert.is(found.why, "gradient");
      assert.ok(distance(found.parameters, problem.minimum) < 1e-6);
    }),
    { numRuns: 20 },
  );
});

test("the lowest point on the way is the result, though the value rises after it", async () => {
  const kink: Objective = ([x]) => ({ value: Math.abs(x), gradient: [Math.sign(x)] });
  const found = await descend(kink, [1], gradientDescent(0.375), { maxSteps: 4 });
  assert.equal(found.history.map(({ value }) => value), [1, 0.625, 0.25, 0.125, 0.25]);
  assert.equal(found.parameters, [-0.125]);
  const beyond = await descend(([x]) => ({ value: x * x, gradient: [2 * x] }), [1], gradientDescent(1.125), { maxSteps: 5 });
  assert.equal(beyond.parameters, [1]);
  assert.is(beyond.value, 1);
  assert.ok((beyond.history.at(-1)?.value ?? 0) > 1);
});

test("bounds hold, and those that are active at the solution are met", async () => {
  const within: boolean[] = [];
  const found = await descend(
    (x) => evaluate(rosenbrock, x),
    [-1.2, 1],
    adam(0.01),
    { maxSteps: 3000, onStep: ({ parameters }) => void within.push(parameters[0] <= 0.5) },
    { upper: [0.5, Infinity] },
  );
  assert.ok(within.every(Boolean));
  assert.ok(distance(found.parameters, [0.5, 0.25]) < 1e-6);
});

test("the transformation gets the gradient without the parameters that are held at a bound", async () => {
  const seen: (readonly number[])[] = [];
  const recording: Transformation = {
    init: gradientDescent(0).init,
    update: (gradient, state) => {
      seen.push(gradient);
      return gradientDescent(0.25).update(gradient, state);
    },
  };
  const objective: Objective = ([x, y]) => ({ value: x * x + y * y, gradient: [2 * x, 2 * y] });
  await descend(objective, [2, 2], recording, { maxSteps: 3 }, { lower: [1, -1] });
  assert.equal(seen, [[4, 4], [0, 2], [0, 1]]);
});

test("a step of length 0 ends the run by the step tolerance, unless that is switched off", async () => {
  const objective: Objective = ([x]) => ({ value: x * x, gradient: [2 * x] });
  const late = gradientDescent((count) => (count === 0 ? 0 : 0.5));
  assert.is((await descend(objective, [1], late, { valueTolerance: 0 })).why, "step");
  const found = await descend(objective, [1], late, { valueTolerance: 0, stepTolerance: 0 });
  assert.is(found.why, "gradient");
  assert.equal(found.parameters, [0]);
});

test("a step to where the objective is not finite is shortened", async () => {
  const logarithm: Objective = ([x]) => ({ value: x - Math.log(x), gradient: [1 - 1 / x] });
  const path: number[] = [];
  const onStep = ({ parameters }: Progress): void => void path.push(parameters[0]);
  await descend(logarithm, [3], gradientDescent(8), { maxSteps: 1, onStep });
  assert.is(path.length, 2);
  assert.ok(distance(path, [3, 3 - (8 * (2 / 3)) / 2]) < 1e-12);
  const cliff = await descend((x) => ({ ...evaluate(beale, x), gradient: x[0] === 1 ? [1, 1] : [1, NaN] }), [1, 1], adam(0.1));
  assert.is(cliff.why, "notFinite");
  assert.equal(cliff.parameters, [1, 1]);
});

test("wrong bounds are an error", async () => {
  const bounds = { lower: [2, 0], upper: [1, 1] };
  await rejectsInput(descend((x) => evaluate(beale, x), [0, 0], adam(0.1), {}, bounds), /parameter 0 has the lower bound 2/);
});

test.run();
