#!/usr/bin/env node
/** Starts the command as it is bundled in the package: the program that is all commands, or that of the one which is used most. */
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { runCompiled } from "./compiled-program.js";

const program = fileURLToPath(new URL(process.argv[2] === "simulate" ? "./simulate.js" : "./command.js", import.meta.url));
// Node from 22.1 on keeps itself what it compiled for the next command.
const enableCompileCache: unknown = Reflect.get(nodeModule, "enableCompileCache");
if (typeof enableCompileCache !== "function") runCompiled(program);
else {
  if (typeof enableCompileCache === "function") enableCompileCache();
  nodeModule.createRequire(program)(program);
}
