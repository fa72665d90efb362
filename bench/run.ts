/** Runs the subjects of this folder, or those that are named, prints one table, and writes it as Markdown and JSON where asked. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { machineFacts } from "./machine.js";
import { table } from "./markdown.js";
import { writeAllAtomically } from "../src/io/files.js";
import { goalHeads, goalLines } from "./goals.js";
import type { Row } from "./measure.js";
import { parseOptions, usage, type Options } from "./options.js";
import { measureSubjects } from "./subjects.js";

const words = process.argv.slice(2);

/** What the words ask for; ends the program where they cannot be. */
function optionsOrEnd(): Options {
  try {
    return parseOptions(words);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
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

function cells({ name, items, nsPerItem, runs, remark = "" }: Row): string[] {
  return [name, items.toExponential(0).replace("e+", "e"), nsPerItem.toPrecision(3), String(runs), remark];
}

if (words.includes("--help")) console.log(usage);
else {
  const options = optionsOrEnd();
  const { rows, leftOut } = await measureSubjects(options);
  const facts = machineFacts();
  const heads = ["what", "items", "ns an item", "runs", "remark"];
  const isWhole = words.length === 0;
  const goals = isWhole ? [goalHeads, ...goalLines(rows.flatMap(({ reached = [] }) => reached))] : undefined;
  process.stdout.write(`${facts.sentence}\n\n${aligned([heads, ...rows.map(cells)])}\n`);
  if (goals) process.stdout.write(`\n${aligned(goals)}\n`);
  for (const name of leftOut) process.stdout.write(`left out: ${name}, which does not take an option that was given\n`);
  if (options.outdir !== undefined) {
    const { outdir } = options;
    await mkdir(outdir, { recursive: true });
    const json = { ...facts, options, leftOut, rows: rows.map(({ reached: _reached, ...row }) => row) };
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    await writeAllAtomically([
      { path: join(outdir, "bench.json"), bytes: encode(`${JSON.stringify(json, undefined, 2)}\n`) },
      { path: join(outdir, "bench.md"), bytes: encode(`# Timings\n\n${facts.sentence}\n\n${table(heads, rows.map(cells))}`) },
    ]);
    process.stdout.write(`written     ${join(outdir, "bench.md")}, ${join(outdir, "bench.json")}\n`);
  }
}
