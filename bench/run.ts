/** Runs the subjects of this folder in order, or those that are named, and prints one table. */
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { goalHeads, goalLines, type Reached } from "./goals.js";
import type { Row } from "./measure.js";

interface Subject {
  run(): Promise<Row[]>;
}

function isSubject(module: unknown): module is Subject {
  return typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && name !== "run.ts")
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

const figures: Reached[] = [];
const lines: string[][] = [["", "items", "ns an item", "runs", ""]];
for (const file of files) {
  const subject: unknown = await import(pathToFileURL(join(folder, file)).href);
  if (!isSubject(subject)) continue;
  for (const { name, items, nsPerItem, runs, remark = "", reached = [] } of await subject.run()) {
    figures.push(...reached);
    lines.push([name, items.toExponential(0).replace("e+", "e"), nsPerItem.toPrecision(3), String(runs), remark]);
  }
}

/** Columns side by side, the first and the last to the left. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const last = widths.length - 1;
  return rows
    .map((row) => row.map((cell, i) => (i === 0 || i === last ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ").trimEnd())
    .join("\n");
}

process.stdout.write(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}\n\n${aligned(lines)}\n`);
process.stdout.write(`\n${aligned([goalHeads, ...goalLines(figures)])}\n`);
