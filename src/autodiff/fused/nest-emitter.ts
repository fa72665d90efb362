/**
 * A loop nest as a function of WebAssembly that works on vectors: two elements at a time in float64, four in float32; one at a time
 * where the innermost loop's elements do not stand one after another.
 */
import { sizeOf } from "../../ndarray/shape.js";
import { InnermostLoop, numberBytes, type LoopContext } from "./innermost-loop.js";
import { has, placeOf, scatterPlaces, sizeAlong, type Nest, type Plan } from "./plan.js";
import { FunctionBody, v128 } from "./wasm-assembler.js";

export function emitNest(plan: Plan, nest: Nest, context: Pick<LoopContext, "precise" | "pool" | "hasMultiplyAdd">): FunctionBody {
  const body = new FunctionBody();
  const isWide = fillsVectors(plan, nest);
  const counters = new Map<number, number>();
  const levelsFrom = (depth: number): void => {
    new InnermostLoop(nest.levels[depth], { ...context, plan, nest, isWide, body, counters }).write();
    if (depth === nest.outer.length) return;
    const axis = nest.outer[depth];
    body.count(plan.extents[axis], 1, (counter) => {
      counters.set(axis, counter);
      levelsFrom(depth + 1);
    });
    counters.delete(axis);
  };

  for (const { sums, scatters } of nest.levels) {
    for (const sum of sums) clear(body, placeOf(plan, sum).offset, sizeAlong(plan.padded, plan.ops[sum].axes));
    for (const { offset, shape } of scatterPlaces(plan, scatters)) clear(body, offset, sizeOf(shape));
  }
  levelsFrom(0);
  return body;
}

/** Sets numbers of the heap to 0. Every place is padded to whole vectors. */
function clear(body: FunctionBody, offset: number, size: number): void {
  if (size === 0) return;
  const zero = body.local(v128);
  body.count(size * numberBytes, 16, (counter) => {
    body.get(counter);
    body.get(zero);
    body.store(offset * numberBytes);
  });
}

/** Whether the innermost loop of a nest is, in the heap, a whole number of turns on full vectors, and contiguous. */
function fillsVectors({ padded, dtype, places, ops }: Plan, { vector, levels }: Nest): boolean {
  if (vector === undefined || padded[vector] % (dtype === "float32" ? 4 : 2) !== 0) return false;
  return levels.every(({ vectors, stored, sums }) =>
    [...vectors, ...stored, ...sums].every((op) => !has(ops[op].axes, vector) || places.get(op)?.strides[vector] === 1),
  );
}
