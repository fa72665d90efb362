#!/usr/bin/env node
import { runCommand } from "./command.js";

process.exitCode = await runCommand(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  seconds: () => Math.floor(Date.now() / 1000),
});
