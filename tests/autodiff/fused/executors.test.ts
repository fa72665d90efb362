import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { executors, prepare, type Executor } from "../../../src/autodiff/executor.js";
import { add, equal, less, max, mul, sin, sub, sum } from "../../../src/autodiff/operations.js";
import { Tape } from "../../../src/autodiff/tape.js";
import { full } from "../../../src/ndarray/ndarray.js";
import { elementsOf } from "../../arbitraries.js";
import { agrees } from "./agreement.js";
import { feltRoundings } from "./felt-roundings.js";
import { anyTape, type RandomTape } from "./random-tapes.js";

const fused: readonly Executor[] = ["webassembly"];
const tolerance = { float64: 1e-12, float32: 1e-5 };

for (const dtype of ["float64", "float32"] as const) {
  for (const [size, mostSteps, numRuns] of [["small", 6, 150], ["larger", 16, 100]] as const) {
    test(`${size} random tapes with their gradients give the same in all executors, in ${dtype}`, () => {
      fc.assert(
        fc.property(anyTape(dtype, mostSteps), ({ program, inputs, others }: RandomTape) => {
          const oracle = prepare(program, "interpreter");
          const [first, second] = [oracle(inputs), oracle(others)];
          assert.ok([...first, ...second].every((each) => elementsOf(each).every(Number.isFinite)), "the tape is not well-conditioned");
          for (const executor of fused) {
            const run = prepare(program, executor);
            for (const [given, expected] of [[inputs, first], [others, second], [inputs, first]]) {
              agrees(executor, run(given), expected, tolerance[dtype], () => feltRoundings(program, given));
            }
          }
        }),
        { numRuns },
      );
    });
  }
}

test("a tape feels the roundings of its steps as much as they are enlarged, and those of exact steps not at all", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [3], dtype: "float32" });
  const given = full([3], 0.75, "float32");
  assert.is(feltRoundings(tape.program([add(x, x)]), [given]), 0);
  const felt = feltRoundings(tape.program([mul(1024, sin(x))]), [given]);
  // The sine may be off by three units of 1, and the product by one of its own.
  const unit = 1024 * 2 ** -23;
  assert.ok(felt >= 2.5 * unit && felt <= 4 * unit, `${felt} is not about three times ${unit}`);
});

test("a constant of a float32 program is the same float32 in every executor, however many elements there are", () => {
  for (const size of [1, 3, 5003]) {
    const tape = new Tape();
    const x = tape.input({ shape: [size], dtype: "float32" });
    const asked = [equal(x, 0.1), less(x, 0.1), less(0.1, x), equal(max(x, 0.1), x), equal(sub(x, 0.1), 0), equal(mul(x, 0.1), mul(x, x))];
    const program = tape.program(asked.map((each) => sum(each)));
    for (const executor of executors) {
      const found = prepare(program, executor)([full([size], 0.1, "float32")]).map((each) => each.data[0]);
      assert.equal(found, [size, 0, 0, size, size, size], `${executor}, ${size}`);
    }
  }
});

test.run();
