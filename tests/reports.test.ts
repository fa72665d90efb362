/** The reports that are kept are those that the report maker writes today: same parts, same names, and data that say the same as the pages. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { goalHeads, goals } from "../bench/goals.js";
import { tablesIn } from "../bench/markdown.js";
import { executors } from "../src/autodiff/executor.js";
import { primitiveCases } from "./autodiff/primitive-cases.js";
import { goldenCases } from "./golden/cases.js";

const folder = fileURLToPath(new URL("../reports", import.meta.url));
const page = (name: string): string => readFileSync(join(folder, `${name}.md`), "utf8");
const firstCells = (name: string): Set<string> => new Set(tablesIn(page(name)).flatMap(({ rows }) => rows.map(([first]) => first)));

test("the data of a report say the same as its page, with versions and the commit", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
  assert.ok(names.includes("lookups"));
  for (const name of names) {
    const { report, versions, commit, tables } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
    assert.is(report, name);
    assert.equal(tables, JSON.parse(JSON.stringify(tablesIn(page(name)))), `npm run report ${name}`);
    assert.ok(typeof versions.node === "string" && typeof commit === "string");
  }
});

test("parity is told of every golden image, and gradients of every primitive", () => {
  const golden = firstCells("parity");
  assert.equal(goldenCases.map(({ name }) => name).filter((name) => !golden.has(name)), [], "npm run report parity");
  const primitives = firstCells("gradients");
  assert.equal(Object.keys(primitiveCases).filter((name) => !primitives.has(name)), [], "npm run report gradients");
});

test("timings are held against today's goals, and name no executor that there is not", () => {
  const tables = tablesIn(page("performance"));
  const ofGoals = tables.find(({ heads }) => heads[0] === goalHeads[0] && heads.includes("aim"));
  assert.equal(ofGoals?.rows.map(([what]) => what), Object.values(goals).map(({ what }) => what), "npm run report performance");
  // Timings are taken on a quiet machine; those without data were taken before there was any.
  if (!existsSync(join(folder, "performance.json"))) return;
  const named = tables.flatMap(({ heads, rows }) => (heads.includes("executor") ? rows.map((row) => row[heads.indexOf("executor")]) : []));
  const known: readonly string[] = executors;
  assert.equal([...new Set(named)].filter((name) => !known.includes(name)), [], "npm run report performance");
});

test("where a report names a file of the project, it is there", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".md"))) {
    for (const [, target] of readFileSync(join(folder, name), "utf8").matchAll(/\]\(([^)#:]+)\)/g)) assert.ok(existsSync(join(folder, target)), `${name}: ${target}`);
  }
});

test.run();
