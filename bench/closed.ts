/** Spots in closed form: nanoseconds a pixel on one thread, gradients, and against the sampled spots whose place they take. */
import { ImageModel } from "../src/simulate/image-model.js";
import type { ImageOptions } from "../src/simulate/image-options.js";
import { chiSquare, curvature, uniform } from "./counts.js";
import { goals } from "./goals.js";
import { fastestInTurn, type Row } from "./measure.js";
import { closedExperiment, parametersOfCell } from "./protein.js";

const [edgeA, cells, etaDeg] = [40, 30, 0.1];
/** Cells of a crystal whose spots reach nearly every pixel. */
const fewCells = 8;
const draws = 2048;
/** Runs of the closed form beside one of the draws, which takes longer than all of them. */
const manyRuns = 40;
/** Steps of the reference program that one image in closed form replaces. */
const [wavelengths, domains, largestEdge] = [100, 25, 4096];

export async function run(): Promise<Row[]> {
  return [...inBothDTypes(1024, cells), ...inBothDTypes(512, fewCells), ...againstSampled(512), againstReference()];
}

function modelOf(edge: number, options: ImageOptions, count?: number): ImageModel<ReturnType<typeof parametersOfCell>> {
  return new ImageModel<ReturnType<typeof parametersOfCell>>(
    (p) => {
      const experiment = closedExperiment({ edge }, p);
      return count === undefined ? experiment : { ...experiment, crystal: { ...experiment.crystal, shape: "domain" }, draws: { count } };
    },
    { interpolation: "nearest", ...(count === undefined ? { spots: "closed" } : { oversample: 1 }), ...options },
  );
}

function inBothDTypes(edge: number, count: number): Row[] {
  const start = parametersOfCell(edge, edgeA, count, etaDeg);
  return (["float64", "float32"] as const).flatMap((dtype) => {
    const model = modelOf(edge, { dtype });
    const whole = modelOf(edge, { dtype, skip: "nothing" });
    const counts = uniform(edge, dtype);
    const { image: into } = model.simulate(start);
    const lit = into.data.filter((photons) => photons > 0).length / into.size;
    const tasks = [model, whole].flatMap((each) => [
      () => void each.simulate(start, into),
      () => void each.lossAndGradient(chiSquare, start, counts),
      () => void each.normalEquations(chiSquare, curvature, start, counts),
    ]);
    const [image, gradient, normal, wholeImage, wholeGradient, wholeNormal] = fastestInTurn(tasks);
    const what = `closed form, ${edge}², ${edgeA} Å, N ${count}, eta ${etaDeg}, ${dtype}`;
    const row = (name: string, { nanoseconds, runs }: typeof image, remark?: string): Row => ({ name: `${name}, ${what}`, items: edge ** 2, nsPerItem: nanoseconds / edge ** 2, runs, ...(remark !== undefined && { remark }) });
    const times = (of: typeof image, by: typeof image): string => `${(of.nanoseconds / by.nanoseconds).toFixed(2)} times the image`;
    return [
      row("image", image, `${Math.round(100 * lit)} % of the pixels are lit`),
      row("image, leaving out nothing", wholeImage),
      row("with gradient in 20 parameters", gradient, times(gradient, image)),
      row("with gradient, leaving out nothing", wholeGradient, times(wholeGradient, wholeImage)),
      row("normal equations of 20 parameters", normal, times(normal, image)),
      row("normal equations, leaving out nothing", wholeNormal, times(wholeNormal, wholeImage)),
    ];
  });
}

function againstSampled(edge: number): Row[] {
  const start = parametersOfCell(edge, edgeA, cells, etaDeg);
  const [closed, sampled] = [modelOf(edge, {}), modelOf(edge, {}, draws)];
  const { image: into } = closed.simulate(start);
  const names = ["closed form", `${draws} draws`];
  const times = [...fastestInTurn([() => void closed.simulate(start, into)], manyRuns), ...fastestInTurn([() => void sampled.simulate(start, into)], 1)];
  return names.map((name, i): Row => ({
    name: `image, ${name}, ${edge}²`,
    items: edge ** 2,
    nsPerItem: times[i].nanoseconds / edge ** 2,
    runs: times[i].runs,
    ...(i > 0 && { remark: `${(times[i].nanoseconds / times[0].nanoseconds).toFixed(0)} times as long as the closed form` }),
  }));
}

function againstReference(): Row {
  const start = parametersOfCell(largestEdge, edgeA, cells, etaDeg);
  const model = modelOf(largestEdge, {});
  const [{ nanoseconds, runs }] = fastestInTurn([() => void model.simulate(start)], 2);
  const ofReference = wavelengths * domains * largestEdge ** 2 * Number(goals.mosaicImage.reference);
  return {
    name: `image, closed form, ${largestEdge}²`,
    items: largestEdge ** 2,
    nsPerItem: nanoseconds / largestEdge ** 2,
    runs,
    remark: `${Math.round(ofReference / nanoseconds)} times as fast as the C program with ${wavelengths} wavelengths x ${domains} domains, at ${goals.mosaicImage.reference} ns a step`,
  };
}
