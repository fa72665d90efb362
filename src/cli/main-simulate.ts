/** The command `simulate` alone: it starts sooner than a program that holds all commands. */
import { withArgumentFiles } from "./argument-file.js";
import { exitCodeOf } from "./exit-code.js";
import { nodeEnvironment } from "./node-environment.js";
import { runSimulate } from "./simulate.js";

const [, ...words] = process.argv.slice(2);
void exitCodeOf(async () => runSimulate(await withArgumentFiles(words, nodeEnvironment.cwd), nodeEnvironment), nodeEnvironment).then((code) => {
  process.exitCode = code;
});
