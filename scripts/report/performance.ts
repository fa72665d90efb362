import { readdirSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { goalHeads, goalLines } from "../../bench/goals.js";
import { measure, type Row } from "../../bench/measure.js";
import {
  ImageModel,
  ops,
  parseHkl,
  StructureFactors,
  zeros,
  type Experiment,
  type PixelFunction,
  type PixelLoss,
  type Quantity,
} from "../../src/index.js";
import { digits, table } from "./markdown.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Subject {
  run(): Promise<Row[]>;
}

function isSubject(module: unknown): module is Subject {
  return typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";
}

/** What a lookup, an image and a refinement step take on this machine. */
export async function performanceReport(): Promise<string> {
  const subjects: Row[] = [];
  for (const file of readdirSync(join(root, "bench"))
    .filter((name) => name.endsWith(".ts") && name !== "run.ts")
    .sort()) {
    const module: unknown = await import(pathToFileURL(join(root, "bench", file)).href);
    if (isSubject(module)) subjects.push(...(await module.run()));
  }
  return `# Timings

${machine()}

Medians, of one thread unless workers are named; compare ratios, not figures.

## What was wanted

The C program's figures are those of gcc -O3 on the same kind of machine.

${table(goalHeads, goalLines(subjects.flatMap(({ reached = [] }) => reached)))}
## A still of a protein crystal

The still of \`npm run first-light\`: 256 x 256 pixels, 2 x 2 points in each, 8 parameters.
"normal equations" are what a Gauss-Newton step takes; a time is that of a whole image.

${table(["what", "dtype", "executor", "ms", "ns a point"], imageRows())}
## Subjects of \`npm run bench\`

${table(
  ["what", "items", "ns an item", "runs", "remark"],
  subjects.map(({ name, items, nsPerItem, runs, remark = "" }) => [
    name,
    items.toExponential(0).replace("e+", "e"),
    digits(nsPerItem),
    String(runs),
    remark,
  ]),
)}`;
}

function machine(): string {
  const versions = ["typescript", "tsx", "tinybench"].map((name) => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    return `${name} ${version}`;
  });
  const processor = cpus()[0]?.model ?? "unknown processor";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const hardware = `${processor}, ${availableParallelism()} cores, ${memory}, ${platform()} ${arch()}`;
  return `${hardware}; Node ${process.versions.node}, V8 ${process.versions.v8}; ${versions.join(", ")}.`;
}

const text = readFileSync(join(root, "scripts/data/1orc_P1.hkl"), "utf8");
const structureFactors = StructureFactors.fromReflections(parseHkl(text, "1orc_P1.hkl"));
const start = { x: [34.77, 39.17, 48.31, 10, 20, 30, 120, Math.log(1e26)] };
const points = 256 * 256 * 4;

function still({
  x: [a, b, c, missetX, missetY, missetZ, distanceMm, logFluence],
}: {
  readonly x: readonly Quantity[];
}): Experiment<Quantity> {
  return {
    beam: { wavelengthA: 1, fluence: ops.exp(logFluence) },
    crystal: { lattice: { a, b, c, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [missetX, missetY, missetZ], cells: [8, 8, 8] },
    detector: { pixels: { fast: 256, slow: 256 }, pixelSizeMm: 0.4, distanceMm },
    structureFactors,
  };
}

const loss: PixelLoss = (photons, counts) => ops.sub(photons, ops.mul(counts, ops.log(ops.add(photons, 0.1))));
const curvature: PixelFunction = (photons) => ops.div(1, ops.add(photons, 0.1));

function imageRows(): string[][] {
  const rows: string[][] = [];
  for (const interpolation of ["nearest", "tricubic"] as const) {
    for (const dtype of ["float64", "float32"] as const) {
      for (const executor of ["interpreter", "webassembly"] as const) {
        const model = new ImageModel<typeof start>(still, { oversample: 2, dtype, executor, interpolation });
        const data = zeros([256, 256], dtype);
        const tasks = {
          image: () => void model.simulate(start),
          "loss and gradient": () => void model.lossAndGradient(loss, start, data),
          "normal equations": () => void model.normalEquations(loss, curvature, start, data),
        };
        for (const [name, task] of Object.entries(tasks)) {
          const effort = executor === "interpreter" ? { time: 0, runs: 1, warmups: 0 } : { time: 300, runs: 3, warmups: 2 };
          const { nsPerItem } = measure(name, points, task, effort);
          rows.push([
            `${name}, ${interpolation} lookup`,
            dtype,
            executor,
            digits((nsPerItem * points) / 1e6),
            digits(nsPerItem),
          ]);
        }
      }
    }
  }
  return rows;
}
