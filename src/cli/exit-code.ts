import { DTypeError, InputError, ShapeError } from "../ndarray/errors.js";
import type { Environment } from "./environment.js";

/** What a shell is told: done, or refused with one sentence. */
const done = 0;
const refused = 2;

/**
 * Does what a command line asks for.
 * @param work gives a command's own exit code, or nothing
 * @returns the exit code: 0 or a command's own, or 2 where the input was wrong, with one sentence on stderr and nothing written
 */
export async function exitCodeOf(work: () => Promise<number | void>, environment: Environment): Promise<number> {
  try {
    const code = await work();
    // A command that ends with what a stream's write returns is done, too.
    return typeof code === "number" ? code : done;
  } catch (error) {
    environment.stderr(`braggtape: ${sentenceOf(error)}\n`);
    return refused;
  }
}

/** What an input error says; anything else is a fault of the program and goes on. */
function sentenceOf(error: unknown): string {
  if (error instanceof InputError || error instanceof ShapeError || error instanceof DTypeError) return error.message;
  const isMemory = error instanceof RangeError && /allocation|array length|array size/i.test(error.message);
  if (isMemory) return `what was asked for does not fit into memory (${error.message}); fewer pixels or steps would`;
  throw error;
}
