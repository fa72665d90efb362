import { primitiveNamed } from "../primitives/registry.js";
import { has, type Plan } from "./plan.js";

/** Numbers that float32 adds up without losing what the last of them say. */
const longestSum = 2 ** 12;

/**
 * Ops that float32 is too short for: whatever a whole number is taken of, as Miller indices are, the distance to that number, and all
 * that they come from; and long sums. An index of 20 in float32 leaves two digits less to its distance from a reflection.
 */
export function preciseOps({ ops, extents }: Pick<Plan, "ops" | "extents">): Set<number> {
  const precise = new Set<number>();
  const isWhole = (id: number): boolean => {
    const op = ops[id];
    const kernel = op.kind === "elementwise" ? primitiveNamed(op.primitive).kernel : undefined;
    return kernel?.kind === "elementwise" && kernel.isWhole === true;
  };
  for (let id = ops.length - 1; id >= 0; id--) {
    const op = ops[id];
    const isDistance = op.kind === "elementwise" && op.primitive === "sub" && op.inputs.some(isWhole);
    const isPlaced = op.kind === "lookup" || op.kind === "scatter";
    if (precise.has(id) || isWhole(id) || isDistance || isPlaced) {
      if (!isPlaced) precise.add(id);
      for (const input of isPlaced ? op.inputs.slice(0, 3) : op.inputs) precise.add(input);
    }
  }
  ops.forEach((op, id) => {
    const summed = op.kind === "sum" ? ops[op.inputs[0]].axes & ~op.axes : 0;
    if (extents.some((extent, axis) => has(summed, axis) && extent > longestSum)) precise.add(id);
  });
  return precise;
}
