import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, grad, vjp } from "../../src/autodiff/differentiate.js";
import { lagrangeCubics, weigh } from "../../src/autodiff/primitives/lagrange.js";
import { nearest, tricubic } from "../../src/autodiff/primitives/lookup.js";
import { slice } from "../../src/autodiff/primitives/slice.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { DTypeError, ShapeError } from "../../src/ndarray/errors.js";
import { array, toNested, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { isClose, refuses } from "./assertions.js";
import { tabulate } from "./draws.js";

const min = [-3, 0, 10];
const options = { min, defaultF: -1 };
const grid = tabulate([6, 5, 7], (h, k, l) => 100 * h + 10 * k + l);

type Lookup = typeof tricubic;
const along = (lookup: Lookup) => (hkl: Variable): Variable =>
  lookup(slice(hkl, {}, 0), slice(hkl, {}, 1), slice(hkl, {}, 2), hkl.tape.literal(grid), options);
const at = (lookup: Lookup, hkl: NdArray): unknown => toNested(evaluate<Variable>(along(lookup))(hkl));
const slopes = (lookup: Lookup, hkl: NdArray): unknown => toNested(grad<Variable>((x) => total(along(lookup)(x)))(hkl));

test("at the points of the grid both lookups give what stands there", () => {
  const points = array([[-2, 1, 11], [-1, 2, 12], [0, 1, 14]]);
  assert.equal(at(nearest, points), [111, 222, 314]);
  assert.equal(at(tricubic, points), [111, 222, 314]);
});

test("between the points of a grid that rises evenly the tricubic lookup rises evenly", () => {
  const between = array([[-1.5, 1.25, 11.75], [0.9, 2.5, 13.1]]);
  isClose(evaluate<Variable>(along(tricubic))(between), array([164.25, 418.1]), 1e-12);
  isClose(grad<Variable>((x) => total(along(tricubic)(x)))(between), array([[100, 10, 1], [100, 10, 1]]), 1e-12);
});

test("the nearest point of a tie is the lower one, and no gradient flows", () => {
  const ties = array([[-2.5, 0.5, 11.5], [-2.4999, 0.5001, 11.5001]]);
  assert.equal(at(nearest, ties), [1, 112]);
  assert.equal(slopes(nearest, ties), [[0, 0, 0], [0, 0, 0]]);
});

test("a hair above a tie is above it, however far the grid begins", () => {
  const h = array([0.5 + 2 ** -53, 0.5]);
  const line = tabulate([50, 1, 1], (i) => i);
  const far = (x: Variable): Variable => nearest(x, 0, 0, x.tape.literal(line), { min: [-24, 0, 0], defaultF: 0 });
  assert.equal(toNested(evaluate<Variable>(far)(h)), [25, 24]);
});

test("where the points leave the grid, at either end of any axis, there is defaultF without a slope", () => {
  const inside = [-1.5, 1.5, 12.5];
  const ends = [[-2.001, 1, -Infinity, NaN], [0.999, 3, Infinity, 1e300], [10.999, 15, -1e300, 2 ** 40]];
  const outside = array(ends.flatMap((beyond, axis) => beyond.map((x) => inside.map((y, i) => (i === axis ? x : y)))));
  assert.equal(at(tricubic, outside), Array.from({ length: 12 }, () => -1));
  assert.equal(slopes(tricubic, outside), Array.from({ length: 12 }, () => [0, 0, 0]));
  const nearby = array([[-2, 1.5, 12.5], [0.999, 2.999, 12.5], [-1.5, 1, 11], [-1.5, 1.5, 14.999]]);
  for (const f of evaluate<Variable>(along(tricubic))(nearby).data) assert.ok(f > 0);
  const beyond = array([[-3.5, 0, 10], [2.5001, 0, 10], [0, -0.5, 10], [0, 0, 17], [NaN, 0, 10]]);
  assert.equal(at(nearest, beyond), [-1, -1, -1, -1, -1]);
});

test("the gradient by the grid goes to the points that were read, by their weights", () => {
  const { gradient } = vjp<Variable>((f) => tricubic(f.tape.literal(array([0.5])), 2, 3, f, { min: [-1, 0, 0], defaultF: 0 }))(
    zeros([4, 5, 6]),
    array([16]),
  );
  const expected = tabulate([4, 5, 6], (h, k, l) => (k === 2 && l === 3 ? [-1, 9, 9, -1][h] : 0));
  isClose(gradient, expected, 1e-12);
});

test("the weights of the four points are those of Lagrange, and add up to one", () => {
  const weights = [0, 0, 0, 0];
  weigh(lagrangeCubics(0), 0.5, weights);
  isClose(array(weights), array([-0.0625, 0.5625, 0.5625, -0.0625]), 1e-16);
  for (const t of [0, 0.2, 0.9]) {
    for (const order of [0, 1, 2, 3, 4]) {
      weigh(lagrangeCubics(order), t, weights);
      const moments = [0, 1, 2, 3].map((power) => weights.reduce((sum, weight, i) => sum + weight * (i - 1) ** power, 0));
      const derivatives = [[1, t, t ** 2, t ** 3], [0, 1, 2 * t, 3 * t ** 2], [0, 0, 2, 6 * t], [0, 0, 0, 6], [0, 0, 0, 0]][order];
      isClose(array(moments), array(derivatives), 1e-14);
    }
  }
});

test("a grid of other than three axes, and of another dtype, is refused", () => {
  const h = array([0.5]);
  const look = (lookup: Lookup, f: NdArray) => () => evaluate<Variable>((x) => lookup(x, 0, 0, x.tape.literal(f), options))(h);
  for (const lookup of [tricubic, nearest]) {
    refuses(look(lookup, zeros([4, 4])), ShapeError, "3 axes", "[4, 4]");
    refuses(look(lookup, zeros([4, 4, 4], "float32")), DTypeError, "float32", "float64");
    refuses(look(lookup, zeros([4, 4, 4], "int32")), DTypeError, "int32");
  }
});

test("a first point of other than three whole indices is refused", () => {
  for (const lookup of [tricubic, nearest]) {
    for (const first of [[0, 0], [0, 0.5, 0], [0, 0, NaN]]) {
      const look = (x: Variable): Variable => lookup(x, 0, 0, x.tape.literal(grid), { min: first, defaultF: 0 });
      refuses(() => evaluate<Variable>(look)(array([0.5])), ShapeError, "3 whole numbers", `[${first.join(", ")}]`);
    }
  }
});

test.run();
