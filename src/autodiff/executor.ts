import { assign, copy, zeros } from "../ndarray/ndarray.js";
import { fuse, type Workspace } from "./fused/fuse.js";
import { interpret, type Run } from "./interpreter.js";
import { checkInput, type Program } from "./tape.js";

export type { Workspace };

/**
 * What runs a program: the interpreter, node by node, the oracle of the others; or loops made for it, as JavaScript or, where they
 * fit, as vectors of WebAssembly. Where the surroundings forbid to make code, the interpreter takes over.
 */
export type Executor = "interpreter" | "javascript" | "webassembly";

export function prepare(program: Program, executor: Executor = "webassembly"): Run {
  const loops = executor === "interpreter" ? undefined : fuse(program, executor);
  if (loops === undefined) return interpret(program);
  return (inputs) => {
    program.inputs.forEach((wanted, index) => checkInput(index, wanted, inputs[index]));
    loops.inputs.forEach((input, index) => assign(input, inputs[index]));
    return loops.run().map((result) => copy(result));
  };
}

/** The same, for callers who would copy arguments and results once more. */
export function prepareWorkspace(program: Program, executor: Executor): Workspace {
  const loops = executor === "interpreter" ? undefined : fuse(program, executor);
  if (loops) return loops;
  const inputs = program.inputs.map(({ shape, dtype }) => zeros(shape, dtype));
  const run = interpret(program);
  return { inputs, run: () => run(inputs) };
}
