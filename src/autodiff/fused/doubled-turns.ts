/** Loops whose turn works on two vectors: while an instruction waits for the result of another one, the processor works on the other vector. */
import { primitiveNamed } from "../primitives/registry.js";
import { wholeVectors } from "./heap-layout.js";
import type { Nest, Op, Plan } from "./plan.js";

/**
 * Whether the loop at a level of a nest is faster with two vectors of float64 in a turn. It is where the numbers of both have room in the
 * processor's registers: images of gauss crystals take 0.82 of the time, but those of square crystals 1.11. Only the innermost level
 * has turns enough to be worth the longer code. Loops of float32 have two vectors of float64 in a turn wherever float32 is too short.
 */
export function isWorthDoubling({ dtype, padded, ops }: Plan, { vector, outer, levels }: Nest, depth: number): boolean {
  if (dtype === "float32" || vector === undefined || padded[vector] % wholeVectors !== 0) return false;
  if (outer.length === 0 || depth < outer.length) return false;
  const { computed, scatters } = levels[depth];
  return scatters.length === 0 && !computed.some((op) => fillsRegisters(ops[op]));
}

function fillsRegisters(op: Op): boolean {
  if (op.kind === "lookup") return op.primitive === "tricubic";
  if (op.kind !== "elementwise") return false;
  const { kernel } = primitiveNamed(op.primitive);
  return kernel.kind === "elementwise" && kernel.fillsRegisters === true;
}
