import { fuse } from "./fused/fuse.js";
import { interpret, type Run } from "./interpreter.js";
import type { Program } from "./tape.js";

/**
 * What runs a program: the interpreter, node by node, the oracle of the others; or loops made for it, as JavaScript or, where they
 * fit, as vectors of WebAssembly.
 */
export type Executor = "interpreter" | "javascript" | "webassembly";

export function prepare(program: Program, executor: Executor = "webassembly"): Run {
  return executor === "interpreter" ? interpret(program) : fuse(program, executor);
}
