import type { Experiment } from "../../models/experiment.js";
import type { Data } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { levenbergMarquardt } from "../../optim/levenberg-marquardt.js";
import { defaultFluence } from "../../models/beam.js";
import { searchBlocks, type BlockFit, type PromisedBlock, type TurnDeg, type TurnedBlock } from "../block-search.js";
import { parametersNamed } from "../catalogue.js";
import { coordinateOf, experimentAt, type Parameter } from "../parameter.js";
import type { RefinementProgress } from "../refine.js";
import { blockPartOf, turnsOf } from "./block-parameters.js";
import { boxesAround } from "./box.js";
import { gainsOfBlocks } from "./further-block.js";
import { BoxLikelihood } from "./box-likelihood.js";
import { leastGain, leastGainOfBlock, pixelsKeptAside } from "./least-gain.js";
import { ofNumbers } from "./of-numbers.js";
import type { BoxOptions, BoxStill, Freedom } from "./options.js";
import { pointsNeeded } from "./points.js";
import type { PredictedReflection } from "./prediction.js";
import { ProfileProgram } from "./profile-program.js";
import type { RefinedCrystal, TriedBlocks, TriedFreedom } from "./refined-crystal.js";
import { restrainedBy } from "./restrained.js";
import { withRoundMosaicity } from "./round-mosaicity.js";
import { selectSpots, type Selection } from "./selection.js";
import { withPriors } from "./prior.js";
import { nearStart, roundnessExpected } from "./start-restraint.js";
import { wilsonPrior } from "./wilson.js";
import { isKeptAside } from "./test-set.js";

/** Fewer spots than this do not place a crystal. */
const fewestSpots = 10;
/** Boxes in which another block is looked for, the brightest. */
const searched = 150;
/** A change of the misfit that no uncertainty would notice. */
const valueTolerance = 1e-5;

/** On the way: a change of the misfit by less is left to the end, where spots are also summed over points of the pixels. */
export const rough = { tolerance: 1e-4 };

interface StageOptions {
  readonly stage: string;
  readonly isFree?: (parameter: Parameter) => boolean;
  /** whether intensities are known */
  readonly isKnown?: boolean;
  readonly isEnd?: boolean;
  /** of the misfit, relative */
  readonly tolerance?: number;
}

/** The stages of a refinement on boxes, each of which begins where the one before ended. */
export class BoxRun {
  readonly #still: BoxStill;
  readonly #options: BoxOptions;
  readonly #others: readonly PredictedReflection[];
  readonly #began = performance.now();
  /** values that the refinement begins with */
  readonly #origin: Map<string, number>;
  readonly #freed: TriedFreedom[] = [];
  #parametersOf: BoxOptions["parametersOf"];
  /** where the whole refinement starts, with the starts of what was freed */
  #start: Experiment;
  readonly #history: RefinementProgress[] = [];
  readonly #tried: TriedBlocks[] = [];
  #steps = 0;
  #last: Omit<RefinedCrystal, "history" | "tried" | "keptAside" | "parametersOf" | "start" | "freed"> | undefined;

  constructor(still: BoxStill, options: BoxOptions, others: readonly PredictedReflection[]) {
    this.#still = still;
    this.#options = options;
    this.#others = others;
    this.#parametersOf = options.parametersOf;
    this.#start = still.experiment;
    this.#origin = new Map(options.parametersOf(still.experiment).map(({ name, start }) => [name, start]));
  }

  get #secondsLeft(): number {
    return (this.#options.maxSeconds ?? Infinity) - (performance.now() - this.#began) / 1000;
  }

  /** Whether the time is over, or somebody has interrupted. */
  get isOver(): boolean {
    return this.#secondsLeft <= 0 || (this.#options.signal?.aborted ?? false);
  }

  /** @param most spots, the brightest */
  select(experiment: Experiment, most = Infinity): Selection {
    const { squareOf, dminA } = this.#options;
    const selection = selectSpots({ ...this.#still, experiment }, this.#others, dminA, ({ hkl }) => (squareOf && squareOf(hkl) === undefined ? "its intensity is not known" : undefined), most);
    const { length } = selection.boxes.boxes;
    if (length < fewestSpots) {
      throw new InputError(`${length} of ${selection.predicted.length} predicted reflections are seen where the model places them; ${fewestSpots} at least are needed: is it the model of this image?`);
    }
    return selection;
  }

  /**
   * Refines all parameters that are free in a stage against the boxes of a selection, but for the reflections that are kept aside.
   * @returns the refined experiment
   */
  async refine({ stage, isFree = () => true, isKnown = false, isEnd = false, tolerance = valueTolerance }: StageOptions, experiment: Experiment, selection: Selection): Promise<Experiment> {
    const { squareOf, backgroundTerms = 1, maxSteps = 30, signal, onStep, restraints = [] } = this.#options;
    const blocks = turnsOf(experiment).length;
    const own = this.#parametersOf(experiment);
    // Blocks that are not known yet would be hidden in a tensor that has grown to cover them.
    const wanted = [...(isEnd ? own : withRoundMosaicity(own, experiment)), ...(blocks > 1 ? parametersNamed(["blocks"], experiment).map(nearItsStart) : [])];
    const parameters = wanted.filter((parameter) => isFree(parameter) && (isKnown || !isOfIntensity(parameter)));
    const { boxes } = selection;
    const squares = isKnown && squareOf ? boxes.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0) : undefined;
    const likelihood = new BoxLikelihood({
      experiment, parameters, boxes, backgroundTerms,
      program: new ProfileProgram(experiment, parameters.filter(({ name }) => blockPartOf(name) === undefined), isEnd ? pointsNeeded(selection.predicted) : 1),
      ...(squares && { squares }),
      counts: (box) => !isKeptAside(boxes.boxes[box].reflection.hkl),
    });
    const first = this.#steps;
    const start = parameters.map(() => 0);
    const pixels = boxes.boxes.reduce((sum, { reflection, first: from, end }) => (isKeptAside(reflection.hkl) ? sum : sum + end - from), 0);
    // Half the deviance of a pixel is 1/2 where only noise is left: what the model cannot explain is no evidence against what was known before.
    const weight = Math.max(1, (2 * likelihood.value(start)) / pixels);
    const priors = [
      { at: restrainedBy(restraints, parameters), weight: 1 },
      { at: nearStart(parameters, this.#origin), weight },
      ...roundnessExpected(experiment, parameters, this.#still.experiment).map((at) => ({ at, weight })),
      ...(isKnown ? [] : [{ at: wilsonPrior(experiment, parameters, selection.observed), weight: 1 }]),
    ];
    const result = await levenbergMarquardt(
      withPriors(likelihood, priors),
      start,
      {
        maxSteps: this.isOver ? 0 : maxSteps,
        valueTolerance: tolerance,
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
    const refined = ofNumbers(experimentAt(experiment, parameters, likelihood.valuesAt(result.parameters)));
    this.#last = { experiment: refined, parameters, likelihood, result, selection, isKnown: squares !== undefined };
    return refined;
  }

  /** Refines with more that is free, and goes on so where the reflections kept aside ask for it. */
  async tryFreedom({ what, begin = (as) => as, parametersOf }: Freedom, experiment: Experiment): Promise<Experiment> {
    const [parametersBefore, last] = [this.#parametersOf, this.#last];
    const freed: BoxOptions["parametersOf"] = (of) => parametersOf(of, parametersBefore(of));
    const start = begin(experiment);
    if (this.isOver || freed(start).length <= parametersBefore(experiment).length) return experiment;
    const selection = this.select(experiment);
    const keptPixels = pixelsKeptAside(selection);
    const before = this.#losses(experiment, selection);
    this.#parametersOf = freed;
    const origin = begin(this.#start);
    for (const { name, start: value } of freed(origin)) if (!this.#origin.has(name)) this.#origin.set(name, value);
    const refined = await this.refine({ ...rough, stage: "freed", isKnown: this.#options.squareOf !== undefined }, start, selection);
    const after = this.#losses(refined, selection);
    const isKept = before.keptLoss - after.keptLoss > leastGain(before.keptLoss, keptPixels);
    const perPixel = ({ fittedLoss, keptLoss }: typeof after) => ({ refined: fittedLoss / (selection.boxes.pixels.count - keptPixels), keptAside: keptLoss / keptPixels });
    this.#freed.push({ what, before: perPixel(before), ...perPixel(after), isKept });
    if (isKept) {
      this.#start = origin;
      return refined;
    }
    [this.#parametersOf, this.#last] = [parametersBefore, last];
    return experiment;
  }

  /** Adds blocks where the boxes ask for them. */
  async addBlocks(experiment: Experiment, most: number, isAuto: boolean): Promise<Experiment> {
    const selection = this.select(experiment);
    const { squareOf } = this.#options;
    const keptPixels = pixelsKeptAside(selection);
    const { pixels } = selection.boxes;
    const fit = async (blocks: readonly TurnedBlock[], before: FittedBlocks | undefined): Promise<FittedBlocks> => {
      // The first fit is that of the blocks that are given.
      const start = before ? withBlocks(before.experiment, blocks) : experiment;
      const refined = before ? await this.refine({ ...rough, stage: `block ${blocks.length}`, isKnown: squareOf !== undefined }, start, selection) : start;
      const { fittedLoss, keptLoss } = this.#losses(refined, selection);
      return { experiment: refined, blocks: turnedBlocks(refined), fittedLoss, keptLoss };
    };
    const found = await searchBlocks<FittedBlocks>({
      fit,
      gains: (rotationsDeg, { experiment: now }) => this.#gains(now, selection, rotationsDeg),
      most,
      tries: isAuto ? 2 : 1,
      ahead: isAuto ? 1 : 0,
      leastGain: isAuto ? leastGainOfBlock(this.#losses(experiment, selection).keptLoss, keptPixels) : -Infinity,
      isOver: () => this.isOver,
      onFit: ({ blocks, fittedLoss, keptLoss }, isKept) => {
        this.#tried.push({ blocks: blocks.length, refined: fittedLoss / (pixels.count - keptPixels), keptAside: keptLoss / keptPixels, isKept });
      },
    });
    return found.experiment;
  }

  #gains(experiment: Experiment, { boxes: { boxes, pixels } }: Selection, rotationsDeg: readonly TurnDeg[]): PromisedBlock[] {
    const { squareOf } = this.#options;
    const shared = this.#parametersOf(experiment);
    const photons = boxes.map(({ first, end }) => sumOf(pixels.counts, first, end));
    const limit = [...photons].sort((a, b) => b - a)[Math.min(searched, photons.length) - 1];
    const all = boxes.map(({ reflection }) => reflection);
    const bright = all.filter((reflection, i) => photons[i] >= limit && !isKeptAside(reflection.hkl));
    const strong = boxesAround(this.#still.counts, this.#still.mask, bright, [...all.filter((reflection) => !bright.includes(reflection)), ...this.#others]);
    const squares = squareOf && strong.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0);
    return gainsOfBlocks(new ProfileProgram(experiment, shared), strong, shared.map(({ start }) => start), turnsOf(experiment), rotationsDeg, squares);
  }

  /** Half the deviance of the reflections that are refined against, and of those kept aside. */
  #losses(experiment: Experiment, { boxes }: Selection): { readonly fittedLoss: number; readonly keptLoss: number } {
    const { squareOf, backgroundTerms = 1 } = this.#options;
    const squares = squareOf && boxes.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0);
    const { fits } = new BoxLikelihood({ experiment, parameters: [], boxes, backgroundTerms, program: new ProfileProgram(experiment, []), ...(squares && { squares }) }).stateAt([]);
    const sum = (isKept: boolean): number => fits.reduce((total, { cost }, i) => (isKeptAside(boxes.boxes[i].reflection.hkl) === isKept ? total + cost : total), 0);
    return { fittedLoss: sum(false), keptLoss: sum(true) };
  }

  /** The experiment on the scale on which intensities are known: the median over the boxes. */
  withScale(experiment: Experiment, squareOf: NonNullable<BoxOptions["squareOf"]>): Experiment {
    const { boxes, predicted } = this.select(experiment);
    const { fits } = new BoxLikelihood({ experiment, parameters: [], boxes, backgroundTerms: 1, program: new ProfileProgram(experiment, [], pointsNeeded(predicted)) }).stateAt([]);
    const ratios = boxes.boxes.flatMap(({ reflection: { hkl } }, i) => {
      const square = squareOf(hkl) ?? 0;
      return square > 0 && fits[i].intensity > 0 ? [fits[i].intensity / square] : [];
    });
    const ratio = ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 1;
    return { ...experiment, beam: { ...experiment.beam, fluence: (experiment.beam.fluence ?? defaultFluence) * ratio } };
  }

  /** The crystal as the last stage left it. */
  refined(): RefinedCrystal {
    if (this.#last === undefined) throw new InputError("nothing was refined");
    const { experiment, selection } = this.#last;
    const pixels = Math.max(1, pixelsKeptAside(selection));
    const [start, end] = [this.#still.experiment, experiment].map((at) => this.#losses(at, selection).keptLoss / pixels);
    return { ...this.#last, parametersOf: this.#parametersOf, start: this.#start, history: this.#history, freed: this.#freed, tried: this.#tried, keptAside: { start, end } };
  }
}

/** Blocks are parts of one crystal: one that runs far away from where it was found fits what is not its own. */
const farthestTurnDeg = 0.3;

function nearItsStart(parameter: Parameter): Parameter {
  const { start, scale } = parameter;
  return scale === "log" ? parameter : { ...parameter, lower: start - farthestTurnDeg, upper: start + farthestTurnDeg };
}

interface FittedBlocks extends BlockFit {
  readonly experiment: Experiment;
}

function withBlocks(experiment: Experiment, blocks: readonly TurnedBlock[]): Experiment {
  return { ...experiment, crystal: { ...experiment.crystal, blocks } };
}

function turnedBlocks(experiment: Experiment): TurnedBlock[] {
  return turnsOf(experiment).map(({ rotationDeg: [x, y, z], weight }) => ({ rotationDeg: [x, y, z], weight }));
}

/** What multiplies a reflection as its intensity does: there is nothing to be refined of it where that is free. */
export function isOfIntensity({ name, role }: Parameter): boolean {
  return role === "brightness" || name.startsWith("bfactor");
}

function sumOf(values: Data, first: number, end: number): number {
  let sum = 0;
  for (let p = first; p < end; p++) sum += values[p];
  return sum;
}
