/**
 * Steps that scatter nothing: how much faster images and gradients are that leave them out, in one run, in turn with those that do not. Each
 * image takes the memory of the last one of its kind.
 */
import type { FloatDType } from "../src/ndarray/dtype.js";
import type { NdArray } from "../src/ndarray/ndarray.js";
import type { CrystalShape } from "../src/models/crystal.js";
import { ImageModel } from "../src/simulate/image-model.js";
import type { ImageOptions } from "../src/simulate/image-options.js";
import type { Skip } from "../src/simulate/negligible.js";
import { chiSquare, uniform } from "./counts.js";
import { fastestInTurn, type Row } from "./measure.js";
import { closedExperiment, parametersOfCell, proteinExperiment } from "./protein.js";

interface Scene {
  readonly what: string;
  readonly edge: number;
  readonly edgeA: number;
  readonly cells: number;
  /** of sampled spots; those in closed form have none */
  readonly shape?: CrystalShape;
  readonly skips: readonly Skip[];
  readonly hasGradient?: boolean;
}

const domains = 50;
const rounds = 20;
/** Before that, a task runs for so many milliseconds, in which the engine compiles what asks. */
const warmUp = 1000;
const parts: readonly Skip[] = ["nothing", "zeros", 1e-15];
const scenes: readonly Scene[] = [
  { what: "gauss, N 20, 50 domains, 40 Å", edge: 512, shape: "gauss", edgeA: 40, cells: 20, skips: parts, hasGradient: true },
  { what: "gauss, N 20, 50 domains, 100 Å", edge: 512, shape: "gauss", edgeA: 100, cells: 20, skips: parts },
  { what: "tophat, N 20, 50 domains, 40 Å", edge: 512, shape: "tophat", edgeA: 40, cells: 20, skips: ["nothing", "zeros"] },
  { what: "closed form, N 50, 80 Å", edge: 2048, edgeA: 80, cells: 50, skips: ["nothing", "zeros"] },
  { what: "square, N 5, 50 domains, 40 Å", edge: 512, shape: "square", edgeA: 40, cells: 5, skips: ["nothing", "zeros"] },
];

export async function run(): Promise<Row[]> {
  return scenes.flatMap((scene) => [...rowsOf(scene, "image"), ...(scene.hasGradient ? rowsOf(scene, "gradient") : [])]);
}

function rowsOf(scene: Scene, question: "image" | "gradient"): Row[] {
  const { what, edge, skips } = scene;
  const tasks = skips.map((skip) => taskOf(scene, question, { skip }));
  for (const task of tasks) {
    const began = performance.now();
    while (performance.now() - began < warmUp) task();
  }
  const times = fastestInTurn(tasks, rounds);
  return skips.map((skip, i): Row => ({
    name: `${question}, leaving out ${skip === "nothing" || skip === "zeros" ? skip : `up to ${skip} of the brightest`}, ${what}, ${edge}²`,
    items: edge ** 2,
    nsPerItem: times[i].nanoseconds / edge ** 2,
    runs: times[i].runs,
    remark: i === 0 ? "the next ones are compared with this" : `${(times[0].nanoseconds / times[i].nanoseconds).toPrecision(3)} times as fast`,
  }));
}

function taskOf({ edge, edgeA, cells, shape }: Scene, question: "image" | "gradient", options: ImageOptions): () => void {
  const start = parametersOfCell(edge, edgeA, cells, 0.02);
  const model = new ImageModel<typeof start>((p) => (shape ? proteinExperiment({ edge, shape, domains }, { ...p, spreadDeg: 0.5 }) : closedExperiment({ edge }, p)), {
    interpolation: "nearest",
    ...(shape ? { oversample: 1 } : { spots: "closed" }),
    ...options,
  });
  const counts = uniform(edge, "float64");
  let latest: NdArray<FloatDType> | undefined;
  return question === "image" ? () => void (latest = model.simulate(start, latest).image) : () => void model.lossAndGradient(chiSquare, start, counts);
}
