import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare } from "../../../src/autodiff/executor.js";
import { isWorthDoubling } from "../../../src/autodiff/fused/doubled-turns.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { exp, mul, neg, sum, tricubic } from "../../../src/autodiff/operations.js";
import { sincg } from "../../../src/autodiff/primitives/special.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { full, zeros } from "../../../src/ndarray/ndarray.js";
import { agrees } from "./agreement.js";

/** The sum over 6 steps y of what is recorded of them and of pixels x. */
function summed(record: (x: Variable, y: Variable) => Variable, pixels = 64, dtype: FloatDType = "float64"): Program {
  const tape = new Tape();
  const [x, y] = [tape.input({ shape: [pixels, 1], dtype }), tape.input({ shape: [1, 6], dtype })];
  return tape.program([sum(record(x, y), 1)]);
}

function isDoubled(program: Program): boolean {
  const plan = planLoops(program);
  return plan.stages.some((stage) => !("node" in stage) && stage.levels.some((_, depth) => isWorthDoubling(plan, stage, depth)));
}

const gauss = (x: Variable, y: Variable): Variable => exp(neg(mul(mul(x, y), mul(x, y))));

test("a turn works on two vectors where an exponential waits for itself, but not where interference functions or tricubic lookups fill the registers", () => {
  assert.is(isDoubled(summed(gauss)), true);
  assert.is(isDoubled(summed((x, y) => sincg(mul(x, y), y))), false);
  const grid = zeros([8, 8, 8]);
  assert.is(isDoubled(summed((x, y) => tricubic(x, y, mul(x, y), x.tape.literal(grid), { min: [0, 0, 0], defaultF: 0 }))), false);
});

test("float32 has its two vectors anyway, and a single loop is not worth the longer code", () => {
  assert.is(isDoubled(summed(gauss, 64, "float32")), false);
  const tape = new Tape();
  assert.is(isDoubled(tape.program([exp(tape.input({ shape: [64], dtype: "float64" }))])), false);
});

test("two vectors a turn give what the interpreter gives, however many pixels there are", () => {
  for (const pixels of [1, 3, 4, 7, 64, 66]) {
    const program = summed(gauss, pixels);
    const inputs = [full([pixels, 1], 0), full([1, 6], 0)];
    for (const { data } of inputs) data.forEach((_, i) => (data[i] = Math.sin(1 + i)));
    agrees("webassembly", prepare(program)(inputs), prepare(program, "interpreter")(inputs), 1e-14);
  }
});

test.run();
