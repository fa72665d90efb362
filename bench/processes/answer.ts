import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The numbers that a process of its own prints as a JSON object. */
export function numbersOf(name: string, ...args: readonly string[]): ReadonlyMap<string, number> {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const printed: object = JSON.parse(execFileSync(process.execPath, ["--import", "tsx", file, ...args], { encoding: "utf8" }));
  return new Map(Object.entries(printed).map(([key, value]) => [key, Number(value)]));
}
