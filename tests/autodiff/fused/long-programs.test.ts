/** Programs of many steps: recorded, differentiated, and run by loops and by the interpreter alike. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { grad } from "../../../src/autodiff/differentiate.js";
import { prepare } from "../../../src/autodiff/executor.js";
import { add, mul, sin, sum, total } from "../../../src/autodiff/operations.js";
import { cumulativeSum } from "../../../src/autodiff/primitives/cumulative-sum.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { agrees } from "./agreement.js";

const tolerance = { float64: 1e-12, float32: 1e-5 };

function uneven(shape: Shape, dtype: FloatDType = "float64"): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = Math.sin(1 + 2.7 * i);
  return result;
}

/** Repeats a step. */
function chain(first: Variable, count: number, step: (x: Variable, i: number) => Variable): Variable {
  let x = first;
  for (let i = 0; i < count; i++) x = step(x, i);
  return x;
}

function same(program: Program, inputs: readonly NdArray[], dtype: FloatDType): void {
  agrees("webassembly", prepare(program, "webassembly")(inputs), prepare(program, "interpreter")(inputs), tolerance[dtype]);
}

for (const dtype of ["float64", "float32"] as const) {
  test(`800 chained sines with their gradient, and what every tenth of them sums to, agree between executors, in ${dtype}`, () => {
    for (const length of [1, 7, 16]) {
      const x = uneven([length], dtype);
      const y = uneven([3, 1], dtype);
      const tape = new Tape();
      const [a, b] = [tape.input(x), tape.input(y)];
      const sums: Variable[] = [];
      const last = chain(mul(a, b), 800, (z, i) => {
        if (i % 10 === 0) sums.push(total(z), sum(z, 0), sum(z, 1));
        return sin(add(z, i % 7 === 0 ? a : 0.25));
      });
      const gradients = pullBack([total(last)], [tape.constant(1, dtype)], [a, b]).flatMap((gradient) => gradient ?? []);
      same(tape.program([last, ...sums, ...gradients]), [x, y], dtype);
    }
  });
}

test("a value that is made at a long loop's begin is there at its end", () => {
  const x = uneven([8]);
  const tape = new Tape();
  const a = tape.input(x);
  const early = Array.from({ length: 40 }, (_, i) => sin(mul(a, i + 1)));
  const last = chain(a, 1500, (z) => sin(add(z, 0.5)));
  same(tape.program([early.reduce((sofar, each, i) => add(mul(sofar, i % 2 === 0 ? last : 0.5), each), last)]), [x], "float64");
});

test("2,500 additions on 1,024 elements give what arithmetic gives", () => {
  const x = uneven([1024]);
  const tape = new Tape();
  const a = tape.input(x);
  const [result] = prepare(tape.program([chain(a, 2500, (y) => add(y, a))]), "webassembly")([x]);
  result.data.forEach((actual, i) => assert.ok(Math.abs(actual - 2501 * x.data[i]) < 1e-9 * 2501, `element ${i}`));
});

test("a chain of 100,000 operations runs in loops and in the interpreter, and has a gradient", () => {
  const x = uneven([4]);
  const tape = new Tape();
  const a = tape.input(x);
  const program = tape.program([chain(a, 100_000, (y, i) => (i % 2 === 0 ? add(y, 1) : add(y, a)))]);
  for (const executor of ["webassembly", "interpreter"] as const) {
    const [result] = prepare(program, executor)([x]);
    result.data.forEach((actual, i) => assert.ok(Math.abs(actual - (50_000 + 50_001 * x.data[i])) < 1e-5, `${executor}, element ${i}: ${actual}`));
  }
  const slope = grad((y: Variable) => total(chain(y, 50_000, (z, i) => (i % 2 === 0 ? add(z, 1) : add(z, y)))))(x);
  assert.equal([...slope.data], [25_001, 25_001, 25_001, 25_001]);
});

test("3,000 sums that each need the one before run pass by pass", () => {
  const x = uneven([16]);
  const tape = new Tape();
  const a = tape.input(x);
  same(tape.program([chain(a, 3000, (y, i) => mul(add(a, i % 3 === 0 ? total(y) : y), 0.06))]), [x], "float64");
  const program = tape.program([chain(a, 1000, (y) => mul(cumulativeSum(sin(y), 0), 0.1))]);
  same(program, [x], "float64");
});

test("where an engine refuses a module, the interpreter runs the program, and one sentence warns of it", () => {
  const x = uneven([8]);
  const tape = new Tape();
  const program = tape.program([sin(tape.input(x))]);
  const expected = prepare(program, "webassembly")([x]);
  const { Module } = WebAssembly;
  const { warn } = console;
  const warnings: unknown[] = [];
  console.warn = (...words: unknown[]) => warnings.push(...words);
  Reflect.set(WebAssembly, "Module", function refuse() {
    throw new WebAssembly.CompileError("local count too large");
  });
  try {
    agrees("interpreter", prepare(program, "webassembly")([x]), expected, 1e-15);
  } finally {
    Reflect.set(WebAssembly, "Module", Module);
    console.warn = warn;
  }
  assert.is(warnings.length, 1);
  assert.match(String(warnings[0]), /no WebAssembly can be made of a program of 2 steps \(local count too large\); it runs in the interpreter/);
});

test.run();
