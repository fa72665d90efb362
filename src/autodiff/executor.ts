import { assign, copy, zeros, type NdArray } from "../ndarray/ndarray.js";
import { fuse, type Workspace } from "./fused/fuse.js";
import { allowsWebAssembly } from "./fused/webassembly.js";
import { interpret, type Run } from "./interpreter.js";
import { checkInputs, type Program } from "./tape.js";

export type { Workspace };
export { arrayInSharedMemory, isSamePlace, noteSharedMemory, sharedMemoryOf, type SharedMemory } from "./fused/shared-memory.js";

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

/**
 * Prepares a program for an executor, or for the interpreter where the surroundings forbid that one, or, with a warning, where no
 * module of WebAssembly can be made of the program.
 */
export function prepare(program: Program, executor: Executor = "webassembly"): Run {
  if (allowedExecutor(executor) === "interpreter") return interpret(program);
  const workspace = prepareWorkspace(program, executor);
  if (workspace.warning !== undefined) console.warn(workspace.warning);
  return (inputs) => runIn(workspace, program, inputs);
}

/** Runs a program in its workspace; the results are the caller's own. */
export function runIn(workspace: Workspace, program: Program, inputs: readonly NdArray[]): NdArray[] {
  checkInputs(program, inputs);
  const { nodes, outputs } = program;
  workspace.inputs.forEach((input, index) => assign(input, inputs[index]));
  return workspace.run().map((result, i) => copy(result, nodes[outputs[i]].dtype));
}

/**
 * The same, for callers who would copy arguments and results once more, and who pass the workspace's warning on.
 * @param given arguments that are known already; the workspace says which of them it reads in its place
 */
export function prepareWorkspace(program: Program, executor: Executor, given?: readonly (NdArray | undefined)[]): Workspace {
  if (allowedExecutor(executor) === "interpreter") return interpretedWorkspace(program);
  try {
    return fuse(program, given);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const reason = `no WebAssembly can be made of a program of ${program.nodes.length} steps (${error.message})`;
    return { ...interpretedWorkspace(program), warning: `${reason}; it runs in the interpreter, which is much slower` };
  }
}

/** Whether an engine refuses a module or its memory. */
function isTooLarge(error: unknown): error is Error {
  return error instanceof RangeError || error instanceof WebAssembly.CompileError;
}

function interpretedWorkspace(program: Program): Workspace {
  const inputs = program.inputs.map(({ shape, dtype }) => zeros(shape, dtype));
  const run = interpret(program);
  return { inputs, bytes: inputs.reduce((bytes, { data }) => bytes + data.byteLength, 0), run: () => run(inputs) };
}
