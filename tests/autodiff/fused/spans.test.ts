/** Loops that leave out what spans make 0. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare } from "../../../src/autodiff/executor.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { add, exp, mul, sin, sub, sum, total, where, less } from "../../../src/autodiff/operations.js";
import { span } from "../../../src/autodiff/primitives/span.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { array, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { reshape } from "../../../src/ndarray/views.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { agrees } from "./agreement.js";

const tolerance = { float64: 1e-12, float32: 1e-5 };
const pixels = 64;
const steps = 5;
const begins = [0, 1, 2, 3, 0];
const ends = [4, 3, 2, 1, 1];

interface Scene {
  readonly tape: Tape;
  readonly inputs: readonly NdArray[];
  readonly x: Variable;
  readonly y: Variable;
  /** x and y together, within the spans */
  within(of: Variable): Variable;
}

function uneven(shape: Shape, dtype: FloatDType): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = Math.sin(1 + 2.7 * i);
  return result;
}

function scene(dtype: FloatDType): Scene {
  const tape = new Tape();
  const inputs = [uneven([pixels, 1], dtype), uneven([1, steps], dtype), reshaped(begins, dtype), reshaped(ends, dtype)];
  const [x, y, first, end] = inputs.map((input) => tape.input(input));
  return { tape, inputs, x, y, within: (of) => span(of, first, end, pixels, 16) };
}

function reshaped(numbers: readonly number[], dtype: FloatDType): NdArray {
  const row = zeros([1, numbers.length], dtype);
  numbers.forEach((number, i) => (row.data[i] = number));
  return row;
}

function same(program: Program, inputs: readonly NdArray[], dtype: FloatDType): void {
  agrees("webassembly", prepare(program, "webassembly")(inputs), prepare(program, "interpreter")(inputs), tolerance[dtype]);
}

const isBounded = (program: Program): boolean => planLoops(program).stages.some((stage) => "span" in stage && stage.span !== undefined);
const asksInterpreter = (program: Program): boolean => planLoops(program).stages.some((stage) => "node" in stage);

for (const dtype of ["float64", "float32"] as const) {
  test(`sums of what is 0 outside of spans, and their gradients, are those of the interpreter, in ${dtype}`, () => {
    const { tape, inputs, x, y, within } = scene(dtype);
    const term = within(mul(exp(mul(x, y)), sin(add(x, y))));
    const image = sum(mul(term, 3, sin(x)), 1);
    const cost = total(mul(image, sin(image)));
    const gradients = pullBack([cost], [tape.constant(1, dtype)], [x, y]).flatMap((gradient) => gradient ?? []);
    const program = tape.program([image, cost, total(term), ...gradients]);
    assert.ok(isBounded(program) && !asksInterpreter(program));
    same(program, inputs, dtype);
  });
}

test("loops are bounded beside sums that are not", () => {
  const { tape, inputs, x, y, within } = scene("float64");
  const wave = sin(add(x, y));
  const program = tape.program([sum(within(mul(wave, wave)), 1), sum(mul(wave, y), 1), sum(wave, 0)]);
  assert.ok(isBounded(program) && !asksInterpreter(program));
  same(program, inputs, "float64");
});

test("where something that is not 0 outside of the spans needs them, the interpreter makes the zeros", () => {
  for (const use of [(x: Variable) => x, (x: Variable) => sum(sub(1, x), 1), (x: Variable) => sum(exp(x), 1), (x: Variable) => sum(where(less(x, 1), 2, x), 1)]) {
    const { tape, inputs, x, y, within } = scene("float64");
    const program = tape.program([use(within(mul(x, y)))]);
    assert.not(isBounded(program));
    same(program, inputs, "float64");
  }
});

test("what spans leave out is not computed: an infinity there is worth nothing", () => {
  const { tape, inputs, x, y, within } = scene("float64");
  const program = tape.program([sum(within(mul(x, y)), 1)]);
  const holed = zeros([pixels, 1]);
  holed.data.set(inputs[0].data);
  // Pixels 48 to 63 are in the span of the first step alone.
  holed.data.fill(1e308, 48);
  const [image] = prepare(program, "webassembly")([holed, ...inputs.slice(1)]);
  assert.is(image.data[50], 1e308 * inputs[1].data[0]);
});

test("a sum over several step axes leaves out whole steps", () => {
  const tape = new Tape();
  const inputs = [uneven([pixels, 1, 1], "float64"), uneven([1, 3, 1], "float64"), uneven([1, 1, 2], "float64"), ...[[0, 1, 2, 0, 3, 1], [1, 4, 2, 4, 4, 1]].map((row) => reshape(array(row), [1, 3, 2]))];
  const [x, y, z, first, end] = inputs.map((input) => tape.input(input));
  const term = span(mul(sin(mul(x, y)), exp(z)), first, end, pixels, 16);
  const program = tape.program([sum(term, 1, 2), sum(term, 0), sum(term, 0, 2)]);
  assert.ok(isBounded(program));
  same(program, inputs, "float64");
});

test.run();
