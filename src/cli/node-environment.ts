import type { Environment } from "./environment.js";

/** The world as Node shows it. */
export const nodeEnvironment: Environment = {
  cwd: process.cwd(),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  seconds: () => Math.floor(Date.now() / 1000),
};
