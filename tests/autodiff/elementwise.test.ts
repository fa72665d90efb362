import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, grad, valueAndGrad } from "../../src/autodiff/differentiate.js";
import { prepare } from "../../src/autodiff/executor.js";
import * as elementwise from "../../src/autodiff/primitives/elementwise.js";
import { broadcastTo, sum, total } from "../../src/autodiff/primitives/sum.js";
import { reshape, transpose } from "../../src/autodiff/primitives/reshape.js";
import { pullBack } from "../../src/autodiff/reverse.js";
import { Tape, Variable } from "../../src/autodiff/tape.js";
import { DTypeError } from "../../src/ndarray/errors.js";
import { array, scalar, toNested } from "../../src/ndarray/ndarray.js";
import { refuses } from "./assertions.js";

const { abs, add, atan2, ceil, cos, cosPi, div, equal, exp, floor, less } = elementwise;
const { log, max, min, mul, neg, round, sin, sinPi, sqrt, sub, where } = elementwise;

test("plain numbers give the plain number that recorded ones give when the tape is run", () => {
  const unaries = [neg, sqrt, exp, log, sin, cos, sinPi, cosPi, abs, floor, ceil, round];
  const binaries = [add, sub, mul, div, atan2, less, equal, min, max];
  for (const x of [0.3, 1.5, 2]) {
    for (const f of unaries) assert.is(f(x), evaluate<Variable>((v) => f(v))(scalar(x)).item());
    for (const y of [0.7, 1.5]) {
      for (const f of binaries) {
        assert.is(f(x, y), evaluate<Variable>((v) => f(v, y))(scalar(x)).item());
        assert.is(f(x, y), evaluate<Variable>((v) => f(x, v))(scalar(y)).item());
      }
      assert.is(where(less(x, y), x, y), evaluate<Variable>((v) => where(less(v, y), v, y))(scalar(x)).item());
    }
  }
});

test("any number of terms adds up and multiplies, and neutral numbers leave no trace on the tape", () => {
  assert.is(add(1, 2, 3, 4), 10);
  assert.is(mul(1, 2, 3, 4), 24);
  assert.equal([add(), mul()], [0, 1]);
  const tape = new Tape();
  const x = tape.input({ shape: [], dtype: "float64" });
  assert.is(add(x, 0), x);
  assert.is(add(0, x, 0), x);
  assert.is(mul(1, x), x);
  assert.is(tape.nodes.length, 1);
});

test("sin(πx) and cos(πx) are exact at whole and half x", () => {
  for (const n of [-7, -2, -1, 0, 1, 2, 3, 1e6, 1e6 + 1]) {
    const sign = n % 2 === 0 ? 1 : -1;
    assert.is(Math.abs(sinPi(n)), 0);
    assert.is(cosPi(n), sign);
    assert.is(sinPi(n + 0.5), sign);
    assert.is(Math.abs(cosPi(n + 0.5)), 0);
  }
});

test("of two equally near whole numbers the lower one is the nearest", () => {
  assert.equal([-1.5, -0.5, 0.5, 1.5, 1.49, 1.51].map((x) => round(x)), [-2, -1, 0, 1, 1, 2]);
});

test("what is not chosen may be infinite, and leaves value and gradient alone", () => {
  const chosen = ({ x, y }: { x: Variable; y: Variable }): Variable => total(where(less(x, 1), mul(3, x), div(y, 0)));
  const { value, gradient } = valueAndGrad(chosen)({ x: array([0, 0.5]), y: array([1, 2]) });
  assert.is(value.item(), 1.5);
  assert.equal(toNested(gradient.x), [3, 3]);
});

test("at a kink the derivative is the mean of both sides, and that of a step is 0", () => {
  const slope = (f: (x: Variable) => Variable): number => grad<Variable>(f)(scalar(0)).item();
  assert.is(slope((x) => abs(x)), 0);
  assert.is(slope((x) => max(x, 0)), 0.5);
  assert.is(slope((x) => min(0, x)), 0.5);
  assert.is(slope((x) => floor(x)), 0);
});

test("a number that is not whole does not stand beside integers", () => {
  const counts = array([1, 2], "int32");
  refuses(() => evaluate<Variable>((n) => mul(n, 0.5))(counts), DTypeError, "0.5", "int32");
  refuses(() => evaluate<Variable>((n) => add(n, NaN))(counts), DTypeError, "NaN", "int32");
  assert.equal(toNested(evaluate<Variable>((n) => sub(mul(n, 3), 4))(counts)), [-1, 2]);
});

test("the larger and the smaller of a number and NaN are NaN, in either order", () => {
  assert.equal([max(NaN, 1), max(1, NaN), min(NaN, 1), min(1, NaN)], [NaN, NaN, NaN, NaN]);
  const x = array([NaN, 1, 2]);
  const y = array([1, NaN, 3]);
  for (const f of [max, min]) assert.equal([...evaluate<Variable>((v) => f(v, y))(x).data.subarray(0, 2)], [NaN, NaN]);
});

test("products of integers are exact modulo 2^32", () => {
  const x = array([123456789, -987654321, 2 ** 31 - 1], "int32");
  const product = evaluate<Variable>((v) => mul(v, v))(x);
  assert.equal(toNested(product), [123456789, -987654321, 2 ** 31 - 1].map((n) => Number(BigInt.asIntN(32, BigInt(n) * BigInt(n)))));
});

test("what is not chosen leaves the gradient alone, even where its slope is infinite, however it is composed", () => {
  const slopes = (f: (x: Variable) => Variable, ...at: number[]): unknown => toNested(grad<Variable>((x) => total(f(x)))(array(at)));
  assert.equal(slopes((x) => where(less(x, 1), x, sqrt(x)), 0, 4), [1, 0.25]);
  assert.equal(slopes((x) => where(less(0, x), mul(x, log(x)), 0), 0, 1), [0, 1]);
  assert.equal(slopes((x) => where(less(0, x), div(1, x), 0), 0, 2), [0, -0.25]);
  assert.equal(slopes((x) => where(less(x, 200), x, exp(x)), 0, 100), [1, 1]);
  assert.equal(slopes((x) => where(less(x, 1), x, exp(sub(1e4, x))), 0), [1]);
  assert.equal(slopes((x) => max(1, sqrt(x)), 0, 4), [0, 0.25]);
  assert.equal(slopes((x) => sqrt(max(x, 0)), -1, 4), [0, 0.25]);
  // Through sums, broadcasts and moves, and where a value goes into several choices.
  assert.equal(slopes((x) => where(less(x, 9), x, broadcastTo(sum(sqrt(x)), [2])), 0, 4), [1, 1]);
  assert.equal(slopes((x) => where(0, 1, reshape(transpose(reshape(sqrt(mul(x, x)), [2, 1])), [2])), 3, -3), [1, -1]);
  const either = (x: Variable): Variable => add(where(less(1, x), sqrt(x), 0), where(less(2, x), mul(2, sqrt(x)), 0));
  assert.equal(slopes(either, 0, 1.44, 4), [0, 0.5 / 1.2, 0.75]);
  const whole = (x: Variable): Variable => where(less(sum(x), 0), total(sqrt(x)), total(x));
  assert.equal(slopes(whole, 0, 4), [1, 1]);
});

test("what is not chosen is left out of a gradient once, where the way back ends, and not at each of its steps", () => {
  const tape = new Tape();
  const [x, scale] = [tape.input({ shape: [3], dtype: "float64" }), tape.input({ shape: [], dtype: "float64" })];
  const chain = log(mul(scale, sqrt(mul(scale, log(mul(scale, x))))));
  const found = pullBack([total(where(less(1, x), chain, 0))], [tape.constant(1, "float64")], [scale])[0];
  const program = tape.program(found ? [found] : []);
  // Where the cotangent enters, and where it is summed up.
  assert.is(program.nodes.filter(({ primitive }) => primitive === "where").length, 2);
  // log s + (log s + log log s x) / 2
  const at = (point: number): number => (3 + 1 / Math.log(2 * point)) / 4;
  for (const executor of ["interpreter", "webassembly"] as const) {
    const [slope] = prepare(program, executor)([array([-1, 2, 0]), array(2)]);
    assert.ok(Math.abs(slope.item() - at(2)) < 1e-14, `${slope.item()} by ${executor}, not ${at(2)}`);
  }
});

test("a choice keeps second derivatives, also where the first is 0", () => {
  const f = (x: Variable): Variable => total(where(less(x, 5), mul(sub(x, 1), sub(x, 1)), sqrt(sub(x, 5))));
  const curvature = grad<Variable>((x) => total(grad<Variable>(f)(x)))(array([1, 2, 0]));
  assert.equal(toNested(curvature), [2, 2, 2]);
});

test("the slope of a power by x, where the exponent is 0, rises with the exponent by 1 / x", () => {
  const { pow } = elementwise;
  const byX = (y: Variable): Variable => total(grad<Variable>((x) => total(pow(x, y)))(y.tape.literal(array([0.5, 2, 4]))));
  assert.equal(toNested(grad<Variable>(byX)(array([0, 0, 0]))), [2, 0.5, 0.25]);
  assert.equal(toNested(grad<Variable[]>(([x, y]) => total(pow(x, y)))([array([0, 3]), array([0, 0])])[0]), [0, 0]);
});

test.run();
