import type { NdArray } from "../ndarray/ndarray.js";
import { interpret } from "./interpreter.js";
import type { Program } from "./tape.js";

/** Runs a program once, on arguments; the results are the caller's own. */
export type RunOnce = (program: Program, inputs: readonly NdArray[]) => NdArray[];

/** Small programs need no more than the interpreter, so that who differentiates small functions need not load the loops. */
let chosen: RunOnce = (program, inputs) => interpret(program)(inputs);

/** Lets the operators run their programs by something faster than the interpreter. */
export function runBy(faster: RunOnce): void {
  chosen = faster;
}

/** The results of a program that an operator has recorded. */
export function run(program: Program, inputs: readonly NdArray[]): NdArray[] {
  return chosen(program, inputs);
}
