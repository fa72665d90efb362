import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkBounds, isHeld, project, projectedGradient } from "../../src/optim/bounds.js";

test("a point outside of the bounds is projected to the nearest one inside", () => {
  assert.equal(project([-2, 0.5, 9], { lower: [-1, 0, 0], upper: [1, 1, Infinity] }), [-1, 0.5, 9]);
  assert.equal(project([-2, 5], {}), [-2, 5]);
});

test("a parameter is held at a bound as long as the way downhill leads out", () => {
  const bounds = { lower: [0, -Infinity], upper: [1, 1] };
  assert.ok(isHeld(0, [0, 0], [2, 0], bounds));
  assert.not(isHeld(0, [0, 0], [-2, 0], bounds));
  assert.ok(isHeld(1, [0, 1], [0, -3], bounds));
  assert.not(isHeld(1, [0, 1], [0, 3], bounds));
  assert.not(isHeld(0, [0.5, 0], [2, 0], bounds));
  assert.ok(isHeld(0, [3], [0], { lower: [3], upper: [3] }));
});

test("the gradient vanishes for the parameters that are held", () => {
  assert.equal(projectedGradient([0, 0, 0.5], [2, -2, 3], { lower: [0, 0, 0] }), [0, -2, 3]);
});

test("bounds that leave no number, or are not one for each parameter, are an error", () => {
  assert.throws(() => checkBounds({ lower: [0] }, 2), /1 lower bounds for 2 parameters/);
  assert.throws(() => checkBounds({ upper: [0, NaN] }, 2), /the upper bound of parameter 1 is NaN/);
  assert.throws(() => checkBounds({ lower: [0, 3], upper: [1, 2] }, 2), /parameter 1 has the lower bound 3 and the upper/);
  assert.throws(() => checkBounds({ lower: [Infinity] }, 1), /no number lies between/);
  checkBounds({ lower: [3], upper: [3] }, 1);
});

test.run();
