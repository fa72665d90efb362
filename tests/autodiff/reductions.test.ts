import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, grad } from "../../src/autodiff/differentiate.js";
import { clip, concatenate, gather, largest, log1p, expm1, logsumexp, mean, mul, pow, prod, smallest, stack, stopGradient, sum, tanh, total, tricubic, where } from "../../src/autodiff/operations.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, full, toNested, type NdArray } from "../../src/ndarray/ndarray.js";
import { refuses } from "./assertions.js";

const matrix = array([[1, 5, 2], [4, 0, 5]]);
const of = (f: (x: Variable) => Variable, x: NdArray = matrix): unknown => toNested(evaluate(f)(x));
const slope = (f: (x: Variable) => Variable, x: NdArray = matrix): unknown => toNested(grad((v: Variable) => total(f(v)))(x));

test("means, products and extremes keep their axes, as sums do", () => {
  assert.equal([of((x) => mean(x, 0)), of((x) => mean(x))], [[[2.5, 2.5, 3.5]], [[17 / 6]]]);
  assert.equal([of((x) => prod(x, 1)), of((x) => prod(x))], [[[10], [0]], [[0]]]);
  assert.equal([of((x) => largest(x, -1)), of((x) => smallest(x, 0)), of((x) => largest(x))], [[[5], [5]], [[1, 0, 2]], [[5]]]);
});

test("elements that tie share the slope, and a product has one where an element is 0", () => {
  assert.equal(slope((x) => largest(x)), [[0, 0.5, 0], [0, 0, 0.5]]);
  assert.equal(slope((x) => largest(x), array([2, 2, 2, 1])), [1 / 3, 1 / 3, 1 / 3, 0]);
  assert.equal(slope((x) => prod(x, 1)), [[10, 2, 5], [0, 20, 0]]);
  assert.equal(slope((x) => prod(x), array([0, 0, 3])), [0, 0, 0]);
});

test("the logarithm of a sum of exponentials neither overflows nor underflows", () => {
  const near = (found: unknown, wanted: number): void => assert.ok(Math.abs(Number(found) - wanted) < 1e-12);
  near(evaluate((x: Variable) => total(logsumexp(x)))(array([1000, 1000])).item(), 1000 + Math.LN2);
  near(evaluate((x: Variable) => total(logsumexp(x)))(array([-1000, -1001])).item(), -1000 + Math.log1p(Math.exp(-1)));
  assert.is(evaluate((x: Variable) => total(logsumexp(x)))(array([-Infinity, -Infinity])).item(), -Infinity);
  assert.equal(slope((x) => logsumexp(x), array([3, 3])), [0.5, 0.5]);
});

test("arrays are joined along an axis or side by side, with arrays and numbers among them", () => {
  const x = array([1, 2]);
  assert.equal(of((v) => concatenate([v, array([3]), mul(2, v)]), x), [1, 2, 3, 2, 4]);
  assert.equal([of((v) => stack([v, mul(2, v)]), x), of((v) => stack([v, mul(2, v)], -1), x)], [[[1, 2], [2, 4]], [[1, 2], [2, 4]]]);
  assert.equal(of((v) => stack([v, mul(2, v), array([7, 8])], 1), x), [[1, 2, 7], [2, 4, 8]]);
  assert.equal(of((v) => stack([total(v), 5]), x), [3, 5]);
  assert.equal(slope((v) => mul(concatenate([v, mul(2, v)]), array([1, 10, 100, 1000])), x), [201, 2010]);
  refuses(() => of((v) => concatenate([v, matrix]), x), ShapeError, "[2]", "[2, 3]");
  refuses(() => of(() => concatenate([]), x), InputError, "at least one");
});

test("what is stopped does not vary", () => {
  assert.equal(slope((x) => mul(x, stopGradient(x)), array([3])), [3]);
  assert.equal(slope((x) => mul(x, stopGradient(x)), full([3000], 3)), new Array<number>(3000).fill(3));
});

test("powers, hyperbolic tangents and logarithms have their values and slopes where they are hard", () => {
  assert.equal([of((x) => pow(x, 3), array([2])), slope((x) => pow(x, 0), array([0, 5])), slope((x) => pow(x, 2), array([0, -3]))], [[8], [0, 0], [0, -6]]);
  assert.equal(slope((y) => pow(0, y), array([2])), [0]);
  assert.equal([of((x) => log1p(x), array([1e-20])), of((x) => expm1(x), array([1e-20]))], [[1e-20], [1e-20]]);
  assert.equal([slope(tanh, array([0, 1e3])), slope((x) => clip(x, -1, 1), array([-2, 0, 2]))], [[1, 0], [0, 1, 0]]);
});

test("masks, indices, places and grids may be arrays that are known", () => {
  const mask = array([1, 0], "int32");
  assert.equal(of((x) => where(mask, x, 0), array([3, 4])), [3, 0]);
  assert.equal(of((x) => gather(x, array([1, 1, 0], "int32")), array([3, 4])), [4, 4, 3]);
  assert.equal(of((indices) => gather(array([3, 4]), indices), array([1], "int32")), [4]);
  const grid = full([6, 6, 6], 2);
  assert.equal(of((f) => tricubic(array([2.5]), array([2.5]), array([2.5]), f, { min: [0, 0, 0], defaultF: 0 }), grid), [2]);
  assert.equal(of((x) => sum(x, 0), array([1, 2])), [3]);
});

test.run();
