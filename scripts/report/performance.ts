import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { goalHeads, goalLines } from "../../bench/goals.js";
import { measure } from "../../bench/measure.js";
import { measureSubjects } from "../../bench/subjects.js";
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
import { frameRows } from "./frames.js";
import { machineFacts } from "../../bench/machine.js";
import { digits, table } from "../../bench/markdown.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a lookup, an image and a refinement step take on this machine. */
export async function performanceReport(): Promise<string> {
  const { rows: subjects } = await measureSubjects({ subjects: [], mode: "time" });
  const frames = await frameRows();
  return `# Timings

${machineFacts().sentence}

Medians, of one thread unless workers are named; compare ratios, not figures. There is no run on a graphics card: the library computes in
WebAssembly and JavaScript, which run on the processor alone, and has no code for CUDA.

## What was wanted

The C program's figures are those of gcc -O3 on the same kind of machine.

${table(goalHeads, goalLines(subjects.flatMap(({ reached = [] }) => reached)))}
## A still of a protein crystal

The still of \`npm run first-light\`: 256 x 256 pixels, 2 x 2 points in each, 8 parameters.
"normal equations" are what a Gauss-Newton step takes; a time is that of a whole image.

${table(["what", "dtype", "executor", "ms", "ns a point"], imageRows())}
## Frames a second of the page

In headless Chromium without a graphics card, in a window of 1400 x 900 pixels; the browser shows 60 at most. A slider moves in every frame, and the image of the model follows.

${frames.length > 0 ? table(["what", "pixels", "threads", "frames a second"], frames) : "Not measured: no Chromium was found.\n"}
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
