import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, valueAndGrad, vjp } from "../../src/autodiff/differentiate.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, cumulativeSum, exp, mul, neg, sin, total, tricubic } from "../../src/autodiff/operations.js";
import { runRecorded } from "../../src/autodiff/recorded-runs.js";
import { pullBack } from "../../src/autodiff/reverse.js";
import { structureOf, Tape, type Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
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

test("what a program does not read need not be as it was: arguments of another shape, or none at all, and literals", () => {
  const squares = ({ a }: { readonly a: Variable; readonly b?: Variable }): Variable => total(mul(a, a));
  const a = full([long], 2);
  for (const parameters of [{ a, b: full([5], 1) }, { a, b: full([7], 1) }, { a }]) assert.is(evaluate(squares)(parameters).item(), 4 * long);
  for (const size of [5, 7]) {
    const beside = (v: Variable): Variable => {
      mul(v.tape.literal(full([size], 1)), 2);
      return total(mul(v, v, 3));
    };
    assert.is(evaluate(beside)(a).item(), 12 * long);
  }
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

test("lookups by the thousand, with their slopes along each axis and by the grid, are those of the interpreter", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const grid = uneven([9, 8, 7], dtype, 100);
    const places = [uneven([long], dtype, 4), uneven([long], dtype, 3), uneven([long], dtype, 3)];
    const f = ([h, k, l, amplitudes]: readonly Variable[]): Variable => tricubic(h, k, l, amplitudes, { min: [-4, -4, -3], defaultF: 5 });
    const { value, gradient } = vjp(f)([...places, grid], full([long], 0.5, dtype));
    const tape = new Tape();
    const sources = [...places, grid].map((array) => tape.input(array));
    const slopes = pullBack([f(sources)], [tape.literal(full([long], 0.5, dtype))], sources).flatMap((slope) => slope ?? []);
    const expected = interpret(tape.program([f(sources), ...slopes]))([...places, grid]);
    assert.is(expected.length, 5);
    agrees(dtype, [value, ...gradient], expected, dtype === "float64" ? 1e-13 : 1e-5);
  }
});

test("operators make loops of programs with large arrays, and of no others", () => {
  const { Module } = WebAssembly;
  let count = 0;
  WebAssembly.Module = new Proxy(Module, { construct: (target, given) => (count++, Reflect.construct(target, given)) });
  try {
    const cube = evaluate((x: Variable) => mul(x, x, sin(mul(0.123, x))));
    const counts = [3, long].map((size) => {
      cube(uneven([size]));
      return count;
    });
    assert.equal(counts, [0, 1]);
  } finally {
    WebAssembly.Module = Module;
  }
});

test.run();
