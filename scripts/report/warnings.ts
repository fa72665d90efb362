import {
  array,
  full,
  ImageModel,
  lookUp,
  StructureFactors,
  zeros,
  type Experiment,
  type LeavingPolicy,
} from "../../src/index.js";
import { nodeWorkers } from "../../src/simulate/parallel/node.js";
import { table } from "../../bench/markdown.js";

const policies: readonly LeavingPolicy[] = ["mask", "disable", "sequential"];
const images = 3;

/** How often structure factors warn that lookups leave them, by policy. */
export async function warningReport(): Promise<string> {
  const rows: string[][] = [];
  let text = "";
  for (const policy of policies) {
    const grid = structureFactors(policy);
    const parameters = { scale: 1 };
    const model = new ImageModel<typeof parameters>(() => experimentWith(grid), {
      oversample: 2,
      interpolation: "tricubic",
      tileSize: 64,
    });
    const alone: string[] = [];
    for (let i = 0; i < images; i++) alone.push(...model.simulate(parameters).warnings);
    text += `- \`${policy}\`: ${alone.join("; ")}\n`;
    grid.reset();
    const again = model.simulate(parameters).warnings.length;
    grid.reset();
    const pool = nodeWorkers(2);
    let onWorkers = 0;
    for (let i = 0; i < images; i++) onWorkers += (await model.simulateOn({ pool }, parameters)).warnings.length;
    await pool.close();
    grid.reset();
    const batches = [0, 1, 2].filter(
      () => lookUp(grid, array([0, 9, 9, 9]), full([4], 0), full([4], 0)).warning !== undefined,
    ).length;
    rows.push([policy, ...[alone.length, again, onWorkers, batches].map(String)]);
  }
  const head = [
    "policy",
    `${images} images`,
    "one more after reset()",
    `reset, ${images} images on 2 workers`,
    "reset, 3 batches of lookUp",
  ];
  return `# Warnings of lookups that leave the structure factors

One warning a model, however many lookups leave its grid, from however many tiles, images and workers; one more after a reset.

${table(head, rows)}
What they say:

${text}`;
}

function structureFactors(policy: LeavingPolicy): StructureFactors {
  const grid = zeros([7, 7, 7]);
  grid.data.fill(10);
  return new StructureFactors(grid, [-3, -3, -3], { policy });
}

function experimentWith(grid: StructureFactors): Experiment {
  return {
    beam: { wavelengthA: 1 },
    crystal: { lattice: { a: 30, b: 35, c: 40, alpha: 80, beta: 95, gamma: 105 }, missetDeg: [10, 20, 30] },
    detector: { pixels: { fast: 40, slow: 40 }, pixelSizeMm: 0.5, distanceMm: 60 },
    structureFactors: grid,
  };
}
