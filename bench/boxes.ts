/**
 * A step of a refinement on boxes: misfit, slope and curvature of some 600 spots on a detector of 6 million pixels, of a crystal of one
 * block and of four, as the least processor time and the least time of several runs.
 */
import type { Block } from "../src/models/crystal.js";
import type { Experiment } from "../src/models/experiment.js";
import { full, zeros } from "../src/ndarray/ndarray.js";
import { parametersNamed, refinableExperiment } from "../src/refine/catalogue.js";
import { blockPartOf, turnsOf } from "../src/refine/boxes/block-parameters.js";
import { BlockSum } from "../src/refine/boxes/block-sum.js";
import { boxesAround, type Boxes } from "../src/refine/boxes/box.js";
import { BoxLikelihood } from "../src/refine/boxes/box-likelihood.js";
import { Prediction } from "../src/refine/boxes/prediction.js";
import { ProfileProgram } from "../src/refine/boxes/profile-program.js";
import { fastestInTurn, processorTime, type Row } from "./measure.js";

const detector = { pixels: { fast: 2463, slow: 2527 }, pixelSizeMm: 0.172, distanceMm: 338, convention: "XDS", pivot: "beam", beamCenterMm: { x: 214, y: 208 } } as const;
const blocks: readonly Block[] = [
  { rotationDeg: [0, 0, 0], weight: 1 },
  { rotationDeg: [0.08, -0.05, 0.1], weight: 0.5 },
  { rotationDeg: [-0.1, 0.12, 0], weight: 0.4 },
  { rotationDeg: [0.05, 0.09, -0.12], weight: 0.3 },
];
const wantedSpots = 617;

function still(count: number): Experiment {
  return refinableExperiment({
    beam: { wavelengthA: 0.976, fluence: 1e27 },
    crystal: {
      lattice: { a: 58, b: 58, c: 150, alpha: 90, beta: 90, gamma: 90 },
      missetDeg: [10, 20, 30],
      cells: [1, 1, 1],
      domainA: [900, 800, 1000, 30, -40, 20],
      etaDeg: 0.06,
      blocks: blocks.slice(0, count),
    },
    detector,
    structureFactors: 100,
  });
}

/** Photons of as many spots, each of another brightness, on a background of 2. */
function measured(experiment: Experiment): Boxes {
  const { fast, slow } = detector.pixels;
  const predicted = new Prediction(experiment).all({ deviations: 1 });
  const step = Math.max(1, Math.floor(predicted.length / wantedSpots));
  const wanted = predicted.filter((_, i) => i % step === 0).slice(0, wantedSpots);
  const found = boxesAround(zeros([slow, fast]), full([slow, fast], 1, "int32"), wanted);
  const { boxes, pixels } = found;
  const sum = new BlockSum(experiment, [], pixels, new ProfileProgram(experiment, []));
  sum.fill([]);
  boxes.forEach(({ first, end }, i) => {
    const brightest = Math.max(...sum.profile.subarray(first, end));
    for (let p = first; p < end; p++) pixels.counts[p] = Math.round(2 + ((20 + (i % 97)) * sum.profile[p]) / brightest);
  });
  return found;
}

export async function run(): Promise<Row[]> {
  return [1, blocks.length].flatMap((count) => {
    const experiment = still(count);
    const boxes = measured(experiment);
    const names = ["misset", "cell", "distance", "beam_center", "eta", "domain"] as const;
    const parameters = [...parametersNamed(names, experiment, { system: "tetragonal" }), ...(count > 1 ? parametersNamed(["blocks"], experiment) : [])];
    const program = new ProfileProgram(experiment, parameters.filter(({ name }) => blockPartOf(name) === undefined));
    const likelihood = new BoxLikelihood({ experiment, parameters, boxes, backgroundTerms: 1, program });
    const start = parameters.map(() => 0);
    const step = (): void => void likelihood.normalEquations(start);
    const [[processor], [wall]] = [processorTime, (): number => performance.now()].map((clock) => fastestInTurn([step], 7, clock));
    const items = boxes.pixels.count;
    const what = `step on ${boxes.boxes.length} boxes, ${turnsOf(experiment).length} ${count === 1 ? "block" : "blocks"}, ${parameters.length} parameters`;
    return [{ name: what, items, nsPerItem: processor.nanoseconds / items, runs: processor.runs, remark: `${(processor.nanoseconds / 1e6).toFixed(0)} ms of processor time in ${(wall.nanoseconds / 1e6).toFixed(0)} ms` }];
  });
}
