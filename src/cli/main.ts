#!/usr/bin/env node
import * as nodeModule from "node:module";

// Node from 22.1 on keeps what it compiled for the next command.
const enableCompileCache: unknown = Reflect.get(nodeModule, "enableCompileCache");
if (typeof enableCompileCache === "function") enableCompileCache();
const { runCommand } = await import("./command.js");

process.exitCode = await runCommand(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  seconds: () => Math.floor(Date.now() / 1000),
});
