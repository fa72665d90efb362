/**
 * Runs one test file: `tests/one-file.ts FILE [SEED [ROUNDS]]`. Properties draw from a fixed seed unless one is given, and in each further
 * round from the next one. Drawing and shrinking end after a minute, so that a failure is reported soon; what fails prints its seed.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";

Reflect.set(globalThis, "UVU_DEFER", 1);
const queue: unknown[][] = [];
Reflect.set(globalThis, "UVU_QUEUE", queue);
const runQueue: unknown = Reflect.get(await import("uvu"), "exec");
if (typeof runQueue !== "function") throw new TypeError("this version of uvu cannot be told when to run");

const [file, seed = process.env.BRAGGTAPE_SEED ?? "1", rounds = "1"] = process.argv.slice(2);
let failed = 0;
for (let round = 0; round < Number(rounds); round++) {
  fc.configureGlobal({ seed: Number(seed) + round, interruptAfterTimeLimit: 60_000 });
  queue.splice(0, queue.length, [null]);
  await import(`${pathToFileURL(resolve(file)).href}?round=${round}`);
  await runQueue();
  if (process.exitCode !== 0) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
