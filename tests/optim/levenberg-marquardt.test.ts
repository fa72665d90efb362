import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectedGradient, type Bounds } from "../../src/optim/bounds.js";
import { levenbergMarquardt, type LeastSquares } from "../../src/optim/levenberg-marquardt.js";
import { lbfgs } from "../../src/optim/lbfgs.js";
import { hahn1, mgh09, misra1a, type CertifiedFit } from "./nist.js";
import {
  anyQuadratic, classics, distance, evaluate, leastSquares, permutation, rosenbrock, wood, type Problem,
} from "./problems.js";
import { rejectsInput } from "./rejects.js";

function relativeDistance(found: readonly number[], known: readonly number[]): number {
  return distance(found.map((x, i) => x / known[i]), known.map(() => 1));
}

for (const [name, problem] of Object.entries(classics)) {
  test(`${name} function: Levenberg-Marquardt finds the minimum`, async () => {
    const found = await levenbergMarquardt(leastSquares(problem), problem.start, { maxSteps: 60 });
    // The singular one is flat: there the distance halves at each step.
    const isFlat = name === "Powell's singular";
    assert.ok(found.converged !== isFlat, found.why);
    assert.ok(found.value < 1e-20);
    assert.ok(distance(found.parameters, problem.minimum) < (isFlat ? 1e-5 : 1e-12));
    assert.equal(found.normal, (await leastSquares(problem).normalEquations(found.parameters)).normal);
  });
}

/** The worse of two relative errors is no more than these: of the parameters, the certified digits or what the data determine. */
const certified: readonly (readonly [name: string, fit: CertifiedFit, tolerance: number])[] = [
  ["Misra1a", misra1a, 5e-9],
  ["Hahn1", hahn1, 5e-8],
  ["MGH09", mgh09, 1e-7],
];

for (const [name, fit, tolerance] of certified) {
  test(`NIST ${name}: the data give the certified residual sum of squares at the certified parameters`, () => {
    assert.ok(Math.abs((2 * evaluate(fit, fit.parameters).value) / fit.residualSumOfSquares - 1) < 1e-10);
  });

  fit.starts.forEach((start, i) => {
    test(`NIST ${name}, start ${i + 1}: the certified parameters and residual sum of squares come out`, async () => {
      const stop = { gradientTolerance: 1e-12, valueTolerance: 0, stepTolerance: 0 };
      const found = await levenbergMarquardt(leastSquares(fit), start, stop);
      assert.ok(found.converged, found.why);
      assert.ok(Math.abs((2 * found.value) / fit.residualSumOfSquares - 1) < 1e-10);
      assert.ok(relativeDistance(found.parameters, fit.parameters) < tolerance, found.parameters.join(" "));
    });

    test(`NIST ${name}, start ${i + 1}: the stop conditions that nobody gave are good for five digits`, async () => {
      const found = await levenbergMarquardt(leastSquares(fit), start);
      assert.ok(found.converged, found.why);
      assert.ok(relativeDistance(found.parameters, fit.parameters) < 1e-5, found.parameters.join(" "));
    });
  });
}

test("a linear problem is solved by one undamped step", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), async ({ problem, start }) => {
      const found = await levenbergMarquardt(leastSquares(problem), start, { maxSteps: 1 }, { damping: 0 });
      assert.ok(distance(found.parameters, problem.minimum) < 1e-7);
    }),
    { numRuns: 50 },
  );
});

test("an undamped step heeds what the parameters on their bounds do to the others", async () => {
  // N = [[1, c], [c, 1]] and a gradient at the origin that is given.
  const c = -0.9;
  const from = (g: readonly [number, number]): LeastSquares => {
    const s = Math.sqrt(1 - c * c);
    const r = [g[0], (g[1] - c * g[0]) / s];
    return leastSquares({ residuals: ([x, y]) => [r[0] + x + c * y, r[1] + s * y], jacobian: () => [[1, c], [0, s]] });
  };
  const solve = async (g: readonly [number, number], bounds: Bounds): Promise<readonly number[]> =>
    (await levenbergMarquardt(from(g), [0, 0], { maxSteps: 1 }, { ...bounds, damping: 0 })).parameters;
  // x goes to its bound, 1, and y to the minimum beside it: y = 0.5 - c.
  assert.ok(distance(await solve([-10, -0.5], { upper: [1, Infinity] }), [1, 0.5 - c]) < 1e-12);
  // x is held, and y goes to the minimum beside it, though the free minimum lies beyond y's bound.
  assert.ok(distance(await solve([10, -1], { lower: [0, 0] }), [0, 1]) < 1e-12);
});

test("two steps by hand, damped by the largest diagonal so far", async () => {
  const square = leastSquares({ residuals: ([x]) => [x * x], jacobian: ([x]) => [[2 * x]] });
  const { parameters, steps } = await levenbergMarquardt(square, [1], { maxSteps: 2 }, { damping: 1 });
  assert.is(steps, 2);
  // From 1, where gradient and N are 2 and 4, to 3/4: the value falls from 1/2 to 81/512, 3/8 were promised.
  const gain = (1 / 2 - 81 / 512) / (3 / 8);
  const damping = 1 - (2 * gain - 1) ** 3;
  assert.ok(Math.abs(parameters[0] - (3 / 4 - (2 * (3 / 4) ** 3) / (4 * (3 / 4) ** 2 + 4 * damping))) < 1e-15);
});

test("a step that raises the value, be it by little, is rejected", async () => {
  const arctangent = leastSquares({ residuals: ([x]) => [Math.atan(x)], jacobian: ([x]) => [[1 / (1 + x * x)]] });
  const found = await levenbergMarquardt(arctangent, [1.4], {}, { damping: 0 });
  assert.ok(Math.abs(found.parameters[0]) < 1e-9);
  found.history.slice(1).forEach(({ value }, i) => assert.ok(value < found.history[i].value));
});

test("the value falls at every step, and rejected steps are not in the history", async () => {
  const { history, steps, evaluations } = await levenbergMarquardt(leastSquares(wood), wood.start);
  assert.is(history.length, steps + 1);
  history.slice(1).forEach(({ value }, i) => assert.ok(value < history[i].value));
  assert.ok(evaluations > 2 * steps + 1);
});

test("the units of the parameters do not change the path", async () => {
  const units = [1e6, 1e-4];
  const scaled: Problem = {
    start: rosenbrock.start.map((x, i) => x / units[i]),
    minimum: [],
    residuals: (x) => rosenbrock.residuals(x.map((part, i) => part * units[i])),
    jacobian: (x) => rosenbrock.jacobian(x.map((part, i) => part * units[i])).map((row) => row.map((part, i) => part * units[i])),
  };
  const here = await levenbergMarquardt(leastSquares(rosenbrock), rosenbrock.start, { maxSteps: 12 });
  const there = await levenbergMarquardt(leastSquares(scaled), scaled.start, { maxSteps: 12 });
  assert.is(there.evaluations, here.evaluations);
  assert.ok(distance(there.parameters.map((x, i) => x * units[i]), here.parameters) < 1e-8);
  const byStep = { gradientTolerance: 0, valueTolerance: 0, stepTolerance: 0.05 };
  const short = await levenbergMarquardt(leastSquares(rosenbrock), rosenbrock.start, byStep);
  const other = await levenbergMarquardt(leastSquares(scaled), scaled.start, byStep);
  assert.is(short.why, "step");
  assert.is(other.steps, short.steps);
});

test("the order of the parameters does not change the result", async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
      const order = permutation(hahn1.parameters.length, numbers);
      const back = (x: readonly number[]): number[] => order.map((_, i) => x[order.indexOf(i)]);
      const permuted = leastSquares({
        residuals: (x) => hahn1.residuals(back(x)),
        jacobian: (x) => hahn1.jacobian(back(x)).map((row) => order.map((i) => row[i])),
      });
      const found = await levenbergMarquardt(permuted, order.map((i) => hahn1.starts[1][i]), { valueTolerance: 0 });
      assert.ok(relativeDistance(back(found.parameters), hahn1.parameters) < 1e-6);
    }),
    { numRuns: 10 },
  );
});

test("within bounds, linear problems end where L-BFGS ends", async () => {
  await fc.assert(
    fc.asyncProperty(anyQuadratic(), fc.constantFrom(0, 1e-3), async ({ problem, start }, damping) => {
      const lower = problem.minimum.map((at, i) => at + (i % 3) / 3 - 0.5);
      const upper = problem.minimum.map((at, i) => at + (i % 3) - 0.4);
      const bounds = { lower, upper };
      const found = await levenbergMarquardt(leastSquares(problem), start, {}, { ...bounds, damping });
      const { gradient } = evaluate(problem, found.parameters);
      assert.ok(found.converged, found.why);
      assert.ok(projectedGradient(found.parameters, gradient, bounds).every((slope) => Math.abs(slope) < 1e-5));
      const other = await lbfgs((x) => evaluate(problem, x), start, {}, bounds);
      assert.ok(distance(found.parameters, other.parameters) < 1e-4);
    }),
    { numRuns: 50 },
  );
});

test("bounds are active at the solution: Rosenbrock's function with x at most 1/2 is lowest at (1/2, 1/4)", async () => {
  for (const start of [[-1.2, 1], [0.4, -3], [9, 9]]) {
    const found = await levenbergMarquardt(leastSquares(rosenbrock), start, {}, { upper: [0.5, Infinity] });
    assert.ok(found.converged, found.why);
    assert.is(found.parameters[0], 0.5);
    assert.ok(Math.abs(found.parameters[1] - 0.25) < 1e-8);
  }
});

test("a bound that is met on the way but not active at the solution is left again", async () => {
  const found = await levenbergMarquardt(leastSquares(rosenbrock), [0, 0.5], {}, { lower: [0, 0.5] });
  assert.ok(distance(found.parameters, [1, 1]) < 1e-10);
});

/** A straight line through three points, beside a parameter on which nothing depends and two of which only the sum counts. */
const undetermined: Pick<Problem, "residuals" | "jacobian"> = {
  residuals: ([a, , b, c]) => [0, 1, 2].map((x, i) => a * x + (b + c) - [1, 3, 5][i]),
  jacobian: () => [0, 1, 2].map((x) => [x, 0, 1, 1]),
};

test("a parameter on which nothing depends stays where it was, and is told", async () => {
  for (const damping of [0, 1e-3]) {
    const found = await levenbergMarquardt(leastSquares(undetermined), [0, 7, 0, 0], {}, { damping });
    assert.ok(found.converged, found.why);
    assert.equal(found.undetermined, [1]);
    const [a, idle, b, c] = found.parameters;
    assert.ok(Math.abs(a - 2) < 1e-9 && Math.abs(b + c - 1) < 1e-9);
    assert.is(idle, 7);
  }
});

test("parameters of which only the sum is determined share it", async () => {
  const { parameters, undetermined: idle } = await levenbergMarquardt(leastSquares(undetermined), [0, 7, 0, 0.5]);
  assert.ok(Math.abs(parameters[3] - parameters[2] - 0.5) < 1e-6);
  assert.equal(idle, [1]);
});

test("of a run that was aborted before it began no parameter is known to be undetermined", async () => {
  const found = await levenbergMarquardt(leastSquares(undetermined), [0, 7, 0, 0], { signal: AbortSignal.abort() });
  assert.equal(found.undetermined, []);
  assert.is(found.normal, undefined);
});

test("when nothing depends on any parameter the start is the solution", async () => {
  const found = await levenbergMarquardt(leastSquares({ residuals: () => [3], jacobian: () => [[0, 0]] }), [1, 2]);
  assert.is(found.why, "gradient");
  assert.equal(found.parameters, [1, 2]);
  assert.equal(found.undetermined, [0, 1]);
});

/** A root whose derivative is infinite at 0 and which is not a number below; the best fit is 4. */
const root: LeastSquares = {
  normalEquations: ([x]) => ({
    value: (Math.sqrt(x) - 2) ** 2 / 2,
    gradient: [(Math.sqrt(x) - 2) / (2 * Math.sqrt(x))],
    normal: [[1 / (4 * x)]],
  }),
  value: ([x]) => (Math.sqrt(x) - 2) ** 2 / 2,
};

test("a step to where the value is not finite is rejected", async () => {
  const found = await levenbergMarquardt(root, [100], {}, { damping: 0 });
  assert.ok(found.converged, found.why);
  assert.ok(Math.abs(found.parameters[0] - 4) < 1e-9);
});

test("a step to where only the normal equations are not finite is rejected", async () => {
  let refused = 0;
  const holed: LeastSquares = {
    normalEquations: ([x]) => {
      const isHole = x > 1.99 && x < 2.01;
      if (isHole) refused++;
      return { value: (x - 1) ** 2 / 2, gradient: [x - 1], normal: [[isHole ? NaN : 2]] };
    },
    value: ([x]) => (x - 1) ** 2 / 2,
  };
  const found = await levenbergMarquardt(holed, [3], {}, { damping: 0 });
  assert.ok(refused > 0);
  assert.ok(Math.abs(found.parameters[0] - 1) < 1e-4);
});

test("when no step leads to a finite value, that is why it ends", async () => {
  const found = await levenbergMarquardt({ ...root, value: () => NaN }, [100]);
  assert.is(found.why, "notFinite");
  assert.equal(found.parameters, [100]);
});

test("a gradient of the wrong sign ends in a failure, not in convergence", async () => {
  const uphill: LeastSquares = {
    normalEquations: ([x]) => ({ value: x * x, gradient: [-2 * x], normal: [[2]] }),
    value: ([x]) => x * x,
  };
  const found = await levenbergMarquardt(uphill, [3]);
  assert.is(found.why, "lineSearchFailed");
  assert.not(found.converged);
  assert.equal(found.parameters, [3]);
});

test("an objective with noise stops where the noise begins", async () => {
  const noisy: LeastSquares = {
    normalEquations: async (x) => {
      const exact = await leastSquares(misra1a).normalEquations(x);
      return { ...exact, value: Math.fround(exact.value) };
    },
    value: (x) => Math.fround(evaluate(misra1a, x).value),
  };
  const found = await levenbergMarquardt(noisy, misra1a.starts[0], { valueTolerance: 1e-6 });
  assert.is(found.why, "value");
  assert.ok(relativeDistance(found.parameters, misra1a.parameters) < 1e-4);
});

test("where the curvature turns negative a slope is no sign of convergence", async () => {
  const slide: LeastSquares = {
    normalEquations: ([x]) => ({ value: x, gradient: [1], normal: [[x === 5 ? 1 : -1]] }),
    value: ([x]) => x,
  };
  const found = await levenbergMarquardt(slide, [5], { maxSteps: 4 });
  assert.is(found.why, "maxSteps");
  assert.ok(found.value < 4);
});

test("a wrong damping, wrong bounds and a normal matrix of another size, with a NaN or a negative diagonal are errors", async () => {
  const problem = leastSquares(rosenbrock);
  await rejectsInput(levenbergMarquardt(problem, [0, 0], {}, { damping: -1 }), /the damping is -1/);
  await rejectsInput(levenbergMarquardt(problem, [0, 0], {}, { lower: [1, 2, 3] }), /3 lower bounds for 2 parameters/);
  const withNormal = (normal: number[][]): LeastSquares => ({
    ...problem,
    normalEquations: (x) => ({ ...evaluate(rosenbrock, x), normal }),
  });
  await rejectsInput(levenbergMarquardt(withNormal([[1]]), [0, 0]), /must have 2 rows and columns/);
  await rejectsInput(levenbergMarquardt(withNormal([[1, 0], [0, NaN]]), [0, 0]), /row 1 of the normal matrix is not finite/);
  await rejectsInput(levenbergMarquardt(withNormal([[1, 0], [0, -2]]), [0, 0]), /-2 on its diagonal for parameter 1/);
});

test.run();
