import { interpret, runNode } from "../../../src/autodiff/interpreter.js";
import { primitiveNamed } from "../../../src/autodiff/primitive.js";
import { elementwiseOperations } from "../../../src/autodiff/primitives/registry.js";
import type { Program } from "../../../src/autodiff/tape.js";
import type { DType } from "../../../src/ndarray/dtype.js";
import { copy, full, type NdArray } from "../../../src/ndarray/ndarray.js";
import { elementsOf } from "../../arbitraries.js";

/** One unit of the last digit, by which two correct ways to compute a step may well differ, relative to its result. */
const unit: Readonly<Record<DType, number>> = { float64: 2 ** -52, float32: 2 ** -23, int32: 0 };
const accuracies = new Map(Object.values(elementwiseOperations).map(({ primitive, record }) => [primitive.name, record.accuracy]));
/** Units that operations with an accuracy of their own may be off by, unless they promise less; tests/autodiff/fused/elementwise holds both. */
const promisedUnits = 4;

/** How far apart two correct ways to compute a step may be. */
function marginOf(primitive: string, value: number, dtype: DType): number {
  const { ranges = [], least = 0 } = accuracies.get(primitive) ?? {};
  const units = !accuracies.get(primitive) ? 1 : ranges.length > 0 ? Math.max(...ranges.map((each) => each.units)) : promisedUnits;
  return units * unit[dtype] * Math.max(Math.abs(value), least, ...ranges.map(({ size = 0 }) => size));
}

/** What random tapes hold exactly are multiples of it, and whatever jumps is asked of these alone. */
const finest = 2 ** -16;
const runs = 4;

/**
 * How far the results of a program move, at most, when every step is off by as much as it may be; but not where the step is exact. A
 * derivative that passes by a zero of a cosine feels the last digit of an angle a hundred times.
 */
export function feltRoundings(program: Program, inputs: readonly NdArray[]): number {
  const expected = interpret(program)(inputs).map(elementsOf);
  let furthest = 0;
  let draw = 0;
  for (let run = 0; run < runs; run++) {
    const values: NdArray[] = [];
    program.nodes.forEach((node, id) => {
      const { primitive, attributes, shape, dtype } = node;
      if (primitive === "input") values[id] = inputs[Number(attributes.index)];
      else if (primitive === "literal") values[id] = program.literals[Number(attributes.index)];
      else if (primitive === "constant") values[id] = full(shape, Number(attributes.value), dtype);
      else {
        values[id] = runNode(node, node.inputs.map((input) => values[input]));
        if (primitiveNamed(primitive).kernel.kind !== "elementwise") return;
        const { data } = (values[id] = copy(values[id]));
        for (let i = 0; i < data.length; i++) if (data[i] % finest !== 0) data[i] += Math.sin(++draw ** 2) > 0 ? marginOf(primitive, data[i], dtype) : -marginOf(primitive, data[i], dtype);
      }
    });
    program.outputs.forEach((output, o) => {
      elementsOf(values[output]).forEach((value, i) => (furthest = Math.max(furthest, Math.abs(value - expected[o][i]))));
    });
  }
  return furthest;
}
