/** Steps that scatter nothing: how much faster an image is that leaves them out, in one run, in turn with one that does not. */
import { ImageModel } from "../src/simulate/image-model.js";
import type { ImageOptions } from "../src/simulate/image-options.js";
import { measure, type Row } from "./measure.js";
import { parametersFor, proteinExperiment, structureFactors, type Still } from "./protein.js";

interface Scene extends Still {
  readonly what: string;
  readonly edgeA: number;
  readonly cells: number;
  readonly isClosed?: boolean;
}

const scenes: readonly Scene[] = [
  { what: "gauss, N 20, 50 domains, 40 Å", edge: 512, domains: 50, shape: "gauss", edgeA: 40, cells: 20 },
  { what: "gauss, N 20, 50 domains, 100 Å", edge: 512, domains: 50, shape: "gauss", edgeA: 100, cells: 20 },
  { what: "tophat, N 20, 50 domains, 40 Å", edge: 512, domains: 50, shape: "tophat", edgeA: 40, cells: 20 },
  { what: "closed form, N 50, 80 Å", edge: 2048, edgeA: 80, cells: 50, isClosed: true },
  { what: "square, N 5, 50 domains, 40 Å", edge: 512, domains: 50, shape: "square", edgeA: 40, cells: 5 },
];
const rounds = 5;

export async function run(): Promise<Row[]> {
  return scenes.flatMap((scene) => {
    const skips = scene.shape === "square" ? (["nothing", "zeros"] as const) : (["nothing", "zeros", 1e-15] as const);
    const tasks = skips.map((skip) => taskOf(scene, { skip }));
    const best = skips.map(() => Infinity);
    for (let round = 0; round < rounds; round++) {
      tasks.forEach((task, i) => (best[i] = Math.min(best[i], measure("", 1, task, { time: 0, runs: 1, warmups: round === 0 ? 2 : 0 }).nsPerItem)));
    }
    return skips.map((skip, i): Row => ({
      name: `leaving out ${skip === "nothing" ? skip : skip === "zeros" ? "zeros" : `up to ${skip} of the brightest`}, ${scene.what}, ${scene.edge}²`,
      items: scene.edge ** 2,
      nsPerItem: best[i] / scene.edge ** 2,
      runs: rounds,
      remark: `${(best[0] / best[i]).toFixed(1)} times as fast as without`,
    }));
  });
}

function taskOf({ edgeA, cells, isClosed = false, ...still }: Scene, options: ImageOptions): () => void {
  const p = parametersFor(still.edge);
  const cell = { ...p.cell, a: edgeA, b: edgeA * 1.1, c: edgeA * 1.2 };
  const start = { ...p, cell, cells: [cells, cells, cells] };
  const model = new ImageModel<typeof start>(
    (q) => {
      const experiment = proteinExperiment(still, q);
      const { mosaic, ...crystal } = experiment.crystal;
      return isClosed ? { ...experiment, structureFactors, crystal: { ...crystal, etaDeg: 0.02 } } : { ...experiment, crystal: { ...crystal, ...(mosaic && { mosaic }) } };
    },
    { interpolation: "nearest", ...(isClosed ? { spots: "closed" } : { oversample: 1 }), ...options },
  );
  return () => void model.simulate(start);
}
