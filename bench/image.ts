/** Images of 256² to 2048² pixels, of one step and of many, by every executor: nanoseconds a (pixel, step). */
import type { Executor } from "../src/autodiff/executor.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import type { GoalName } from "./goals.js";
import { measure, type Effort, type Row } from "./measure.js";
import type { Options } from "./options.js";
import { parametersFor, protein, type Still } from "./protein.js";

type Interpolation = "nearest" | "tricubic";
interface Variant extends Still {
  readonly oversample?: number;
  readonly interpolation: Interpolation;
  readonly executor?: Executor;
  readonly dtype?: FloatDType;
}

const kinds = [{}, { domains: 10 }, { oversample: 3 }];
const interpolations = ["nearest", "tricubic"] as const;

export const takes = ["sizes", "dtypes", "executors"] as const;

export async function run({ sizes, dtypes, executors }: Options): Promise<Row[]> {
  if (sizes || dtypes || executors) return asked(sizes ?? [256, 512, 1024], dtypes ?? ["float64", "float32"], executors ?? ["webassembly"]);
  const rows: Row[] = [];
  for (const kind of kinds) {
    for (const interpolation of interpolations) {
      rows.push(imageOf({ ...kind, interpolation, edge: 64, executor: "interpreter" }, { time: 0, runs: 1, warmups: 1 }));
      for (const dtype of ["float64", "float32"] as const) rows.push(imageOf({ ...kind, interpolation, edge: 256, dtype }));
      if (interpolation === "nearest") rows.push(imageOf({ ...kind, interpolation, edge: 256, shape: "gauss" }));
    }
  }
  for (const edge of [512, 1024, 2048]) {
    for (const interpolation of interpolations) {
      const effort = edge === 2048 ? { time: 0, runs: 1, warmups: 0 } : { time: 0, runs: 5, warmups: 3 };
      const isGoal = edge === 1024 && interpolation === "nearest";
      rows.push(imageOf({ edge, interpolation }, effort, isGoal ? "stillImage" : undefined));
      rows.push(imageOf({ edge, interpolation, domains: 10 }, effort, isGoal ? "mosaicImage" : undefined));
    }
  }
  rows.push(imageOf({ edge: 256, domains: 100, interpolation: "nearest" }, { time: 0, runs: 2, warmups: 1 }));
  return rows;
}

function asked(sizes: readonly number[], dtypes: readonly FloatDType[], by: readonly Executor[]): Row[] {
  return sizes.flatMap((edge) =>
    interpolations.flatMap((interpolation) => dtypes.flatMap((dtype) => by.map((executor) => imageOf({ edge, interpolation, dtype, executor })))),
  );
}

function imageOf(variant: Variant, effort: Effort = { time: 300, runs: 5, warmups: 4 }, goal?: GoalName): Row {
  const { edge, interpolation, executor = "webassembly", dtype = "float64", oversample = 1, domains = 1, shape = "square" } = variant;
  const model = protein({ edge, domains, shape }, { oversample, interpolation, executor, dtype });
  const steps = domains * oversample ** 2;
  const parameters = parametersFor(edge);
  const what = `image, ${edge}², ${domains} domain${domains === 1 ? "" : "s"}, oversample ${oversample}`;
  const row = measure(`${what}, ${shape}, ${interpolation}, ${dtype}, ${executor}`, edge ** 2 * steps, () => void model.simulate(parameters), effort);
  return goal === undefined ? row : { ...row, reached: [{ goal, figure: row.nsPerItem }] };
}
