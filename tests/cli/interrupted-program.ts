/** Computes without a pause until a file is there, as a long pass does, and then goes on as the interruption says. Argument: the file. */
import { existsSync } from "node:fs";
import { otherTasks, untilInterrupted } from "../../src/cli/interruption.js";

const file = process.argv[2];
const isAborted = await untilInterrupted(
  () => process.stdout.write("told\n"),
  async (signal) => {
    process.stdout.write("ready\n");
    await otherTasks();
    while (!existsSync(file));
    await otherTasks();
    await otherTasks();
    return signal.aborted;
  },
);
process.stdout.write(isAborted ? "aborted\n" : "not aborted\n");
