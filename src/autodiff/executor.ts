import { assign, copy, zeros, type NdArray } from "../ndarray/ndarray.js";
import { fuse, type Workspace } from "./fused/fuse.js";
import { allowsWebAssembly } from "./fused/webassembly.js";
import { interpret, type Run } from "./interpreter.js";
import { checkInputs, type Program } from "./tape.js";

export type { Workspace };

export const executors = ["webassembly", "interpreter"] as const;
/**
 * What runs a program: loops made for it, on vectors of WebAssembly; or the interpreter, node by node, which the loops are checked
 * against.
 */
export type Executor = (typeof executors)[number];

/** The executor that is wanted, or the interpreter where WebAssembly is missing or forbidden. */
export function allowedExecutor(wanted: Executor): Executor {
  return wanted === "webassembly" && allowsWebAssembly() ? wanted : "interpreter";
}

/** Prepares a program for an executor, or for the nearest that is allowed. */
export function prepare(program: Program, executor: Executor = "webassembly"): Run {
  const allowed = allowedExecutor(executor);
  if (allowed === "interpreter") return interpret(program);
  const loops = fuse(program);
  return (inputs) => runIn(loops, program, inputs);
}

/** Runs a program in its workspace; the results are the caller's own. */
export function runIn(workspace: Workspace, program: Program, inputs: readonly NdArray[]): NdArray[] {
  checkInputs(program, inputs);
  const { nodes, outputs } = program;
  workspace.inputs.forEach((input, index) => assign(input, inputs[index]));
  return workspace.run().map((result, i) => copy(result, nodes[outputs[i]].dtype));
}

/** The same, for callers who would copy arguments and results once more. */
export function prepareWorkspace(program: Program, executor: Executor): Workspace {
  const allowed = allowedExecutor(executor);
  if (allowed !== "interpreter") return fuse(program);
  const inputs = program.inputs.map(({ shape, dtype }) => zeros(shape, dtype));
  const run = interpret(program);
  return { inputs, bytes: inputs.reduce((bytes, { data }) => bytes + data.byteLength, 0), run: () => run(inputs) };
}
