import { allowedExecutor, type Executor } from "../autodiff/executor.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, flatData, scalar, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { checkOptions, planOf, type ImagePlan } from "./image-plan.js";
import type { LookupMode, Semantics } from "./image.js";
import type { WorkerPool } from "./parallel/pool.js";
import { formOf, parametersIn, withParameters, type Parameters, type Quantities } from "./parameters.js";
import type { PixelSelection } from "./pixels.js";
import { checkCompared, functionsOf, recordQuestion, sumsOf, type PixelFunction, type PixelLoss, type Question } from "./question.js";
import type { EveryStep } from "./reference-sum.js";
import { blockOf, tileCount, TileRunner, type Latch, type TileJob, type TileRun } from "./tiles.js";

export type { PixelFunction, PixelLoss } from "./question.js";

export interface ImageOptions extends PixelSelection, Partial<EveryStep> {
  /** of all arrays; float64 unless given */
  readonly dtype?: FloatDType;
  /** sub-pixels along each edge of a pixel; as many as the spots of the first call need unless given */
  readonly oversample?: number;
  /** "physical" unless given */
  readonly semantics?: Semantics;
  /** "auto", unless given: tricubic where the crystal has 2 cells or fewer along an axis */
  readonly interpolation?: "auto" | "tricubic" | "nearest";
  /** resolution beyond which nothing scatters */
  readonly dminA?: number;
  /** "webassembly" unless given; the nearest to it where the surroundings forbid to make code */
  readonly executor?: Executor;
  /** pixels that are worked on together, a multiple of 4; chosen by the executor unless given */
  readonly tileSize?: number;
  /** told now and then */
  readonly onProgress?: (done: number, pixels: number) => void;
}

/** How a computation is spread over workers. */
export interface ParallelOptions {
  readonly pool: WorkerPool;
  readonly signal?: AbortSignal | undefined;
}

export interface Simulation {
  /** photons in each pixel, shape [slow, fast]; 0 where nothing was worked on */
  readonly image: NdArray;
  readonly warnings: readonly string[];
}

export interface LossAndGradient<P> {
  /** the sum over the pixels */
  readonly loss: number;
  /** the derivative by every parameter, in the parameters' own tree */
  readonly gradient: P;
  readonly warnings: readonly string[];
}

export interface ImageNormalEquations {
  readonly loss: number;
  /** the derivative by every parameter, in the order of their tree */
  readonly gradient: readonly number[];
  /** the sum over the pixels of curvature times the products of the image's derivatives, row by row */
  readonly normal: readonly (readonly number[])[];
  readonly warnings: readonly string[];
}

/** What a call computes, and from which numbers. */
interface Plan extends ImagePlan {
  /** of any dtype: executors round them, if at all, to the memory that they are written to */
  readonly inputs: readonly NdArray[];
  /** names and shapes of the parameters, which a recorded job is for */
  readonly form: string;
}

interface Answer {
  /** of the sums, in float64 */
  readonly sums: readonly number[];
  readonly image: NdArray | undefined;
  readonly warnings: readonly string[];
}

/** Sums of so many blocks of tiles are kept apart, where there are as many tiles: enough for workers to share, but few of many sums. */
const [fewestBlocks, mostBlocks] = [8, 1024];
const mostElementsOfSums = 2 ** 21;
/** Recorded questions that a model keeps; of more, the oldest is forgotten. */
const mostJobs = 32;
const imageQuestion: Question = { kind: "image" };
const leavingQuestion: Question = { kind: "leaving" };
const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);
let jobs = 0;

/** The image as a function of parameters, worked on in tiles of pixels. What is recorded once serves for all later numbers. */
export class ImageModel<P extends Parameters> {
  readonly experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>;
  readonly options: ImageOptions;
  readonly #dtype: FloatDType;
  readonly #executor: Executor;
  readonly #jobs = new Map<string, TileJob>();
  readonly #runners = new Map<number, TileRunner>();
  readonly #functions = new WeakMap<PixelFunction, number>();
  #functionCount = 0;
  /** what was given or, from the first call on, what that one's spots need: an image must not jump between two calls */
  #oversample: number | undefined;

  /** @param experimentOf the experiment for given parameters: called with numbers and with recorded values */
  constructor(experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>, options: ImageOptions = {}) {
    checkOptions(options);
    this.experimentOf = experimentOf;
    this.options = options;
    this.#oversample = options.oversample;
    this.#dtype = options.dtype ?? "float64";
    this.#executor = allowedExecutor(options.executor ?? "webassembly");
  }

  /**
   * The image.
   * @throws InputError when a parameter is not a finite number, or the experiment cannot be
   */
  simulate(parameters: P): Simulation {
    return simulationOf(this.#now(imageQuestion, parameters, []));
  }

  /** The same, on workers. */
  async simulateOn(parallel: ParallelOptions, parameters: P): Promise<Simulation> {
    return simulationOf(await this.#on(parallel, imageQuestion, parameters, []));
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

  #gradientOf({ sums, warnings }: Answer, parameters: P): LossAndGradient<P> {
    let next = 1;
    const leaves = parametersIn(parameters).map((leaf) => {
      if (typeof leaf === "number") return sums[next++];
      const gradient = zeros(leaf.shape, "float64");
      for (let i = 0; i < gradient.size; i++) gradient.data[i] = sums[next++];
      return copy(gradient, this.#dtype);
    });
    return { loss: sums[0], gradient: withParameters(parameters, leaves), warnings };
  }

  #plan(parameters: P): Plan {
    const leaves = parametersIn(parameters);
    const experiment = this.experimentOf(withParameters(parameters, leaves));
    const inputs = leaves.map((leaf) => (typeof leaf === "number" ? scalar(leaf) : leaf));
    const elements = inputs.reduce((sum, { size }) => sum + size, 0);
    const plan = planOf(experiment, this.options, this.#executor, elements, this.#oversample);
    this.#oversample = plan.sampling.oversample;
    return { ...plan, form: formOf(parameters), inputs };
  }

  /** The runs that answer a question, in turn; with the policy "sequential" later ones depend on what earlier ones found. */
  *#answer(question: Question, parameters: P, data: readonly NdArray[], shared: boolean): Generator<TileRun, Answer, void> {
    checkCompared(question, data.length);
    const plan = this.#plan(parameters);
    const { shape } = plan.pixels;
    const compared = data.map((given) => {
      if (sameShape(given.shape, shape)) return given.isContiguous ? given : copy(given);
      throw new ShapeError(`an image of shape ${describeShape(given.shape)} is compared with one of shape ${describeShape(shape)}`);
    });
    const image = question.kind === "image" ? zeros(shape, this.#dtype, { shared }) : undefined;
    const job = this.#job(question, plan.lookup, plan, parameters, data.length);
    const tiles = tileCount(job);
    const width = sumsOf(question, plan.inputs);
    const blocks = Math.max(fewestBlocks, Math.min(mostBlocks, Math.floor(mostElementsOfSums / Math.max(1, width))));
    const tilesOfBlock = Math.ceil(tiles / blocks);
    const left = zeros([tiles], "float64", { shared });
    const rows = zeros([Math.ceil(tiles / tilesOfBlock), width], "float64", { shared });
    const whole = { firstTile: 0, endTile: tiles };
    const run: TileRun = { job, parameters: plan.inputs, data: compared, latch: undefined, image, left, rows, tilesOfBlock, ...whole };
    yield run;

    let lookups = 0;
    for (const count of left.data) lookups += count;
    if (lookups > 0 && plan.structureFactors?.policy === "sequential") {
      const tile = left.data.findIndex((count) => count > 0);
      const { firstTile } = blockOf(run, Math.floor(tile / tilesOfBlock));
      rows.data.fill(0, (firstTile / tilesOfBlock) * width);
      yield { ...run, firstTile, endTile: tile };
      const latch = this.#findLatch(plan, parameters, run, tile);
      const latched = this.#job(question, "latched", plan, parameters, data.length);
      yield { ...run, job: latched, latch, firstTile: tile, endTile: tile + 1 };
      const nearest = this.#job(question, "nearest", plan, parameters, data.length);
      yield { ...run, job: nearest, latch, firstTile: tile + 1 };
    }
    const warning = plan.structureFactors?.left(lookups);
    const sums = new Array<number>(width).fill(0);
    for (let at = 0; at < rows.size; ) for (let i = 0; i < width; i++) sums[i] += rows.data[at++];
    return { sums, image, warnings: warning === undefined ? [] : [warning] };
  }

  #now(question: Question, parameters: P, data: readonly NdArray[]): Answer {
    const answer = this.#answer(question, parameters, data, false);
    const warnings = new Set<string>();
    for (;;) {
      const { done, value } = answer.next();
      if (done) return { ...value, warnings: [...warnings, ...value.warnings] };
      const runner = this.#runner(value.job);
      if (runner.warning !== undefined) warnings.add(runner.warning);
      const { pixels, size } = value.job;
      for (let tile = value.firstTile; tile < value.endTile; tile++) {
        runner.run(value, tile);
        this.options.onProgress?.(Math.min((tile + 1) * size, pixels.size), pixels.size);
      }
    }
  }

  async #on({ pool, signal }: ParallelOptions, question: Question, parameters: P, data: readonly NdArray[]): Promise<Answer> {
    const answer = this.#answer(question, parameters, data, true);
    const warnings = new Set<string>();
    for (;;) {
      const { done, value } = answer.next();
      if (done) return { ...value, warnings: [...warnings, ...value.warnings] };
      const { pixels, size } = value.job;
      const told = await pool.run(value, signal, (tiles) => this.options.onProgress?.(Math.min(tiles * size, pixels.size), pixels.size));
      for (const warning of told) warnings.add(warning);
    }
  }

  #findLatch(plan: Plan, parameters: P, run: TileRun, tile: number): Latch {
    const job = this.#job(leavingQuestion, "tricubic", plan, parameters, 0);
    const [leaving] = this.#runner(job).ask({ ...run, job }, tile);
    const at = flatData(leaving).indexOf(1);
    const { steps } = plan;
    return { pixel: tile * job.size + Math.floor(at / steps), step: at % steps, stepsOfPixel: steps };
  }

  #runner(job: TileJob): TileRunner {
    const runner = this.#runners.get(job.id) ?? new TileRunner(job);
    this.#runners.set(job.id, runner);
    return runner;
  }

  /** The job of a question: recorded the first time that it is asked. */
  #job(question: Question, mode: LookupMode, plan: Plan, parameters: P, images: number): TileJob {
    const { pixels, tileSize, sampling } = plan;
    const functions = functionsOf(question);
    const key = JSON.stringify([question.kind, functions.map((f) => this.#numberOf(f)), mode, images, tileSize, sampling, pixels.shape, plan.form]);
    const present = this.#jobs.get(key);
    if (present) {
      this.#jobs.delete(key);
      this.#jobs.set(key, present);
      return present;
    }
    const job: TileJob = {
      id: jobs++,
      program: recordQuestion(question, {
        experimentOf: (sources) => this.experimentOf(withParameters(parameters, sources)),
        parameters: plan.inputs.map(({ shape }) => ({ shape, dtype: this.#dtype })),
        sampling: { ...sampling, lookup: mode },
        dtype: this.#dtype,
        tileSize,
        images,
      }),
      executor: this.#executor,
      dtype: this.#dtype,
      pixels,
      size: tileSize,
      hasLatch: mode === "latched",
      hasImage: question.kind === "image" || question.kind === "leaving",
      hasDerivatives: question.kind === "normal",
    };
    this.#jobs.set(key, job);
    for (const [oldest, { id }] of this.#jobs) {
      if (this.#jobs.size <= mostJobs) break;
      this.#jobs.delete(oldest);
      this.#runners.delete(id);
    }
    return job;
  }

  #numberOf(f: PixelFunction): number {
    const number = this.#functions.get(f) ?? this.#functionCount++;
    this.#functions.set(f, number);
    return number;
  }
}

function simulationOf({ image, warnings }: Answer): Simulation {
  if (image === undefined) throw new TypeError("the answer holds no image");
  return { image, warnings };
}

function checkNumbers(parameters: unknown): void {
  const isNumber = parametersIn(parameters).every((leaf) => typeof leaf === "number");
  if (!isNumber) throw new InputError("normal equations take parameters that are numbers, not arrays");
}

function normalOf({ sums, warnings }: Answer, parameters: unknown): ImageNormalEquations {
  const leaves = parametersIn(parameters);
  const count = leaves.length;
  const at = (i: number, j: number): number => sums[1 + count + (i * (i + 1)) / 2 + j];
  const indices = leaves.map((_, i) => i);
  return {
    loss: sums[0],
    gradient: sums.slice(1, 1 + count),
    normal: indices.map((i) => indices.map((j) => (j <= i ? at(i, j) : at(j, i)))),
    warnings,
  };
}
