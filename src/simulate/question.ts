import { derivativesOfEach, isMadeOfEach } from "../autodiff/each.js";
import { pushForward } from "../autodiff/forward.js";
import { derivativesOf, intermediatesOf } from "../autodiff/intermediates.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, sum, total } from "../autodiff/primitives/sum.js";
import { pullBack } from "../autodiff/reverse.js";
import { RepeatedTape } from "../autodiff/repeated-tape.js";
import { asQuantity, Variable, type Program, type Quantity, type Typed } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { describe, describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { recordImage, type PixelInputs, type Sampling } from "./image.js";
import { groupPixels } from "./live/pixel-block.js";
import type { Reach } from "./live/reach.js";
import { recordReach } from "./live/record-reach.js";
import { stepCounts } from "./steps.js";

/** Records a number for each pixel from the modelled image and given ones at the same pixels; shapes [P, 1, 1, 1]. */
export type PixelFunction = (image: Variable, ...data: Variable[]) => Variable;

/** What a modelled image costs, pixel by pixel; the sum over the pixels is not its own. */
export type PixelLoss = PixelFunction;

/** What is asked of the pixels of a tile. */
export type Question =
  | { readonly kind: "image" }
  /** which steps' lookups leave the grid */
  | { readonly kind: "leaving" }
  | { readonly kind: "gradient"; readonly loss: PixelLoss }
  /** what a Gauss-Newton step needs */
  | { readonly kind: "normal"; readonly loss: PixelLoss; readonly curvature: PixelFunction };

export interface QuestionContext {
  /** the experiment for recorded parameters */
  experimentOf(parameters: readonly Variable[]): Experiment<Quantity>;
  readonly parameters: readonly Typed[];
  /** how many of them, at the end, nothing is differentiated by */
  readonly fixed: number;
  readonly sampling: Sampling;
  /** whether it is to be known what bounds the steps */
  readonly hasReach: boolean;
  readonly dtype: FloatDType;
  /** number of pixels in a tile */
  readonly tileSize: number;
  /** number of given images */
  readonly images: number;
  /** whether derivatives of a normal equation may be by intermediates of the parameters */
  readonly chains: boolean;
}

/** The functions by which two questions of a kind differ. */
export function functionsOf(question: Question): PixelFunction[] {
  if (question.kind === "gradient") return [question.loss];
  return question.kind === "normal" ? [question.loss, question.curvature] : [];
}

/**
 * Refuses fewer images than a question's functions compare.
 * @throws InputError
 */
export function checkCompared(question: Question, images: number): void {
  const wanted = Math.max(0, ...functionsOf(question).map(({ length }) => length - 1));
  if (wanted > images) throw new InputError(`the loss compares the modelled image with ${wanted} more, and ${images} were given`);
}

/**
 * Number of sums over the pixels that answer a question.
 * @param count of the numbers that it has derivatives by
 */
export function sumsOf({ kind }: Question, count: number): number {
  if (kind === "gradient") return 1 + count;
  return kind === "normal" ? 1 + count + (count * (count + 1)) / 2 : 0;
}

/** What a tile's job runs, with arguments and results as it has them. */
export interface RecordedProgram {
  readonly program: Program;
  /**
   * where its derivatives are by intermediates of the parameters: from the parameters, for each intermediate its derivatives by all of
   * them
   */
  readonly chain: Program | undefined;
}

/** A question as far as it is recorded without derivatives, which follow from it. */
export interface RecordedQuestion {
  /** with which the next recording of such a question is compared */
  readonly tape: RepeatedTape;
  /** equal where programs differ in literals alone */
  readonly spelling: string;
  readonly literals: readonly NdArray[];
  /** whether a pixel is 0 where no step is worked on */
  readonly leavesZero: boolean;
  /** records the derivatives, too */
  program(): RecordedProgram;
  /** what bounds the steps, where that is to be known */
  reach(): Reach | undefined;
  /** what pixels cost that no step reaches, where they are masked and then 0: a program of all arguments */
  dark(): Program | undefined;
}

/**
 * Records a question.
 * @param before the tape of an earlier recording, of which this one may have most steps
 * @throws InputError when a function of it gives something else than a recorded value; ShapeError when it is not one for each pixel
 */
export function recordQuestion(question: Question, { experimentOf, parameters, fixed, sampling, hasReach, dtype, tileSize, images, chains }: QuestionContext, before?: RepeatedTape): RecordedQuestion {
  const tape = new RepeatedTape(before);
  const perPixel = (): Variable => tape.input({ shape: [tileSize, 1, 1, 1], dtype });
  const all = parameters.map((parameter) => tape.input(parameter));
  const sources = all.slice(0, all.length - fixed);
  const indices = { fast: perPixel(), slow: perPixel(), ...(sampling.lookup === "latched" && { latch: perPixel() }) };
  const experiment = experimentOf(all);
  const { points, sources: beams, orientations } = stepCounts(experiment, sampling.oversample);
  const reflections = sampling.closed?.reflections.reduce((product, count) => product * count, 1) ?? 1;
  const mask = (): Variable => tape.input({ shape: [points, beams, orientations * reflections, tileSize / groupPixels], dtype });
  const pixels: PixelInputs = { ...indices, ...(sampling.isMasked && { live: mask() }) };
  const { image, leaving, reach, leavesZero } = recordImage(experiment, sampling, pixels);
  const leavingCount = leaving ? sum(leaving, 1, 2, 3) : tape.constant(0, dtype);
  const recordedAs = (outputs: readonly Variable[], program: () => { readonly outputs: readonly Variable[]; readonly chain?: Program | undefined }, dark?: Variable): RecordedQuestion => ({
    tape: sealed(tape),
    spelling: [question.kind, ...outputs.map(({ id }) => id), dark?.id, tape.spelling].join(),
    literals: tape.literals,
    leavesZero,
    program() {
      const { outputs: results, chain } = program();
      return { program: tape.program(results), chain };
    },
    dark: () => dark && tape.program([dark]),
    reach: () => (hasReach ? recordReach(reach, tape, pixels.fast) : undefined),
  });
  if (question.kind === "image") return recordedAs([leavingCount, image], () => ({ outputs: [leavingCount, image] }));
  if (question.kind === "leaving") return recordedAs([leavingCount], () => ({ outputs: [leaving ?? leavingCount] }));

  const counts = perPixel();
  const data = Array.from({ length: images }, perPixel);
  const ofPixels = (name: string, f: PixelFunction, of = image): Variable => {
    const x: unknown = f(of, ...data);
    if (!(x instanceof Variable)) throw new InputError(`the ${name} returns ${describe(x)}; it must return a value that is recorded from the image with ops`);
    if (typeof asQuantity(x) === "number" || sameShape(x.shape, counts.shape)) return broadcastTo(x, counts.shape);
    const wanted = `a number for each pixel, of shape ${describeShape(counts.shape)} in a tile`;
    throw new ShapeError(`a loss or its curvature gives ${wanted}, not ${describeShape(x.shape)}; the sum over the pixels is taken for it`);
  };
  const overPixels = (x: Variable): Variable => total(mul(counts, x));
  const one = tape.constant(1, dtype);
  const orZero = (derivative: Variable | undefined, { shape }: { readonly shape: Shape }): Variable =>
    derivative ?? broadcastTo(tape.constant(0, dtype), shape);
  const cost = overPixels(ofPixels("loss", question.loss));
  const none = broadcastTo(tape.constant(0, dtype), image.shape);
  const dark = sampling.isMasked && leavesZero ? overPixels(ofPixels("loss", question.loss, none)) : undefined;
  if (question.kind === "gradient") {
    return recordedAs([leavingCount, cost], () => {
      const gradients = pullBack([cost], [one], sources);
      return { outputs: [leavingCount, cost, ...gradients.map((gradient, i) => orZero(gradient, sources[i]))] };
    }, dark);
  }
  const curvature = ofPixels("curvature", question.curvature);
  const ofEach = (x: Variable): Variable => broadcastTo(x, counts.shape);
  const derivativesBy = (by: readonly Variable[], x: Variable): (Variable | undefined)[] =>
    isMadeOfEach(by, x) ? derivativesOfEach(by, x) : by.map((moving) => pushForward(by, by.map((each) => (each === moving ? one : undefined)), [x])[0]);
  // Derivatives by the few numbers that the parameters make are those by the parameters, chained.
  const isChained = chains && sources.every(({ shape }) => shape.length === 0);
  return recordedAs([leavingCount, cost, image, curvature], () => {
    const by = isChained ? intermediatesOf(sources, image) : sources;
    const slope = orZero(pullBack([cost], [one], [image])[0], image);
    const derivatives = derivativesBy(by, image).map((derivative) => orZero(derivative, image));
    const outputs = [leavingCount, cost, ...[slope, curvature, ...derivatives].map(ofEach)];
    return { outputs, chain: isChained ? derivativesOf(by, sources) : undefined };
  }, dark);
}

function sealed(tape: RepeatedTape): RepeatedTape {
  tape.seal();
  return tape;
}
