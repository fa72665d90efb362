import { allowedExecutor, type Executor } from "../autodiff/executor.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { withLeaves } from "../autodiff/tree.js";
import type { Experiment } from "../models/experiment.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, scalar, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { answer, answerOn, sumOfRows, type Answer, type Subject } from "./answer.js";
import { darkImage } from "./image-memory.js";
import { checkImageOptions, planOf } from "./image-plan.js";
import type { ImageOptions, ParallelOptions } from "./image-options.js";
import { parametersIn, type Quantities } from "./parameters.js";
import { samePixels, type Pixels } from "./pixels.js";
import { checkCompared, type PixelFunction, type PixelLoss, type Question } from "./question.js";
import { Recordings, type Plan } from "./recordings.js";

export type { PixelFunction, PixelLoss } from "./question.js";

/** An image, and what is to be warned of. */
export interface Simulation<D extends FloatDType = FloatDType> {
  /** photons in each pixel, shape [slow, fast]; 0 where nothing was worked on */
  readonly image: NdArray<D>;
  /** sentences, each once a model */
  readonly warnings: readonly string[];
}

/** A loss over the pixels and its gradient. */
export interface LossAndGradient<P> {
  /** the sum over the pixels */
  readonly loss: number;
  /** the derivative by every parameter, in the parameters' own tree */
  readonly gradient: P;
  /** sentences, each once a model */
  readonly warnings: readonly string[];
}

/** What a Gauss-Newton step needs. */
export interface ImageNormalEquations {
  /** the sum over the pixels */
  readonly loss: number;
  /** the derivative by every parameter, in the order of their tree */
  readonly gradient: readonly number[];
  /** the sum over the pixels of curvature times the products of the image's derivatives, row by row */
  readonly normal: readonly (readonly number[])[];
  /** sentences, each once a model */
  readonly warnings: readonly string[];
}

const imageQuestion: Question = { kind: "image" };
const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);

/**
 * The image as a function of parameters, worked on in tiles of pixels. Every call records the experiment anew, so that its answer is that
 * of a new model, whatever was called before; what was compiled for an earlier call serves again where only numbers and arrays differ.
 */
export class ImageModel<P = readonly []> {
  /** from the parameters to the experiment */
  readonly experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>;
  /** how the image is computed */
  readonly options: ImageOptions;
  readonly #dtype: FloatDType;
  readonly #executor: Executor;
  readonly #recordings: Recordings;
  /** the same object, as long as it is the same selection: workers know it then */
  #pixels: Pixels | undefined;

  /** @param experimentOf the experiment for given parameters: called with numbers and with recorded values */
  constructor(experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>, options: ImageOptions = {}) {
    checkImageOptions(options);
    this.experimentOf = experimentOf;
    this.options = { ...options };
    this.#dtype = options.dtype ?? "float64";
    this.#executor = allowedExecutor(options.executor ?? "webassembly");
    this.#recordings = new Recordings(this.#dtype, this.#executor);
  }

  /**
   * The image.
   * @param into an image of the same shape and dtype, contiguous in memory, whose memory the new one takes: fresh memory costs time, which
   *   a series of images can save; unless given, the image has memory of its own
   * @throws InputError when a parameter is not a finite number, or the experiment cannot be; ShapeError or DTypeError when the memory is not that of such an image
   */
  simulate(parameters: P, into?: NdArray<FloatDType>): Simulation {
    const subject = this.#subject(imageQuestion, parameters, [], false, into);
    return simulationOf(subject, answer(this.#recordings, subject));
  }

  /**
   * The same, on workers.
   * @param into as above, in shared memory, as the image of an earlier call is
   * @throws as above; InputError, too, when the memory is not shared
   */
  async simulateOn(parallel: ParallelOptions, parameters: P, into?: NdArray<FloatDType>): Promise<Simulation> {
    const subject = this.#subject(imageQuestion, parameters, [], true, into);
    return simulationOf(subject, await answerOn(parallel, this.#recordings, subject));
  }

  /**
   * What the image costs and how that changes with the parameters.
   * @param data images of the shape [slow, fast], which the loss compares with
   * @throws ShapeError when one of them has another shape
   */
  lossAndGradient(loss: PixelLoss, parameters: P, ...data: NdArray[]): LossAndGradient<P> {
    return this.#gradientOf(this.#now({ kind: "gradient", loss }, parameters, data), parameters);
  }

  /** The same, on workers. */
  async lossAndGradientOn(parallel: ParallelOptions, loss: PixelLoss, parameters: P, ...data: NdArray[]): Promise<LossAndGradient<P>> {
    return this.#gradientOf(await this.#on(parallel, { kind: "gradient", loss }, parameters, data), parameters);
  }

  /**
   * What a cotangent of the image means for every parameter.
   * @param cotangent shape [slow, fast]
   */
  pullBack(parameters: P, cotangent: NdArray): P {
    return this.lossAndGradient(contraction, parameters, cotangent).gradient;
  }

  /**
   * What a Gauss-Newton step needs, summed tile by tile from the pixels' derivatives by the parameters, which are never stored.
   * @param curvature of a pixel's loss by its photons, or what stands for it
   * @throws InputError when a parameter is not a number
   */
  normalEquations(loss: PixelLoss, curvature: PixelFunction, parameters: P, ...data: NdArray[]): ImageNormalEquations {
    checkNumbers(parameters);
    return normalOf(this.#now({ kind: "normal", loss, curvature }, parameters, data), parameters);
  }

  /** The same, on workers. */
  async normalEquationsOn(
    parallel: ParallelOptions,
    loss: PixelLoss,
    curvature: PixelFunction,
    parameters: P,
    ...data: NdArray[]
  ): Promise<ImageNormalEquations> {
    checkNumbers(parameters);
    return normalOf(await this.#on(parallel, { kind: "normal", loss, curvature }, parameters, data), parameters);
  }

  #gradientOf(answered: Answer, parameters: P): LossAndGradient<P> {
    const [loss, ...sums] = sumOfRows(answered.rows);
    let next = 0;
    const leaves = parametersIn(parameters).map((leaf) => {
      if (typeof leaf === "number") return sums[next++];
      const gradient = zeros(leaf.shape, "float64");
      for (let i = 0; i < gradient.size; i++) gradient.data[i] = sums[next++];
      return copy(gradient, this.#dtype);
    });
    return { loss, gradient: withLeaves(parameters, leaves), warnings: answered.warnings };
  }

  #plan(parameters: P): Plan {
    const leaves = parametersIn(parameters);
    const experiment = this.experimentOf(withLeaves(parameters, leaves));
    const inputs = leaves.map((leaf) => (typeof leaf === "number" ? scalar(leaf) : leaf));
    const elements = inputs.reduce((sum, { size }) => sum + size, 0);
    const plan = planOf(experiment, this.options, this.#executor, elements);
    if (this.#pixels === undefined || !samePixels(this.#pixels, plan.pixels)) this.#pixels = plan.pixels;
    return { ...plan, pixels: this.#pixels, inputs };
  }

  #subject(question: Question, parameters: P, data: readonly NdArray[], shared: boolean, into?: NdArray<FloatDType>): Subject {
    checkCompared(question, data.length);
    const plan = this.#plan(parameters);
    const { shape } = plan.pixels;
    return {
      question,
      plan,
      images: data.length,
      experimentOf: (sources) => this.experimentOf(withLeaves(parameters, sources)),
      data: data.map((given) => {
        if (sameShape(given.shape, shape)) return given.isContiguous ? given : copy(given);
        throw new ShapeError(`an image of shape ${describeShape(given.shape)} is compared with one of shape ${describeShape(shape)}`);
      }),
      image: question.kind === "image" ? darkImage({ shape, dtype: this.options.imageDtype ?? this.#dtype, shared }, into) : undefined,
      onProgress: this.options.onProgress,
      onRows: this.options.onRows,
    };
  }

  #now(question: Question, parameters: P, data: readonly NdArray[]): Answer {
    return answer(this.#recordings, this.#subject(question, parameters, data, false));
  }

  #on(parallel: ParallelOptions, question: Question, parameters: P, data: readonly NdArray[]): Promise<Answer> {
    return answerOn(parallel, this.#recordings, this.#subject(question, parameters, data, true));
  }
}

function simulationOf({ image }: Subject, { warnings }: Answer): Simulation {
  if (image === undefined) throw new TypeError("the question is not one for an image");
  return { image, warnings };
}

function checkNumbers(parameters: unknown): void {
  const isNumber = parametersIn(parameters).every((leaf) => typeof leaf === "number");
  if (!isNumber) throw new InputError("normal equations take parameters that are numbers, not arrays");
}

function normalOf(answered: Answer, parameters: unknown): ImageNormalEquations {
  const sums = sumOfRows(answered.rows);
  const count = parametersIn(parameters).length;
  const at = (i: number, j: number): number => sums[1 + count + (i * (i + 1)) / 2 + j];
  const indices = Array.from({ length: count }, (_, i) => i);
  return {
    loss: sums[0],
    gradient: sums.slice(1, 1 + count),
    normal: indices.map((i) => indices.map((j) => (j <= i ? at(i, j) : at(j, i)))),
    warnings: answered.warnings,
  };
}
