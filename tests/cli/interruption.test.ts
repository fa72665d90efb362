import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withBench } from "./workbench.js";

const program = fileURLToPath(new URL("interrupted-program.ts", import.meta.url));

/** What becomes of a program that is sent signals while it computes without a pause. */
async function interruptedBy(...signals: readonly NodeJS.Signals[]): Promise<{ readonly output: string; readonly signal: string | null }> {
  return withBench({}, async (bench) => {
    const file = join(bench.folder, "go on");
    const child = spawn(process.execPath, ["--import", "tsx", program, file], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    const ended = new Promise<string | null>((resolve) => child.on("close", (_, signal) => resolve(signal)));
    await new Promise<void>((resolve) =>
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("ready")) resolve();
      }),
    );
    for (const name of signals) child.kill(name);
    await writeFile(file, "");
    return { signal: await ended, output };
  });
}

test("a second Ctrl-C ends the program, also where it came before the first one was heard", async () => {
  // Of two kinds: two of one that wait to be delivered are one.
  const { signal, output } = await interruptedBy("SIGINT", "SIGTERM");
  assert.ok(signal === "SIGINT" || signal === "SIGTERM", `${signal}: ${output}`);
  assert.not.match(output, /aborted/);
});

test.run();
