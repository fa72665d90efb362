import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare, type Executor } from "../../../src/autodiff/executor.js";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import { elementsOf } from "../../arbitraries.js";
import { anyTape, type RandomTape } from "./random-tapes.js";

const fused: readonly Executor[] = ["javascript", "webassembly"];
const tolerance = { float64: 1e-12, float32: 1e-5 };

/** Asserts the same shapes and dtypes, and elements that are as close as the largest of them, or 1, allows. */
function agrees(executor: string, actual: readonly NdArray[], expected: readonly NdArray[], within: number): void {
  assert.is(actual.length, expected.length);
  const scale = Math.max(1, ...expected.flatMap((each) => elementsOf(each).map(Math.abs)));
  expected.forEach((wanted, output) => {
    assert.equal(actual[output].shape, wanted.shape);
    assert.is(actual[output].dtype, wanted.dtype);
    const numbers = elementsOf(actual[output]);
    elementsOf(wanted).forEach((number, i) => {
      const isNear = Math.abs(numbers[i] - number) <= within * scale;
      assert.ok(isNear, `${executor}: element ${i} of output ${output} is ${numbers[i]}, not ${number}`);
    });
  });
}

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
            const again = run(inputs);
            agrees(executor, again, first, tolerance[dtype]);
          }
        }),
        { numRuns },
      );
    });
  }
}

test.run();
