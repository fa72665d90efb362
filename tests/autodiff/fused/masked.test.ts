/** Loops that leave out what a mask makes 0. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare } from "../../../src/autodiff/executor.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { add, exp, mul, nearest, sin, sub, sum, total, where, less } from "../../../src/autodiff/operations.js";
import { cumulativeSum } from "../../../src/autodiff/primitives/cumulative-sum.js";
import { masked } from "../../../src/autodiff/primitives/masked.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { array, copy, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { agrees } from "./agreement.js";

const tolerance = { float64: 1e-12, float32: 1e-5 };
const pixels = 64;
const steps = 5;
/** of each step, its groups: all, some, one, none, the last */
const mask = [[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]];

interface Scene {
  readonly tape: Tape;
  readonly inputs: readonly NdArray[];
  readonly x: Variable;
  readonly y: Variable;
  /** where the mask is set */
  within(of: Variable): Variable;
}

function uneven(shape: Shape, dtype: FloatDType): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = Math.sin(1 + 2.7 * i);
  return result;
}

function scene(dtype: FloatDType): Scene {
  const tape = new Tape();
  const inputs = [uneven([pixels, 1], dtype), uneven([1, steps], dtype), copy(array(mask), dtype)];
  const [x, y, flags] = inputs.map((input) => tape.input(input));
  return { tape, inputs, x, y, within: (of) => masked(of, flags, 16) };
}

function same(program: Program, inputs: readonly NdArray[], dtype: FloatDType): void {
  agrees("webassembly", prepare(program, "webassembly")(inputs), prepare(program, "interpreter")(inputs), tolerance[dtype]);
}

const obeysMask = (program: Program): boolean => planLoops(program).stages.some((stage) => "masked" in stage && stage.masked !== undefined);
const asksInterpreter = (program: Program): boolean => planLoops(program).stages.some((stage) => "node" in stage);

for (const dtype of ["float64", "float32"] as const) {
  test(`sums of what a mask leaves, and their gradients, are those of the interpreter, in ${dtype}`, () => {
    const { tape, inputs, x, y, within } = scene(dtype);
    const term = within(mul(exp(mul(x, y)), sin(add(x, y))));
    const image = sum(mul(term, 3, sin(x)), 1);
    const cost = total(mul(image, sin(image)));
    const gradients = pullBack([cost], [tape.constant(1, dtype)], [x, y]).flatMap((gradient) => gradient ?? []);
    const program = tape.program([image, cost, total(term), ...gradients]);
    assert.ok(obeysMask(program) && !asksInterpreter(program));
    same(program, inputs, dtype);
  });
}

for (const dtype of ["float64", "float32"] as const) {
  for (const unit of [2, 4, 8]) {
    test(`groups of ${unit} elements, odd or even in number, count once in each sum and lookup and in their gradients, in ${dtype}`, () => {
      const tape = new Tape();
      const flags = zeros([steps, pixels / unit], dtype);
      for (let i = 0; i < flags.size; i++) flags.data[i] = Number(Math.sin(3 + 7.3 * i) > 0.3);
      // One group, the first two, and none.
      flags.data.fill(0, 0, (3 * pixels) / unit);
      flags.data[5] = flags.data[pixels / unit] = flags.data[pixels / unit + 1] = 1;
      const grid = uneven([6, 6, 6], dtype);
      const inputs = [uneven([pixels, 1], dtype), uneven([1, steps], dtype), flags, grid];
      const [x, y, live, amplitudes] = inputs.map((input) => tape.input(input));
      const wave = masked(mul(exp(mul(x, y)), sin(add(x, y))), live, unit);
      const scale = nearest(mul(3, x), mul(3, y), add(x, y), amplitudes, { min: [-3, -3, -3], defaultF: 2 });
      for (const term of [wave, masked(mul(scale, sin(x)), live, unit)]) {
        const image = sum(term, 1);
        const cost = total(mul(image, sin(image)));
        const gradients = pullBack([cost], [tape.constant(1, dtype)], [x, y, amplitudes]).flatMap((gradient) => gradient ?? []);
        const program = tape.program([image, cost, total(term), sum(term, 0), ...gradients]);
        assert.ok(obeysMask(program));
        same(program, inputs, dtype);
      }
    });
  }
}

test("a turn that is too long for one function obeys a mask of groups of two, too", () => {
  const tape = new Tape();
  const flags = zeros([steps, 8]);
  for (const group of [1, 2, 6, 8, 17, 35]) flags.data[group] = 1;
  const inputs = [uneven([16, 1], "float64"), uneven([1, steps], "float64"), flags];
  const [x, y, live] = inputs.map((input) => tape.input(input));
  let term = mul(x, y);
  for (let i = 0; i < 400; i++) term = sin(add(term, 0.25));
  const within = masked(term, live, 2);
  same(tape.program([sum(within, 1), total(within)]), inputs, "float64");
});

test("loops obey a mask beside sums that do not", () => {
  const { tape, inputs, x, y, within } = scene("float64");
  const wave = sin(add(x, y));
  const program = tape.program([sum(within(mul(wave, wave)), 1), sum(mul(wave, y), 1), sum(wave, 0)]);
  assert.ok(obeysMask(program) && !asksInterpreter(program));
  same(program, inputs, "float64");
});

test("what is not 0 where its inputs are sees the zeros of a mask", () => {
  const uses: readonly ((x: Variable) => Variable)[] = [
    (x) => x,
    (x) => mul(x, 2),
    (x) => sum(sub(1, x), 1),
    (x) => sum(exp(x), 1),
    (x) => sum(where(less(x, 1), 2, x), 1),
    (x) => mul(sum(x, 1), 2),
    (x) => total(mul(sum(x, 1), sin(sum(x, 0)))),
    (x) => cumulativeSum(x, 0),
  ];
  for (const use of uses) {
    const { tape, inputs, x, y, within } = scene("float64");
    const program = tape.program([use(within(mul(x, y)))]);
    assert.ok(obeysMask(program));
    same(program, inputs, "float64");
  }
});

test("a mask that is one for all loops says what is computed, and the rest is 0", () => {
  const tape = new Tape();
  const inputs = [uneven([pixels, 1], "float64"), array([[0, 1, 1, 0]])];
  const [x, flags] = inputs.map((input) => tape.input(input));
  const image = mul(masked(exp(sin(x)), flags, 16), 3);
  const cost = total(mul(sub(image, x), sub(image, x)));
  const gradients = pullBack([cost], [tape.constant(1, "float64")], [x]).flatMap((gradient) => gradient ?? []);
  const program = tape.program([image, cost, ...gradients]);
  assert.ok(obeysMask(program));
  same(program, inputs, "float64");
});

test("what a mask leaves out is not computed: an infinity there is worth nothing", () => {
  const { tape, inputs, x, y, within } = scene("float64");
  const program = tape.program([sum(within(mul(x, y)), 1)]);
  const holed = zeros([pixels, 1]);
  holed.data.set(inputs[0].data);
  // Pixels 0 to 15 are worked on in the first step alone.
  holed.data.fill(1e308, 0, 16);
  const [image] = prepare(program, "webassembly")([holed, ...inputs.slice(1)]);
  assert.is(image.data[5], 1e308 * inputs[1].data[0]);
});

test("a sum over several step axes leaves out whole steps", () => {
  const tape = new Tape();
  const flags = zeros([3, 2, 4]);
  for (let i = 0; i < flags.size; i++) flags.data[i] = Number(i < 12 && i % 3 !== 1);
  const inputs = [uneven([pixels, 1, 1], "float64"), uneven([1, 3, 1], "float64"), uneven([1, 1, 2], "float64"), flags];
  const [x, y, z, live] = inputs.map((input) => tape.input(input));
  const term = masked(mul(sin(mul(x, y)), exp(z)), live, 16);
  const program = tape.program([sum(term, 1, 2), sum(term, 0), sum(term, 0, 2)]);
  assert.ok(obeysMask(program));
  same(program, inputs, "float64");
});

test.run();
