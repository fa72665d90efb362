import { runCommand } from "./command.js";

void runCommand(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  seconds: () => Math.floor(Date.now() / 1000),
}).then((code) => {
  process.exitCode = code;
});
