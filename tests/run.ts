/** Runs every test file in a process of its own, two at a time, and ends with the line `N passed, N failed`. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => relative(root, join(folder, name)))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

function run(file: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, ["--import", "tsx", file], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => {
      const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const failed = Math.max(total - passed, code === 0 && total > 0 ? 0 : 1);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stdout.write(`${failed > 0 ? "FAIL" : "ok  "} ${file}: ${passed} of ${total} in ${seconds} s\n`);
      if (failed > 0) process.stdout.write(`${output}\n`);
      resolve({ passed, failed });
    });
  });
}

const queue = [...files];
const outcomes: Outcome[] = [];
const lane = async (): Promise<void> => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) outcomes.push(await run(file));
};
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));

const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
