import { runCommand } from "./command.js";
import { nodeEnvironment } from "./node-environment.js";

void runCommand(process.argv.slice(2), nodeEnvironment).then((code) => {
  process.exitCode = code;
});
