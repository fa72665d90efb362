/** Runs test files, each in a process of its own, two at a time. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = fileURLToPath(new URL(".", import.meta.url));

/** The test files whose paths contain one of the parts, or all of them where there are none. */
export function testFiles(parts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => relative(root, join(folder, name)))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .sort();
}

/** Whether a test file draws at random. */
export function hasProperties(file: string): boolean {
  return readFileSync(join(root, file), "utf8").includes("fast-check");
}

/** From which seed properties are drawn, and how often, each time from the next one. */
export interface Draws {
  readonly seed: number;
  readonly rounds: number;
}

/** @param draws once from the fixed seed unless given */
export async function runFiles(files: readonly string[], draws?: Draws): Promise<Outcome> {
  const queue = [...files];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) outcomes.push(await runFile(file, draws));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function runFile(file: string, draws: Draws | undefined): Promise<Outcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const words = draws === undefined ? [file] : [file, String(draws.seed), String(draws.rounds)];
    const child = spawn(process.execPath, ["--import", "tsx", "tests/one-file.ts", ...words], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => {
      const [total, passed] = [/Total:\s+(\d+)/g, /Passed:\s+(\d+)/g].map((count) => sumOf(output, count));
      const failed = Math.max(total - passed, code === 0 && total > 0 ? 0 : 1);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stdout.write(`${failed > 0 ? "FAIL" : "ok  "} ${file}: ${passed} of ${total} in ${seconds} s\n`);
      if (failed > 0) process.stdout.write(`${output}\n`);
      resolve({ passed, failed });
    });
  });
}

/** The sum of a number that a text states once for each round. */
function sumOf(text: string, number: RegExp): number {
  return [...text.matchAll(number)].reduce((sum, [, digits]) => sum + Number(digits), 0);
}
