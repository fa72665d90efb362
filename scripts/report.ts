/** Writes the reports, or those that are named as arguments. All but the timings come out the same again. */
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../src/io/files.js";
import { gradientReport } from "./report/gradients.js";
import { parityReport } from "./report/parity.js";
import { performanceReport } from "./report/performance.js";
import { warningReport } from "./report/warnings.js";

const reports: Readonly<Record<string, () => string | Promise<string>>> = {
  parity: parityReport,
  gradients: gradientReport,
  warnings: warningReport,
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
  const path = fileURLToPath(new URL(`../reports/${name}.md`, import.meta.url));
  await writeFileAtomically(path, new TextEncoder().encode(await make()));
  console.log(`reports/${name}.md in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
