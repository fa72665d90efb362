import { known } from "../../autodiff/tape.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import type { Data } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { componentsOf } from "../../physics/symmetric.js";
import { levenbergMarquardt, type LeastSquaresResult } from "../../optim/levenberg-marquardt.js";
import { parametersNamed } from "../catalogue.js";
import { coordinateOf, experimentAt, hasRole, type Parameter } from "../parameter.js";
import type { RefinementProgress } from "../refine.js";
import { blockPartOf, turnsOf } from "./block-parameters.js";
import { findBlock, withBlock } from "./block-search.js";
import { boxesAround, type Boxes } from "./box.js";
import { BoxLikelihood } from "./box-likelihood.js";
import { ofNumbers } from "./of-numbers.js";
import type { BoxOptions, BoxStill } from "./options.js";
import { checkPlaceable } from "./placement.js";
import type { PredictedReflection } from "./prediction.js";
import { ProfileProgram } from "./profile-program.js";
import { selectSpots, type Selection } from "./selection.js";
import { isKeptAside } from "./test-set.js";

/** A crystal that was refined on boxes. */
export interface RefinedCrystal {
  readonly experiment: Experiment;
  /** of the last run, each starting where that began */
  readonly parameters: readonly Parameter[];
  readonly likelihood: BoxLikelihood;
  readonly result: LeastSquaresResult;
  readonly selection: Selection;
  readonly history: readonly RefinementProgress[];
  /** misfit of the reflections that are kept aside, per pixel, by the number of blocks */
  readonly aside: readonly { readonly blocks: number; readonly refined: number; readonly keptAside: number }[];
  readonly warnings: readonly string[];
}

/** At first spots are taken to be so wide, in pixels, that those a little off their predicted place are found. */
const firstFootprint = 1.5;
/** Fewer spots than this do not place a crystal. */
const fewestSpots = 10;
/** Where another block is looked for. */
const grid = { reachDeg: 0.15, stepDeg: 0.05 };
/** Boxes in which it is looked for, the brightest. */
const searched = 150;
/** Blocks that are tried one after another, at most. */
const mostBlocks = 8;
/** By which part the misfit of reflections that are kept aside has to fall for another block to stay. */
const worthwhile = 0.003;

/**
 * Refines a crystal against the boxes of its reflections: intensities and backgrounds are fitted in each box, and the parameters by
 * Levenberg-Marquardt steps of what is left. First the crystal is placed, with wide spots; then everything is refined; then blocks are
 * added one after another.
 * @param others reflections of other crystals in the image, whose pixels are theirs
 * @throws InputError when the experiment has what boxes have not, or too few spots are seen
 */
export async function refineBoxes(still: BoxStill, options: BoxOptions, others: readonly PredictedReflection[] = []): Promise<RefinedCrystal> {
  checkPlaceable(still.experiment);
  const run = new BoxRun(still, options, others);
  const position = (parameter: Parameter): boolean => hasRole(parameter, "orientation", "lattice", "position");
  let experiment = withFootprint(still.experiment, firstFootprint);
  experiment = await run.refine("place", experiment, run.select(experiment), (parameter) => position(parameter));
  experiment = { ...experiment, detector: { ...experiment.detector, footprintMm: still.experiment.detector.footprintMm ?? 0 } };
  for (const stage of ["shape", "crystal"]) experiment = await run.refine(stage, experiment, run.select(experiment));
  const { blocks = turnsOf(experiment).length } = options;
  const wanted = blocks === "auto" ? mostBlocks : blocks;
  let selection = run.select(experiment);
  while (turnsOf(experiment).length < wanted && !run.isOver) {
    const next = await run.refine(`block ${turnsOf(experiment).length + 1}`, run.withNextBlock(experiment, selection), selection);
    if (blocks === "auto" && !run.hasHelped()) {
      run.leaveBlock();
      break;
    }
    experiment = next;
    selection = run.select(experiment);
  }
  await run.refine("end", experiment, selection);
  return run.refined();
}

class BoxRun {
  readonly #still: BoxStill;
  readonly #options: BoxOptions;
  readonly #others: readonly PredictedReflection[];
  readonly #began = performance.now();
  readonly #history: RefinementProgress[] = [];
  readonly #warnings = new Set<string>();
  readonly #aside: { readonly blocks: number; readonly refined: number; readonly keptAside: number }[] = [];
  #steps = 0;
  #last: Omit<RefinedCrystal, "history" | "warnings" | "aside"> | undefined;

  constructor(still: BoxStill, options: BoxOptions, others: readonly PredictedReflection[]) {
    this.#still = still;
    this.#options = options;
    this.#others = others;
  }

  get #secondsLeft(): number {
    return (this.#options.maxSeconds ?? Infinity) - (performance.now() - this.#began) / 1000;
  }

  /** Whether the time is over, or somebody has interrupted. */
  get isOver(): boolean {
    return this.#secondsLeft <= 0 || (this.#options.signal?.aborted ?? false);
  }

  select(experiment: Experiment): Selection {
    const { squareOf, dminA } = this.#options;
    const selection = selectSpots({ ...this.#still, experiment }, this.#others, dminA, ({ hkl }) => (squareOf && squareOf(hkl) === undefined ? "its intensity is not known" : undefined));
    const { length } = selection.boxes.boxes;
    if (length < fewestSpots) {
      throw new InputError(`${length} of ${selection.predicted.length} predicted reflections are seen where the model places them; ${fewestSpots} at least are needed: is it the model of this image?`);
    }
    return selection;
  }

  async refine(stage: string, experiment: Experiment, selection: Selection, isFree: (parameter: Parameter) => boolean = () => true): Promise<Experiment> {
    const { parametersOf, squareOf, backgroundTerms = 1, maxSteps = 30, signal, onStep } = this.#options;
    const blocks = turnsOf(experiment).length;
    const parameters = [...parametersOf(experiment), ...(blocks > 1 ? parametersNamed(["blocks"], experiment) : [])].filter(isFree);
    const shared = parameters.filter(({ name }) => blockPartOf(name) === undefined);
    const { boxes } = selection;
    const squares = squareOf && boxes.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0);
    const likelihood = new BoxLikelihood({
      experiment, parameters, boxes, backgroundTerms,
      program: new ProfileProgram(experiment, shared),
      ...(squares && { squares }),
      counts: (box) => !isKeptAside(boxes.boxes[box].reflection.hkl),
    });
    const first = this.#steps;
    const result = await levenbergMarquardt(
      { normalEquations: (x) => likelihood.normalEquations(x), value: (x) => likelihood.value(x) },
      parameters.map(() => 0),
      {
        maxSteps: this.isOver ? 0 : maxSteps,
        valueTolerance,
        maxSeconds: Math.max(0, this.#secondsLeft),
        ...(signal && { signal }),
        onStep: async ({ step, value, parameters: x }) => {
          this.#steps = first + step;
          const progress = { blur: 1, oversample: 1, step: this.#steps, loss: value, values: likelihood.valuesAt(x) };
          this.#history.push(progress);
          await onStep?.({ ...progress, stage, parameters });
        },
      },
      { lower: parameters.map((parameter) => coordinateOf(parameter, parameter.lower)), upper: parameters.map((parameter) => coordinateOf(parameter, parameter.upper)) },
    );
    const values = likelihood.valuesAt(result.parameters);
    const refined = ofNumbers(experimentAt(experiment, parameters, values));
    this.#last = { experiment: refined, parameters, likelihood, result, selection };
    this.#aside.push({ blocks, ...misfits(likelihood, values, boxes) });
    return refined;
  }

  /** The experiment with the block that lowers the misfit of the brightest boxes most. */
  withNextBlock(experiment: Experiment, { boxes }: Selection): Experiment {
    const { parametersOf, squareOf } = this.#options;
    const shared = parametersOf(experiment);
    const program = new ProfileProgram(experiment, shared);
    const photons = boxes.boxes.map(({ first, end }) => sumOf(boxes.pixels.counts, first, end));
    const limit = [...photons].sort((a, b) => b - a)[Math.min(searched, photons.length) - 1];
    const all = boxes.boxes.map(({ reflection }) => reflection);
    const bright = all.filter((reflection, i) => photons[i] >= limit && !isKeptAside(reflection.hkl));
    const strong = boxesAround(this.#still.counts, this.#still.mask, bright, [...all.filter((reflection) => !bright.includes(reflection)), ...this.#others]);
    const squares = squareOf && strong.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0);
    return withBlock(experiment, findBlock(program, strong, shared.map(({ start }) => start), turnsOf(experiment), grid, squares));
  }

  /** Whether the reflections that are kept aside are explained better than by one block less. */
  hasHelped(): boolean {
    const now = this.#aside[this.#aside.length - 1];
    const before = this.#aside.filter(({ blocks }) => blocks === now.blocks - 1).at(-1);
    return before === undefined || now.keptAside < before.keptAside * (1 - worthwhile);
  }

  leaveBlock(): void {
    this.#warnings.add(`${this.#aside[this.#aside.length - 1].blocks} blocks explain the reflections that are kept aside no better than one less, and were not taken`);
  }

  refined(): RefinedCrystal {
    if (this.#last === undefined) throw new InputError("nothing was refined");
    return { ...this.#last, history: this.#history, aside: this.#aside, warnings: [...this.#warnings] };
  }
}

/** A change of the misfit that no uncertainty would notice. */
const valueTolerance = 1e-6;

/** Misfit per pixel of the reflections that are refined against, and of those kept aside. */
function misfits(likelihood: BoxLikelihood, values: readonly number[], { boxes }: Boxes): { readonly refined: number; readonly keptAside: number } {
  const { fits } = likelihood.stateAt(values);
  const of = (wanted: boolean): number => {
    const own = boxes.map((box, i) => ({ box, fit: fits[i] })).filter(({ box }) => isKeptAside(box.reflection.hkl) === wanted);
    const pixels = own.reduce((sum, { box: { first, end } }) => sum + end - first, 0);
    return pixels > 0 ? own.reduce((sum, { fit }) => sum + fit.cost, 0) / pixels : NaN;
  };
  return { refined: of(false), keptAside: of(true) };
}

/** With places on the detector at least so wide, in pixels. */
function withFootprint(experiment: Experiment, pixels: number): Experiment {
  const { footprintMm = 0 } = experiment.detector;
  const least = pixels * known(detectorFrame(experiment.detector).pixelSize) * 1000;
  const own = Math.max(...componentsOf(footprintMm).map((component) => Math.abs(known(component))));
  return own >= least ? experiment : { ...experiment, detector: { ...experiment.detector, footprintMm: least } };
}

function sumOf(values: Data, first: number, end: number): number {
  let sum = 0;
  for (let p = first; p < end; p++) sum += values[p];
  return sum;
}
