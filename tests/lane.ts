/**
 * Runs the test files that the standard input names, a line `FILE [SEED [ROUNDS]]` each, and says after each what became of it in a line that
 * begins with `endOfFile`. Properties draw from a fixed seed unless one is given, and in each further round from the next one. Drawing and
 * shrinking end after a minute, so that a failure is reported soon; what fails prints its seed. Files share a process because what they
 * import takes longer to load than most of them take to run.
 */
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";
import { endOfFile } from "./runner.js";

Reflect.set(globalThis, "UVU_DEFER", 1);
const queue: unknown[][] = [];
Reflect.set(globalThis, "UVU_QUEUE", queue);
const runQueue: unknown = Reflect.get(await import("uvu"), "exec");
if (typeof runQueue !== "function") throw new TypeError("this version of uvu cannot be told when to run");

let failed = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [file, seed = process.env.BRAGGTAPE_SEED ?? "1", rounds = "1"] = line.split(" ");
  let failedRounds = 0;
  for (let round = 0; round < Number(rounds); round++) {
    fc.configureGlobal({ seed: Number(seed) + round, interruptAfterTimeLimit: 60_000, includeErrorInReport: true });
    queue.splice(0, queue.length, [null]);
    process.exitCode = 0;
    await import(`${pathToFileURL(resolve(file)).href}?round=${round}`);
    await runQueue();
    if (process.exitCode !== 0) failedRounds++;
  }
  if (failedRounds > 0) failed++;
  process.stdout.write(`\n${endOfFile} ${file} ${failedRounds}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
