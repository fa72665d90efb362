/** Runs test files in as many processes as there are processors, four at most; each process takes the next file when it has done one. */
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

/** Begins the line by which a lane says that a file is done. */
export const endOfFile = "\u0004";

/** @param draws once from the fixed seed unless given */
export async function runFiles(files: readonly string[], draws?: Draws): Promise<Outcome> {
  const queue = [...files];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    while (queue.length > 0) await runLane(queue, outcomes, draws);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Runs files of the queue in one process until none is left, or until one ends the process. */
function runLane(queue: string[], outcomes: Outcome[], draws: Draws | undefined): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", "tests/lane.ts"], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    let file: string | undefined;
    let start = 0;
    let output = "";
    const next = (): void => {
      file = queue.shift();
      start = performance.now();
      output = "";
      if (file === undefined) child.stdin.end();
      else child.stdin.write(draws === undefined ? `${file}\n` : `${file} ${draws.seed} ${draws.rounds}\n`);
    };
    const done = (wasWell: boolean): void => {
      const [total, passed] = [/Total:\s+(\d+)/g, /Passed:\s+(\d+)/g].map((count) => sumOf(output, count));
      const failed = Math.max(total - passed, wasWell && total > 0 ? 0 : 1);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stdout.write(`${failed > 0 ? "FAIL" : "ok  "} ${file}: ${passed} of ${total} in ${seconds} s\n`);
      if (failed > 0) process.stdout.write(`${output}\n`);
      outcomes.push({ passed, failed });
    };
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const end = new RegExp(`^${endOfFile} \\S+ (\\d+)\\n`, "m").exec(output);
      if (end === null) return;
      output = output.slice(0, end.index);
      done(end[1] === "0");
      next();
    });
    child.on("close", () => {
      if (file !== undefined) done(false);
      resolve();
    });
    next();
  });
}

/** The sum of a number that a text states once for each round. */
function sumOf(text: string, number: RegExp): number {
  return [...text.matchAll(number)].reduce((sum, [, digits]) => sum + Number(digits), 0);
}
