/**
 * A loop nest as a function of WebAssembly that works on vectors: two elements at a time in float64, four in float32; one at a time
 * where the innermost loop's elements do not stand one after another.
 */
import { InnermostLoop, numberBytes, type LoopContext } from "./innermost-loop.js";
import { has, sizeAlong, type Nest, type Plan } from "./plan.js";
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

  for (const { sums } of nest.levels) for (const sum of sums) clear(plan, sum, body);
  levelsFrom(0);
  return body;
}

/** Sets a sum to 0 wherever it stands. Every place is padded to whole vectors. */
function clear({ places, padded, ops }: Plan, sum: number, body: FunctionBody): void {
  const size = sizeAlong(padded, ops[sum].axes);
  const offset = places.get(sum)?.offset;
  if (offset === undefined) throw new TypeError(`sum ${sum} has no place in the heap`);
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
