import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../src/cli/command.js";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** An image that the reference program computed, and the flags that it was given. */
export interface GoldenCase {
  readonly name: string;
  readonly args: string;
  readonly pixels: number;
}

export const goldenCases: readonly GoldenCase[] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));

/** Files that the reference program wrote, by the name that the case was told to give them. */
export type GoldenFile = "image.bin" | "image.img" | "noise.img" | "image.pgm";

/** A file of the reference program's, or undefined where the case has none. */
export function goldenFile(name: string, file: GoldenFile): Uint8Array | undefined {
  const path = join(folder, "cases", name, file);
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}

/** Runs a case through the command line, in a folder of its own. */
export async function runCase({ name, args }: GoldenCase, ...extra: readonly string[]): Promise<ReadonlyMap<GoldenFile, Uint8Array>> {
  const cwd = await mkdtemp(join(tmpdir(), "braggtape-golden-"));
  try {
    const inputs = new Set(["-hkl", "-mat", "-mask", "-img", "-sourcefile"]);
    const given = args.split(" ").map((word, i, words) => (inputs.has(words[i - 1]) ? join(folder, "inputs", word) : word));
    const noise = goldenFile(name, "noise.img") ? ["-noisefile", "noise.img"] : ["-nonoise"];
    const pgm = goldenFile(name, "image.pgm") ? [] : ["-nopgm"];
    const lines: string[] = [];
    const code = await runCommand(["simulate", ...given, "-floatfile", "image.bin", "-intfile", "image.img", ...noise, ...pgm, ...extra], {
      cwd,
      stdout: () => undefined,
      stderr: (line) => lines.push(line),
      isTerminal: false,
      seconds: () => 1,
    });
    if (code !== 0) throw new Error(`exit code ${code}: ${lines.join("")}`);
    const written = new Map<GoldenFile, Uint8Array>();
    for (const file of ["image.bin", "image.img", "noise.img", "image.pgm"] as const) {
      if (goldenFile(name, file)) written.set(file, new Uint8Array(await readFile(join(cwd, file))));
    }
    return written;
  } finally {
    await rm(cwd, { recursive: true });
  }
}
