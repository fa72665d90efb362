/** The image with its gradient in 20 parameters, and in all structure factors, against the image alone. */
import type { NdArray } from "../src/ndarray/ndarray.js";
import { ImageModel } from "../src/simulate/image-model.js";
import { chiSquare, uniform } from "./counts.js";
import { measure, type Row } from "./measure.js";
import { parametersFor, protein, proteinExperiment, structureFactors } from "./protein.js";

const edge = 512;

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const dtype of ["float64", "float32"] as const) {
    for (const interpolation of ["nearest", "tricubic"] as const) {
      for (const domains of [1, 10]) {
        const model = protein({ edge, domains }, { interpolation, dtype });
        const parameters = parametersFor(edge);
        const counts = uniform(edge, dtype);
        const items = edge ** 2 * domains;
        const what = `${edge}², ${domains} domain${domains === 1 ? "" : "s"}, ${interpolation}, ${dtype}`;
        const effort = { time: 0, runs: 7, warmups: 6 };
        const image = measure(`image alone, ${what}`, items, () => void model.simulate(parameters), effort);
        const gradient = measure(`with gradient, ${what}`, items, () => void model.lossAndGradient(chiSquare, parameters, counts), effort);
        const times = gradient.nsPerItem / image.nsPerItem;
        const isGoal = domains === 10 && interpolation === "nearest" && dtype === "float64";
        const remark = `${times.toFixed(2)} times the image`;
        rows.push(image, { ...gradient, remark, ...(isGoal && { reached: [{ goal: "gradient", figure: times }] }) });
      }
    }
  }
  for (const interpolation of ["nearest", "tricubic"] as const) rows.push(...byAmplitudes(interpolation));
  return rows;
}

function byAmplitudes(interpolation: "nearest" | "tricubic"): Row[] {
  const model = new ImageModel<{ readonly amplitudes: NdArray }>(({ amplitudes }) => ({ ...proteinExperiment({ edge }, parametersFor(edge)), amplitudes }), { oversample: 2, interpolation });
  const parameters = { amplitudes: structureFactors.grid };
  const counts = uniform(edge, "float64");
  const items = 4 * edge ** 2;
  const effort = { time: 0, runs: 3, warmups: 2 };
  const image = measure(`image alone, ${edge}², oversample 2, ${interpolation}, structure factors as parameters`, items, () => void model.simulate(parameters), effort);
  const gradient = measure(`with gradient in ${structureFactors.grid.size} structure factors, ${edge}², ${interpolation}`, items, () => void model.lossAndGradient(chiSquare, parameters, counts), effort);
  return [image, { ...gradient, remark: `${(gradient.nsPerItem / image.nsPerItem).toFixed(2)} times the image` }];
}
