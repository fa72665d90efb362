import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import {
  accumulate, adam, chain, clipByNorm, cosineDecay, gradientDescent, momentum, scaleBy, scaleByAdam, type Transformation,
} from "../../src/optim/transformation.js";
import { norm } from "../../src/optim/vector.js";
import { distance } from "./problems.js";

/** The updates that follow from gradients in order. */
function updates(transformation: Transformation, gradients: readonly (readonly number[])[]): (readonly number[])[] {
  let state = transformation.init(gradients[0]);
  return gradients.map((gradient) => {
    const next = transformation.update(gradient, state);
    state = next.state;
    return next.update;
  });
}

test("gradient descent steps against the gradient", () => {
  assert.equal(updates(gradientDescent(0.5), [[2, -4], [1, 0]]), [[-1, 2], [-0.5, -0]]);
});

test("a factor may be one number, one for each parameter, or a schedule", () => {
  assert.equal(updates(scaleBy(3), [[1, 2]]), [[3, 6]]);
  assert.equal(updates(scaleBy([3, -1]), [[1, 2]]), [[3, -2]]);
  assert.equal(updates(scaleBy((count) => count), [[1], [1], [1]]), [[0], [1], [2]]);
  assert.equal(updates(gradientDescent((count) => 1 / (1 + count)), [[6], [6], [6]]), [[-6], [-3], [-2]]);
});

/** Asserts that an action throws an InputError that says this. */
function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error: unknown) => error instanceof InputError && message.test(error.message));
}

test("a learning rate that climbs or is not finite is refused, that of a schedule at the update", () => {
  for (const wrong of [-0.1, NaN, Infinity]) {
    const message = new RegExp(`the learning rate is ${wrong}; .*at least 0`);
    for (const method of [adam, momentum, gradientDescent]) {
      refuses(() => method(wrong), message);
      const late = method((count) => (count === 0 ? 0.1 : wrong));
      assert.is(updates(late, [[1]]).length, 1);
      refuses(() => updates(late, [[1], [1]]), message);
    }
    refuses(() => cosineDecay(wrong, 10), message);
  }
  for (const steps of [0, -1, NaN]) refuses(() => cosineDecay(0.1, steps), new RegExp(`the number of steps is ${steps}; .*above 0`));
});

test("factors that are not finite, or not one for each parameter, are refused", () => {
  refuses(() => scaleBy(NaN), /the factor is NaN; .*finite/);
  refuses(() => scaleBy([1, Infinity]), /the factor is Infinity; .*finite/);
  refuses(() => updates(scaleBy(() => NaN), [[1]]), /the factor is NaN; .*finite/);
  refuses(() => updates(scaleBy([1]), [[1, 2]]), /1 factors for 2 parameters/);
});

test("decays and norms beyond their limits are refused by name", () => {
  for (const wrong of [-0.1, 1.1, NaN]) refuses(() => accumulate(wrong), new RegExp(`the decay is ${wrong}; .*from 0 to 1`));
  for (const wrong of [-0.1, 1, NaN]) {
    refuses(() => adam(0.1, { beta1: wrong }), new RegExp(`beta1 is ${wrong}; .*below 1`));
    refuses(() => adam(0.1, { beta2: wrong }), new RegExp(`beta2 is ${wrong}; .*below 1`));
  }
  refuses(() => scaleByAdam({ epsilon: -1 }), /epsilon is -1; .*at least 0/);
  for (const wrong of [0, -1, NaN]) refuses(() => clipByNorm(wrong), new RegExp(`the largest norm is ${wrong}; .*above 0`));
});

test("momentum adds up decaying gradients", () => {
  assert.equal(updates(accumulate(0.5), [[4], [0], [8]]), [[4], [2], [9]]);
  assert.equal(updates(accumulate(0.5, true), [[4], [0], [8]]), [[6], [1], [12.5]]);
  assert.equal(updates(momentum(2, 0.5), [[4], [0], [8]]), [[-8], [-4], [-18]]);
});

test("clipping keeps the direction and what is short enough", () => {
  const gradients = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(gradients, fc.double({ min: 0.1, max: 100, noNaN: true }), (gradient, most) => {
      const [update] = updates(clipByNorm(most), [gradient]);
      if (norm(gradient) <= most) assert.equal(update, gradient);
      else {
        assert.ok(Math.abs(norm(update) / most - 1) < 1e-12);
        assert.ok(distance(update.map((part) => (part * norm(gradient)) / most), gradient) < 1e-9);
      }
    }),
  );
});

test("the first update of Adam is the learning rate, whatever the gradient's size", () => {
  for (const size of [1e-3, 1, 1e6]) assert.ok(distance(updates(adam(0.1), [[size, -2 * size]])[0], [-0.1, 0.1]) < 2e-6);
});

test("Adam's second update is that of the paper's algorithm 1", () => {
  const [, second] = updates(scaleByAdam({ beta1: 0.9, beta2: 0.99, epsilon: 0 }), [[1], [3]]);
  // m = 0.9 0.1 + 0.1 3 = 0.39, unbiased by 1 - 0.81; v = 0.99 0.01 + 0.01 9 = 0.0999, unbiased by 1 - 0.9801
  assert.ok(Math.abs(second[0] - 0.39 / 0.19 / Math.sqrt(0.0999 / 0.0199)) < 1e-14);
});

test("a chain is its links one after another", () => {
  const gradients = [[3, 4], [30, 40], [0, 1]];
  const clipped = updates(clipByNorm(1), gradients);
  assert.equal(updates(chain(clipByNorm(1), adam(0.1), scaleBy(2)), gradients), updates(scaleBy(2), updates(adam(0.1), clipped)));
  assert.equal(updates(chain(), gradients), gradients);
});

test("updates are pure: the same state gives the same update again", () => {
  const transformation = chain(clipByNorm(1), adam(0.1));
  const { state } = transformation.update([3, 4], transformation.init([0, 0]));
  const stored = JSON.stringify(state);
  assert.equal(transformation.update([1, 1], state), transformation.update([1, 1], state));
  assert.is(JSON.stringify(state), stored);
});

test("the cosine decay begins at its initial rate, passes half of it midway and stays at 0", () => {
  const rate = cosineDecay(0.4, 100);
  assert.ok(distance([0, 50, 100, 1000].map(rate), [0.4, 0.2, 0, 0]) < 1e-16);
});

test.run();
