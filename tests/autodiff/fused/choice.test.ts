import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare } from "../../../src/autodiff/executor.js";
import { choiceIn, type Choice } from "../../../src/autodiff/fused/choice.js";
import { lookupGroups } from "../../../src/autodiff/fused/lookups.js";
import type { Op } from "../../../src/autodiff/fused/plan.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { add, exp, less, mul, nearest, neg, round, sqrt, sub, sum, total, tricubic, where } from "../../../src/autodiff/operations.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { array, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { agrees } from "./agreement.js";

const tolerance = { float64: 1e-13, float32: 3e-6 };
const amplitudes = [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]];

/** A spot of a width around each whole number: 0 where it has ended. */
function spot(x: Variable, width: Variable): Variable {
  const distance = sub(x, round(x));
  const square = mul(distance, distance, width);
  return where(less(square, 1), mul(exp(neg(square)), sqrt(add(1, square))), 0);
}

interface Chosen {
  readonly choice: Choice;
  readonly ops: readonly Op[];
}

/** What the innermost loops of a program do behind conditions. */
function choicesOf(program: Program): Chosen[] {
  const plan = planLoops(program);
  return plan.stages.flatMap((stage) => {
    if ("node" in stage) return [];
    return stage.levels.flatMap((level) => {
      const choice = choiceIn(plan.ops, level, lookupGroups(plan, level.computed));
      return choice ? [{ choice, ops: plan.ops }] : [];
    });
  });
}

/** Names of what a choice's parts compute. */
function namesOf({ choice, ops }: Chosen): string[][] {
  return choice.parts.map((part) => part.ops.map((id) => ops[id]).map((op) => ("primitive" in op ? op.primitive : op.kind)));
}

/** Numbers at which spots reach nowhere, everywhere, in one element of a few, and in the middle alone; in float32, too, they and their distances are exact. */
function placesOf(pixels: number, dtype: FloatDType): NdArray[] {
  const from = (at: (i: number) => number): NdArray => array(Array.from({ length: pixels }, (_, i) => at(i)), dtype);
  return [from(() => 3 / 8), from((i) => 3 + i / 1024), from((i) => (i % 5) + (i % 7 === 3 ? 1 / 64 : 5 / 16)), from((i) => (Math.abs(i - pixels / 2) < 3 ? i / 64 : 1 / 2))];
}

function same(program: Program, inputs: readonly NdArray[], dtype: FloatDType): void {
  agrees("webassembly", prepare(program)(inputs), prepare(program, "interpreter")(inputs), tolerance[dtype]);
}

test("what only a choice reads stands behind its condition, and so does the way back, after what all elements are worth", () => {
  const tape = new Tape();
  const [x, width, wanted] = [tape.input({ shape: [64], dtype: "float64" }), tape.input({ shape: [], dtype: "float64" }), tape.input({ shape: [64], dtype: "float64" })];
  const light = spot(x, width);
  const rest = sub(light, wanted);
  const cost = total(mul(rest, rest));
  const [chosen] = choicesOf(tape.program([light, cost, ...pullBack([cost], [tape.constant(1, "float64")], [width]).flatMap((found) => found ?? [])]));
  const [forward, backward] = namesOf(chosen);
  assert.ok(forward.includes("exp") && forward.includes("sqrt") && !forward.includes("ceil"));
  assert.ok(backward.includes("mul") && !backward.includes("exp"));
  const [first, second] = chosen.choice.parts;
  assert.is(first.zeros.length, 1, "all elements have a light");
  assert.is(first.sinks.length, 0);
  assert.is(second.sinks.length, 1, "what is 0 is not added up");
});

test("a short choice, one between two values, and one of which all is read elsewhere are worth no branch", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [64], dtype: "float64" });
  const isLow = less(x, 0.5);
  const long = exp(exp(exp(x)));
  assert.is(choicesOf(tape.program([where(isLow, mul(2, x), 0)])).length, 0);
  assert.is(choicesOf(tape.program([where(isLow, long, 1)])).length, 0);
  assert.is(choicesOf(tape.program([where(isLow, long, 0), long])).length, 0);
  assert.is(choicesOf(tape.program([where(isLow, long, 0)])).length, 1);
});

for (const dtype of ["float64", "float32"] as const) {
  test(`wherever spots reach, loops give what the interpreter gives, with slopes, and what is read inside and outside of a choice, in ${dtype}`, () => {
    for (const pixels of [1, 3, 8, 13, 64, 66]) {
      for (const places of placesOf(pixels, dtype)) {
        const tape = new Tape();
        const [x, width] = [tape.input(places), tape.input({ shape: [], dtype })];
        const light = spot(x, width);
        const distance = sub(x, round(x));
        const amplitude = nearest(mul(0, x), add(1, distance), add(1, distance), tape.literal(array(amplitudes, dtype)), { min: [0, 0, 0], defaultF: 0.5 });
        const bright = where(less(mul(distance, distance, width), 1), mul(light, amplitude, exp(distance)), 0);
        const cost = total(mul(sub(bright, distance), sub(light, amplitude)));
        const gradients = pullBack([cost], [tape.constant(1, dtype)], [x, width]).flatMap((found) => found ?? []);
        const program = tape.program([bright, light, add(bright, distance, amplitude), cost, ...gradients]);
        if (pixels > 1) assert.ok(choicesOf(program).length > 0);
        same(program, [places, array(30, dtype)], dtype);
      }
    }
  });

  test(`what is read behind a choice, and then beside what it gives, is known where nothing was chosen, in ${dtype}`, () => {
    const tape = new Tape();
    const [x, y] = [tape.input({ shape: [8], dtype }), tape.input({ shape: [8], dtype })];
    const distance = sub(x, round(x));
    const bright = where(less(y, 1), exp(exp(distance)), 0);
    const program = tape.program([add(bright, distance)]);
    assert.is(choicesOf(program).length, 1);
    for (const low of [0, 4, 8]) same(program, [array(Array.from({ length: 8 }, (_, i) => i + 0.25), dtype), array(Array.from({ length: 8 }, (_, i) => (i < low ? 0 : 2)), dtype)], dtype);
  });

  test(`of lookups at one place all are computed where one is needed by all, in ${dtype}`, () => {
    const tape = new Tape();
    const [x, y] = [tape.input({ shape: [8], dtype }), tape.input({ shape: [8], dtype })];
    const cube = zeros([4, 4, 4], dtype);
    cube.data.forEach((_, i) => (cube.data[i] = Math.sin(i)));
    const found = tricubic(x, x, x, tape.literal(cube), { min: [0, 0, 0], defaultF: 0 });
    const slopes = pullBack([total(found)], [tape.constant(1, dtype)], [x]).flatMap((slope) => slope ?? []);
    const program = tape.program([...slopes, where(less(y, 1), exp(found), 0)]);
    for (const low of [0, 4, 8]) same(program, [array(Array.from({ length: 8 }, (_, i) => 1 + i / 8), dtype), array(Array.from({ length: 8 }, (_, i) => (i < low ? 0 : 2)), dtype)], dtype);
  });

  test(`sums over steps leave out what a choice does, in ${dtype}`, () => {
    for (const places of placesOf(64, dtype)) {
      const tape = new Tape();
      const [x, step, width] = [tape.input({ shape: [64, 1], dtype }), tape.input({ shape: [1, 5], dtype }), tape.input({ shape: [], dtype })];
      const light = sum(spot(add(x, step), width), 1);
      const cost = total(mul(light, light));
      const program = tape.program([light, cost, ...pullBack([cost], [tape.constant(1, dtype)], [x, step, width]).flatMap((found) => found ?? [])]);
      const steps = zeros([1, 5], dtype);
      steps.data.forEach((_, i) => (steps.data[i] = (i * i) / 8));
      same(program, [array(Array.from(places.data, (place) => [place]), dtype), steps, array(30, dtype)], dtype);
    }
  });
}

test.run();
