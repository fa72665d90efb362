/** Zeros that follow from zeros: what a mask leaves out need not be computed. */
import type { Op } from "./plan.js";

/** Whether an elementwise step is 0 where some of its inputs are. */
export function vanishes(primitive: string, inputs: readonly number[], isZeroAt: (input: number) => boolean): boolean {
  switch (primitive) {
    case "mul":
      return inputs.some(isZeroAt);
    case "div":
    case "neg":
    case "abs":
    case "sqrt":
      return isZeroAt(inputs[0]);
    case "add":
    case "sub":
      return inputs.every(isZeroAt);
    case "where":
      return inputs.slice(1).every(isZeroAt);
    default:
      return false;
  }
}

/** Whether an op is the number 0. */
export function isZero(op: Op): boolean {
  return op.kind === "constant" && op.value === 0;
}
