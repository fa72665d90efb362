import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";

/** Where the code lies that an engine has made of a program. */
export const codeOf = (file: string): string => `${file}.code`;

/**
 * Runs a program, one CommonJS file of ASCII characters, with the code that the engine made of it when it was built: to compile it anew takes
 * longer than many a command. An engine of another version refuses that code and compiles the program. Kept code cannot import: the
 * program's `module.importPackage` does it.
 * @returns a function that gives the code that the engine has made of the program so far
 */
export function runCompiled(file: string): () => Uint8Array {
  const code = codeOf(file);
  const script = new Script(`(function (exports, require, module, __filename) {${readFileSync(file, "latin1")}\n})`, {
    filename: file,
    cachedData: existsSync(code) ? readFileSync(code) : undefined,
  });
  const program: unknown = script.runInThisContext();
  if (typeof program !== "function") throw new TypeError(`${file} is not a program`);
  Reflect.apply(program, undefined, [{}, createRequire(file), { importPackage: (name: string): Promise<unknown> => import(name) }, file]);
  return () => script.createCachedData();
}
