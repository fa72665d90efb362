import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, valueAndGrad, vjp } from "../../src/autodiff/differentiate.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, cumulativeSum, exp, mul, neg, sin, total, tricubic } from "../../src/autodiff/operations.js";
import { runRecorded } from "../../src/autodiff/recorded-runs.js";
import { structureOf, Tape, type Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { copy, full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import type { Shape } from "../../src/ndarray/shape.js";
import { broadcastTo, flip, transpose } from "../../src/ndarray/views.js";
import { agrees } from "./fused/agreement.js";

function uneven(shape: Shape, dtype: FloatDType = "float64", scale = 1): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = scale * Math.sin(1 + 2.7 * i);
  return result;
}

/** Long enough for loops, and no whole number of vectors. */
const long = 5003;

test("what is large runs as the interpreter runs it, whatever its layout", () => {
  const wide = uneven([3, long]);
  const views = [wide, flip(wide, 1), broadcastTo(uneven([long]), [3, long]), transpose(uneven([long, 3]))];
  const weights = uneven([3, 1]);
  for (const view of views) {
    const tape = new Tape();
    const [x, w] = [tape.input(view), tape.input(weights)];
    const bell = mul(w, exp(neg(mul(x, x))));
    const program = tape.program([bell, total(bell), cumulativeSum(bell, 0)]);
    agrees("loops", runRecorded(program, [view, weights]), interpret(program)([view, weights]), 1e-12);
  }
});

test("a structure that was met before takes other arguments, other literals, and literals that have changed", () => {
  const along = (x: NdArray, literal: NdArray): NdArray => evaluate((v: Variable) => add(mul(v, literal), sin(v)))(x);
  const agreesByHand = (x: NdArray, literal: NdArray): void => {
    const found = along(x, literal);
    x.data.forEach((number, i) => assert.ok(Math.abs(found.data[i] - (number * literal.data[i] + Math.sin(number))) < 1e-14));
  };
  const [x, y, literal] = [uneven([long]), uneven([long], "float64", 2), uneven([long], "float64", 3)];
  agreesByHand(x, literal);
  agreesByHand(y, literal);
  agreesByHand(x, y);
  literal.data.fill(7);
  agreesByHand(x, literal);
});

test("results are the caller's own: a later run of the same structure leaves them as they are", () => {
  const double = evaluate((v: Variable) => mul(2, v));
  const first = double(full([long], 1));
  const second = double(full([long], 2));
  first.data[0] = 9;
  assert.equal([first.data[1], second.data[0], double(full([long], 3)).data[0]], [2, 4, 6]);
});

test("programs have one structure if they differ in literals and arguments alone", () => {
  const structure = (literal: NdArray, factor: number, dtype: FloatDType = "float64"): string => {
    const tape = new Tape();
    return structureOf(tape.program([mul(tape.input({ shape: [2], dtype }), factor, literal)]));
  };
  const same = structure(zeros([2]), 3);
  assert.is(structure(uneven([2]), 3), same);
  for (const other of [structure(zeros([2]), 4), structure(zeros([2, 1]), 3), structure(zeros([2], "float32"), 3, "float32"), structure(zeros([2]), -0)]) {
    assert.is.not(other, same);
  }
  assert.is.not(structure(zeros([2]), 0), structure(zeros([2]), -0));
});

test("a long sum of float32 keeps the digits that float32 has", () => {
  const x = full([2 ** 20], 0.1, "float32");
  const exact = 2 ** 20 * Math.fround(0.1);
  const { value, gradient } = valueAndGrad((v: Variable) => total(mul(v, v, 10)))(x);
  assert.ok(Math.abs(value.item() / (10 * Math.fround(0.1) * exact) - 1) < 2 ** -22, `${value.item()}`);
  assert.ok(gradient.data.every((slope) => Math.abs(slope - 2) < 1e-6));
});

test("lookups by the thousand, with their slopes, are those of the interpreter", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const grid = uneven([9, 8, 7], dtype, 100);
    const places = [uneven([long], dtype, 4), uneven([long], dtype, 3), uneven([long], dtype, 3)];
    const f = ([h, k, l]: readonly Variable[]): Variable => tricubic(h, k, l, grid, { min: [-4, -4, -3], defaultF: 5 });
    const { value, gradient } = vjp(f)(places, full([long], 0.5, dtype));
    const tape = new Tape();
    agrees(dtype, [value], interpret(tape.program([f(places.map((place) => tape.input(place)))]))(places), dtype === "float64" ? 1e-13 : 1e-5);
    const step = 1e-5;
    const moved = (by: number): NdArray => evaluate(f)(places.map((place, axis) => (axis === 1 ? shifted(place, by) : place)));
    if (dtype === "float32") continue;
    const [up, down] = [moved(step), moved(-step)];
    gradient[1].data.forEach((slope, i) => {
      const isKink = Math.abs(places[1].data[i] - Math.round(places[1].data[i])) < 2 * step;
      assert.ok(isKink || Math.abs(slope - (0.5 * (up.data[i] - down.data[i])) / (2 * step)) < 1e-4, `slope ${i}`);
    });
  }
});

function shifted(x: NdArray, by: number): NdArray {
  const result = copy(x);
  for (let i = 0; i < x.size; i++) result.data[i] += by;
  return result;
}

test.run();
