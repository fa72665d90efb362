/** What a step of a refinement in 20 parameters takes: of a descent, the loss with its gradient; of Gauss-Newton, the normal equations. */
import { chiSquare, curvature, uniform } from "./counts.js";
import { measure, type Row } from "./measure.js";
import { parametersFor, protein } from "./protein.js";

const edge = 256;
const oversample = 2;
const items = edge ** 2 * oversample ** 2;

export async function run(): Promise<Row[]> {
  return (["nearest", "tricubic"] as const).flatMap((interpolation) => {
    const model = protein({ edge }, { interpolation, oversample });
    const parameters = parametersFor(edge);
    const counts = uniform(edge, "float64");
    const effort = { time: 0, runs: 5, warmups: 2 };
    const what = `${edge}², oversample ${oversample}, ${interpolation}`;
    const rows = [
      measure(`step of a descent, ${what}`, items, () => void model.lossAndGradient(chiSquare, parameters, counts), effort),
      measure(`step of Gauss-Newton, ${what}`, items, () => void model.normalEquations(chiSquare, curvature, parameters, counts), effort),
    ];
    return rows.map((row) => ({ ...row, remark: `${((row.nsPerItem * items) / 1e6).toFixed(1)} ms` }));
  });
}
