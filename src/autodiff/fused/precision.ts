import type { Op } from "./plan.js";

/**
 * Ops that float32 is too short for: whatever a whole number is taken of, as Miller indices are, the distance to that number, and all
 * that they come from. An index of 20 in float32 leaves two digits less to its distance from a reflection.
 */
export function preciseOps(ops: readonly Op[]): Set<number> {
  const precise = new Set<number>();
  const isWhole = (id: number): boolean => {
    const op = ops[id];
    return op.kind === "elementwise" && (op.primitive === "ceil" || op.primitive === "floor");
  };
  for (let id = ops.length - 1; id >= 0; id--) {
    const op = ops[id];
    const isDistance = op.kind === "elementwise" && op.primitive === "sub" && op.inputs.some(isWhole);
    if (precise.has(id) || isWhole(id) || isDistance || op.kind === "lookup") {
      if (op.kind !== "lookup") precise.add(id);
      for (const input of op.inputs) precise.add(input);
    }
  }
  return precise;
}
