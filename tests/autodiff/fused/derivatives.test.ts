/** The derivatives of every primitive, in every layout, by loops: those of the interpreter, which are checked against differences. */
import * as fc from "fast-check";
import { test } from "uvu";
import { prepare, type Executor } from "../../../src/autodiff/executor.js";
import { pushForward } from "../../../src/autodiff/forward.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { full } from "../../../src/ndarray/ndarray.js";
import { draw, layouts } from "../draws.js";
import { primitiveCases } from "../primitive-cases.js";
import type { Sample } from "../cases/case.js";
import { agrees } from "./agreement.js";

const floats: readonly FloatDType[] = ["float64", "float32"];
const fused: readonly Executor[] = ["webassembly"];
const tolerance = { float64: 1e-12, float32: 1e-5 };

/** The value of a sample, and how it changes backwards and forwards, by all executors alike. */
function sameDerivatives({ inputs, apply }: Sample, dtype: FloatDType): void {
  const tape = new Tape();
  const sources = inputs.map((input) => tape.input(input));
  const value = apply(sources);
  const cotangent = tape.literal(full(value.shape, 0.75, dtype));
  const directions = inputs.map(({ shape }) => tape.literal(full(shape, -0.5, dtype)));
  const derivatives = [...pullBack([value], [cotangent], sources), ...pushForward(sources, directions, [value])];
  const program = tape.program([value, ...derivatives.filter((derivative) => derivative !== undefined)]);
  const expected = prepare(program, "interpreter")(inputs);
  for (const executor of fused) agrees(executor, prepare(program, executor)(inputs), expected, tolerance[dtype]);
}

for (const [name, entry] of Object.entries(primitiveCases)) {
  test(`loops give the derivatives of ${name}, in any layout`, () => {
    for (const dtype of floats) {
      for (const layout of layouts) {
        fc.assert(fc.property(entry.draw(draw(dtype, layout, "derivative")), (sample) => sameDerivatives(sample, dtype)), { numRuns: 4 });
      }
    }
  });
}

test.run();
