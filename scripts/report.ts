/**
 * Writes the reports, or those that are named as arguments, as pages and as data with versions and commit. All pages but the timings come
 * out the same again.
 */
import { fileURLToPath } from "node:url";
import { writeAllAtomically } from "../src/io/files.js";
import { gradientReport } from "./report/gradients.js";
import { lookupReport } from "./report/lookups.js";
import { machineFacts } from "../bench/machine.js";
import { tablesIn } from "../bench/markdown.js";
import { parityReport } from "./report/parity.js";
import { performanceReport } from "./report/performance.js";
import { warningReport } from "./report/warnings.js";

const reports: Readonly<Record<string, () => string | Promise<string>>> = {
  parity: parityReport,
  gradients: gradientReport,
  warnings: warningReport,
  lookups: lookupReport,
  performance: performanceReport,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in reports));
if (unknown !== undefined) {
  console.error(`there is no report "${unknown}"; there are ${Object.keys(reports).join(", ")}`);
  process.exit(2);
}
for (const [name, make] of Object.entries(reports)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = performance.now();
  const path = (extension: string): string => fileURLToPath(new URL(`../reports/${name}.${extension}`, import.meta.url));
  const page = await make();
  // The pages say the same wherever they are made; where they were made stands in the data.
  const data = { report: name, ...machineFacts(), tables: tablesIn(page) };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  await writeAllAtomically([
    { path: path("md"), bytes: encode(page) },
    { path: path("json"), bytes: encode(`${JSON.stringify(data, undefined, 1)}\n`) },
  ]);
  console.log(`reports/${name}.md and .json in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
