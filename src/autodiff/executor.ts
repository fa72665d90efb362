import { assign, copy, zeros, type NdArray } from "../ndarray/ndarray.js";
import { fuse, type Workspace } from "./fused/fuse.js";
import { allowsJavaScript } from "./fused/javascript.js";
import { allowsWebAssembly } from "./fused/webassembly.js";
import { interpret, type Run } from "./interpreter.js";
import { checkInputs, type Program } from "./tape.js";

export type { Workspace };

export const executors = ["webassembly", "javascript", "interpreter"] as const;
/**
 * What runs a program: the interpreter, node by node, the oracle of the others; or loops made for it, as vectors of WebAssembly or as
 * JavaScript.
 */
export type Executor = (typeof executors)[number];

/** The executor that is wanted, or what comes nearest to it where the surroundings forbid to make code. */
export function allowedExecutor(wanted: Executor): Executor {
  if (wanted === "webassembly") return allowsWebAssembly() ? wanted : allowedExecutor("javascript");
  return wanted === "javascript" && allowsJavaScript() ? wanted : "interpreter";
}

/** Prepares a program for an executor, or for the nearest that is allowed. */
export function prepare(program: Program, executor: Executor = "webassembly"): Run {
  const allowed = allowedExecutor(executor);
  if (allowed === "interpreter") return interpret(program);
  const loops = fuse(program, allowed);
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
  if (allowed !== "interpreter") return fuse(program, allowed);
  const inputs = program.inputs.map(({ shape, dtype }) => zeros(shape, dtype));
  const run = interpret(program);
  return { inputs, bytes: inputs.reduce((bytes, { data }) => bytes + data.byteLength, 0), run: () => run(inputs) };
}
