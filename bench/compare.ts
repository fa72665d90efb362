/** Images by one executor and dtype against another: run in turn, so that a busy machine is busy for both. */
import { executors as all, type Executor } from "../src/autodiff/executor.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import type { NdArray } from "../src/ndarray/ndarray.js";
import type { Row } from "./measure.js";
import type { Options } from "./options.js";
import { parametersFor, protein } from "./protein.js";

export const mode = "compare";
export const takes = ["sizes", "dtypes", "executors"] as const;

interface Contestant {
  readonly executor: Executor;
  readonly dtype: FloatDType;
}

export async function run({ sizes = [256, 512], dtypes = ["float64", "float32"], executors = [...all].reverse(), repeats = 5 }: Options): Promise<Row[]> {
  const contestants = executors.flatMap((executor) => dtypes.map((dtype) => ({ executor, dtype })));
  return sizes.flatMap((edge) => (["nearest", "tricubic"] as const).flatMap((interpolation) => inTurn(contestants, edge, interpolation, repeats)));
}

function inTurn(contestants: readonly Contestant[], edge: number, interpolation: "nearest" | "tricubic", repeats: number): Row[] {
  const parameters = parametersFor(edge);
  const models = contestants.map(({ executor, dtype }) => protein({ edge }, { executor, dtype, interpolation }));
  const images = models.map((model) => model.simulate(parameters).image);
  const times = contestants.map((): number[] => []);
  for (let turn = 0; turn < repeats; turn++) {
    models.forEach((model, i) => {
      const began = performance.now();
      model.simulate(parameters);
      times[i].push(performance.now() - began);
    });
  }
  const medians = times.map((own) => own.sort((a, b) => a - b)[Math.floor(own.length / 2)]);
  return contestants.map(({ executor, dtype }, i) => ({
    name: `image, ${edge}², ${interpolation}, ${dtype}, ${executor}`,
    items: edge ** 2,
    nsPerItem: (medians[i] * 1e6) / edge ** 2,
    runs: repeats,
    remark: i === 0 ? "the others are compared with this" : `${(medians[0] / medians[i]).toFixed(2)} times as fast, differs by ${difference(images[i], images[0]).toExponential(1)} of the maximum`,
  }));
}

function difference(image: NdArray, from: NdArray): number {
  let [largest, maximum] = [0, 0];
  for (let i = 0; i < image.size; i++) {
    largest = Math.max(largest, Math.abs(image.data[i] - from.data[i]));
    maximum = Math.max(maximum, Math.abs(from.data[i]));
  }
  return largest / maximum;
}
