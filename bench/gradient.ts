/** The image with its gradient in 20 parameters, against the image alone. */
import { measure, type Row } from "./measure.js";
import { chiSquare, uniform } from "./counts.js";
import { parametersFor, protein } from "./protein.js";

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
  return rows;
}
