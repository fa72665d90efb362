/** The subjects of this folder, and their rows. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setRepeats, type Row } from "./measure.js";
import type { Mode, OptionName, Options } from "./options.js";

interface Subject {
  readonly run: (options: Options) => Promise<Row[]>;
  /** options that the subject takes; none unless given */
  readonly takes?: readonly OptionName[];
  /** the mode that it belongs to; "time" unless given */
  readonly mode?: Mode;
}

function isSubject(module: unknown): module is Subject {
  return typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";
}

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Names of the files that measure something: all but the tools. */
export const subjectNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && !["run.ts", "options.ts", "subjects.ts", "measure.ts", "goals.ts", "protein.ts", "counts.ts"].includes(name))
  .map((name) => name.slice(0, -3))
  .sort();

/** What a run of the benchmarks found. */
export interface Measured {
  readonly rows: readonly Row[];
  /** subjects that were left out, as they do not take an option that was given */
  readonly leftOut: readonly string[];
}

/** Runs the subjects that options ask for, one after another. */
export async function measureSubjects(options: Options): Promise<Measured> {
  setRepeats(options.repeats);
  const asked = (["sizes", "dtypes", "executors"] as const).filter((name) => options[name] !== undefined);
  const rows: Row[] = [];
  const leftOut: string[] = [];
  for (const name of subjectNames.filter((file) => options.subjects.length === 0 || options.subjects.some((part) => file.includes(part)))) {
    const module: unknown = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
    if (!isSubject(module) || (module.mode ?? "time") !== options.mode) continue;
    if (asked.some((option) => !(module.takes ?? []).includes(option))) leftOut.push(name);
    else rows.push(...(await module.run(options)));
  }
  return { rows, leftOut };
}
