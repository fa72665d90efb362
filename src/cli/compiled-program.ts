import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

/** Where the code lies that an engine has made of a program. */
export const codeOf = (file: string): string => `${file}.code`;

/** Whether a program that was compiled by hand can still load packages. */
export const canCompile = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER !== undefined;

/**
 * Runs a program, one CommonJS file of ASCII characters, with the code that the engine made of it when it was built: to compile it anew takes
 * longer than many a command. An engine of another version refuses that code and compiles the program.
 * @returns a function that gives the code that the engine has made of the program so far
 */
export function runCompiled(file: string): () => Uint8Array {
  const code = codeOf(file);
  const script = new Script(`(function (exports, require, module, __filename) {${readFileSync(file, "latin1")}\n})`, {
    filename: file,
    cachedData: existsSync(code) ? readFileSync(code) : undefined,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const program: unknown = script.runInThisContext();
  if (typeof program !== "function") throw new TypeError(`${file} is not a program`);
  Reflect.apply(program, undefined, [{}, createRequire(file), {}, file]);
  return () => script.createCachedData();
}
