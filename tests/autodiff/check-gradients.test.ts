import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkGradientOf, checkGradients } from "../../src/autodiff/check-gradients.js";
import { add, exp, floor, less, mul, sin, where } from "../../src/autodiff/primitives/elementwise.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { InputError } from "../../src/ndarray/errors.js";
import { array, scalar } from "../../src/ndarray/ndarray.js";
import { refuses } from "./assertions.js";

const wave = (x: Variable): Variable => sin(mul(x, x));
const x = array([0.3, 1.2, -0.7]);

test("a right derivative passes: reverse, forward and differences agree", () => {
  const { reverse, forward, numerical, relativeError } = checkGradients(wave)(x);
  assert.ok(Math.abs(reverse - forward) < 1e-14);
  assert.ok(Math.abs(reverse - numerical) < 1e-9);
  assert.ok(relativeError < 1e-9);
  const coarse = checkGradients(wave)(x, { step: 1e-2 });
  assert.ok(coarse.relativeError > relativeError && coarse.relativeError < 1e-5, `${coarse.relativeError}`);
});

test("a wrong derivative fails: a staircase that follows the line has none", () => {
  const staircase = (v: Variable): Variable => mul(floor(mul(v, 1e7)), 1e-7);
  const { reverse, forward, numerical, relativeError } = checkGradients(staircase)(x);
  assert.is(reverse, 0);
  assert.is(forward, 0);
  assert.ok(Math.abs(numerical) > 0.01);
  assert.is(relativeError, 1);
});

test("across a kink it fails", () => {
  assert.ok(checkGradients((v: Variable) => where(less(v, 0), 0, v))(scalar(0)).relativeError > 0.1);
});

test("a slope of exactly 0 is not told wrong by the rounding of differences", () => {
  const { reverse, numerical, relativeError } = checkGradients(([u, v]: Variable[]) => mul(100, sin(add(1.5707963267948966, mul(add(u, v), add(u, v))))))([scalar(0.201), scalar(-0.201)]);
  assert.is(reverse, 0);
  assert.ok(Math.abs(numerical) < 1e-9, `${numerical}`);
  assert.is(relativeError, 0);
});

test("where contributions cancel, the error is in units of what they are", () => {
  const check = checkGradientOf((at: number[]) => ({ loss: 1e3 * (at[0] - at[1]), gradient: [1e3, -1e3 * (1 + 1e-7)] }), [1, 1]);
  assert.ok(check.relativeError > 1e-9 && check.relativeError < 1e-7, `${check.relativeError}`);
});

test("a value that is not a number fails", () => {
  assert.not.ok(checkGradients((v: Variable) => mul(v, NaN))(x).relativeError < 1);
});

test("float32 is compared with differences in float64", () => {
  const { numerical, reverse } = checkGradients(wave)(array([0.3, 1.2, -0.7], "float32"));
  const double = checkGradients(wave)(array([0.3, 1.2, -0.7].map(Math.fround)));
  assert.is(numerical, double.numerical);
  assert.not.equal(reverse, double.reverse);
  assert.ok(Math.abs(reverse / double.reverse - 1) < 1e-5);
});

test("a tree of parameters is moved along one direction, which the seed decides", () => {
  const f = ({ scale, at: [first] }: { scale: Variable; at: [Variable] }): Variable => total(mul(exp(scale), sin(first)));
  const parameters = { scale: scalar(0.1), at: [x] as const };
  const check = checkGradients(f);
  assert.ok(check(parameters).relativeError < 1e-9);
  assert.equal(check(parameters), check(parameters, { seed: 1 }));
  assert.not.equal(check(parameters).numerical, check(parameters, { seed: 2 }).numerical);
});

test("a gradient that somebody else computes is compared along a direction of all its numbers", () => {
  const at = { x: array([1, 2, 3]), k: 4 };
  const of = (factor: number) => ({ x, k }: typeof at) => ({
    loss: x.data.reduce((sum, each) => sum + 0.5 * k * each ** 4, 0),
    gradient: { x: array([...x.data.map((each) => factor * 2 * k * each ** 3)]), k: x.data.reduce((sum, each) => sum + 0.5 * each ** 4, 0) },
  });
  const right = checkGradientOf(of(1), at);
  assert.ok(right.relativeError < 1e-9, `${right.relativeError}`);
  assert.is(right.forward, right.reverse);
  assert.not.equal(checkGradientOf(of(1), at, { seed: 2 }).reverse, right.reverse);
  assert.ok(checkGradientOf(of(1.001), at).relativeError > 1e-5);
  refuses(() => checkGradientOf(() => ({ loss: 1, gradient: array([1], "int32") }), array([1], "int32")), InputError, "float32 or float64");
});

test("integers have no gradient to be checked", () => {
  refuses(() => checkGradients((v: Variable) => v)(array([1], "int32")), InputError, "float32 or float64");
});

test.run();
