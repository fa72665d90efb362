/** Runs the subjects of this folder in order, or those that are named, and prints one table. */
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
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

const lines: string[][] = [["", "items", "ns an item", "runs", ""]];
for (const file of files) {
  const subject: unknown = await import(pathToFileURL(join(folder, file)).href);
  if (!isSubject(subject)) continue;
  for (const { name, items, nsPerItem, runs, remark = "" } of await subject.run()) {
    lines.push([name, items.toExponential(0).replace("e+", "e"), nsPerItem.toPrecision(3), String(runs), remark]);
  }
}

const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
const table = lines.map(([name, ...rest]) =>
  [name.padEnd(widths[0]), ...rest.map((cell, i) => (i === 3 ? cell : cell.padStart(widths[i + 1])))].join("  ").trimEnd(),
);
process.stdout.write(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}\n\n${table.join("\n")}\n`);
