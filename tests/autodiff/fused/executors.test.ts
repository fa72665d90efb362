import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare, type Executor } from "../../../src/autodiff/executor.js";
import { elementsOf } from "../../arbitraries.js";
import { agrees } from "./agreement.js";
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
            agrees(executor, run(inputs), first, tolerance[dtype]);
            agrees(executor, run(others), second, tolerance[dtype]);
            agrees(executor, run(inputs), first, tolerance[dtype]);
          }
        }),
        { numRuns },
      );
    });
  }
}

test.run();
