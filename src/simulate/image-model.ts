import { allowedExecutor, type Executor } from "../autodiff/executor.js";
import { knownArguments, openProgram, type Known } from "../autodiff/open-program.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import { structureOf, type Quantity } from "../autodiff/tape.js";
import { withLeaves } from "../autodiff/tree.js";
import type { Experiment } from "../models/experiment.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, flatData, scalar, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { checkOptions, planOf, type ImagePlan } from "./image-plan.js";
import type { LookupMode, Semantics } from "./image.js";
import { LiveSteps, type Reach } from "./live-steps.js";
import type { Skip } from "./negligible.js";
import type { WorkerPool } from "./parallel/pool.js";
import { parametersIn, type Quantities } from "./parameters.js";
import { blockPixels, leafPixels } from "./pixel-block.js";
import { inBlocks } from "./pixel-blocks.js";
import { pixelsOfTile, samePixels, tileCount, writeCoordinates, type Pixels, type PixelSelection } from "./pixels.js";
import { checkCompared, recordQuestion, sumsOf, type PixelFunction, type PixelLoss, type Question, type RecordedQuestion } from "./question.js";
import type { EveryStep } from "./reference-sum.js";
import { blockOf, TileRunner, type Latch, type TileJob, type TileRun } from "./tiles.js";

export type { PixelFunction, PixelLoss } from "./question.js";

/** How an image is computed. */
export interface ImageOptions extends PixelSelection, Partial<EveryStep> {
  /** of all arrays; float64 unless given */
  readonly dtype?: FloatDType;
  /**
   * "sampled" unless given: mosaic domains, sources and sub-pixels are steps, each of which takes its nearest reflection. "closed":
   * all that widens a spot is one Gaussian (`crystal.etaDeg`, `crystal.domainA`, `beam.bandwidthPercent`,
   * `beam.beamDivergenceMrad`, `detector.footprintMm`, and the pixel's own size where no `oversample` is given), and all spots that
   * reach a pixel are summed
   */
  readonly spots?: "sampled" | "closed";
  /**
   * sub-pixels along each edge of a pixel. Unless given, each call takes as many as the spots of its parameters need, so that the image
   * may jump between two calls: give it where an image is refined
   */
  readonly oversample?: number;
  /** "physical" unless given */
  readonly semantics?: Semantics;
  /** "auto", unless given: tricubic where the crystal has 2 cells or fewer along an axis */
  readonly interpolation?: "auto" | "tricubic" | "nearest";
  /** resolution beyond which nothing scatters */
  readonly dminA?: number;
  /** which steps are left out; "zeros" unless given: those that are exactly 0, so that no pixel changes */
  readonly skip?: Skip;
  /** "webassembly" unless given; the nearest to it where the surroundings forbid to make code */
  readonly executor?: Executor;
  /** pixels that are worked on together, a multiple of 4; chosen by the executor unless given */
  readonly tileSize?: number;
  /** told now and then */
  readonly onProgress?: (done: number, pixels: number) => void;
}

/** How a computation is spread over workers. */
export interface ParallelOptions {
  /** the workers */
  readonly pool: WorkerPool;
  /** ends the computation; it then rejects */
  readonly signal?: AbortSignal | undefined;
}

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

/** What a call computes, and from which numbers. */
interface Plan extends ImagePlan {
  /** of any dtype: executors round them, if at all, to the memory that they are written to */
  readonly inputs: readonly NdArray[];
}

interface Answer {
  /** of the sums, in float64 */
  readonly sums: readonly number[];
  readonly image: NdArray<FloatDType> | undefined;
  readonly warnings: readonly string[];
}

/** Sums of so many blocks of tiles are kept apart, where there are as many tiles: enough for workers to share, but few of many sums. */
const [fewestBlocks, mostBlocks] = [8, 1024];
const mostElementsOfSums = 2 ** 21;
/** Compiled questions, and recordings that lead to them, that a model keeps; of more, the oldest is forgotten. */
const mostJobs = 32;
const imageQuestion: Question = { kind: "image" };
const leavingQuestion: Question = { kind: "leaving" };
const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);
let jobs = 0;

/** What a recording led to. */
interface Prepared {
  /** what its program has in common with others of the job */
  readonly structure: string;
  readonly job: TileJob;
  readonly known: readonly Known[];
  /** literals that its derivatives added to those of the recording */
  readonly added: readonly NdArray[];
  /** what bounds its steps, where it is masked */
  readonly reach: { readonly reach: Reach; readonly known: readonly Known[]; readonly leavesZero: boolean } | undefined;
}

/** What a run of a recorded question needs. */
type Asked = Pick<TileRun, "job" | "known" | "reach">;

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
  /** by what the recorded programs have in common */
  #jobs = new Map<string, TileJob>();
  /** by their spelling */
  #recordings = new Map<string, Prepared>();
  #runners = new Map<number, TileRunner>();
  /** the same object, as long as it is the same selection: workers know it then */
  #pixels: Pixels | undefined;

  /** @param experimentOf the experiment for given parameters: called with numbers and with recorded values */
  constructor(experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>, options: ImageOptions = {}) {
    checkOptions(options);
    this.experimentOf = experimentOf;
    this.options = { ...options };
    this.#dtype = options.dtype ?? "float64";
    this.#executor = allowedExecutor(options.executor ?? "webassembly");
  }

  /**
   * A model of another experiment, or of other pixels, that shares with this one what is compiled.
   * @param selection which pixels, in place of this model's own
   */
  sharing(experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>, selection: PixelSelection): ImageModel<P> {
    const other = new ImageModel<P>(experimentOf, { ...this.options, ...selection });
    other.#jobs = this.#jobs;
    other.#recordings = this.#recordings;
    other.#runners = this.#runners;
    return other;
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
    return { loss: sums[0], gradient: withLeaves(parameters, leaves), warnings };
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

  /** The runs that answer a question, in turn; with the policy "sequential" later ones depend on what earlier ones found. */
  *#answer(question: Question, parameters: P, data: readonly NdArray[], shared: boolean): Generator<TileRun, Answer, void> {
    checkCompared(question, data.length);
    const { plan, asked } = this.#planned(question, parameters, data.length);
    const { shape } = plan.pixels;
    const compared = data.map((given) => {
      if (sameShape(given.shape, shape)) return given.isContiguous ? given : copy(given);
      throw new ShapeError(`an image of shape ${describeShape(given.shape)} is compared with one of shape ${describeShape(shape)}`);
    });
    const image = question.kind === "image" ? zeros(shape, this.#dtype, { shared }) : undefined;
    const tiles = tileCount(plan.pixels, plan.tileSize);
    const width = sumsOf(question, plan.inputs);
    const blocks = Math.max(fewestBlocks, Math.min(mostBlocks, Math.floor(mostElementsOfSums / Math.max(1, width))));
    const tilesOfBlock = Math.ceil(tiles / blocks);
    const left = zeros([tiles], "float64", { shared });
    const rows = zeros([Math.ceil(tiles / tilesOfBlock), width], "float64", { shared });
    const whole = { firstTile: 0, endTile: tiles };
    const run: TileRun = { ...asked, parameters: plan.inputs, pixels: plan.pixels, data: compared, latch: undefined, image, left, rows, tilesOfBlock, ...whole };
    yield run;

    let lookups = 0;
    for (const count of left.data) lookups += count;
    if (lookups > 0 && plan.structureFactors?.policy === "sequential") {
      const tile = left.data.findIndex((count) => count > 0);
      const { firstTile } = blockOf(run, Math.floor(tile / tilesOfBlock));
      rows.data.fill(0, (firstTile / tilesOfBlock) * width);
      yield { ...run, firstTile, endTile: tile };
      const latch = this.#findLatch(plan, parameters, run, tile);
      const latched = this.#ask(question, "latched", plan, parameters, data.length);
      yield { ...run, ...latched, latch, firstTile: tile, endTile: tile + 1 };
      const nearest = this.#ask(question, "nearest", plan, parameters, data.length);
      yield { ...run, ...nearest, latch, firstTile: tile + 1 };
    }
    const warning = plan.structureFactors?.left(lookups);
    const sums = new Array<number>(width).fill(0);
    for (let at = 0; at < rows.size; ) for (let i = 0; i < width; i++) sums[i] += rows.data[at++];
    return { sums, image, warnings: warning === undefined ? [] : [warning] };
  }

  /** Plans and records a question. Steps are left out where that pays, as some of the tiles tell: the same ones for the same arguments. */
  #planned(question: Question, parameters: P, images: number): { readonly plan: Plan; readonly asked: Asked } {
    const plan = this.#plan(parameters);
    const askedFor = (chosen: Plan): { readonly plan: Plan; readonly asked: Asked } => ({
      plan: chosen,
      asked: this.#ask(question, chosen.lookup, chosen, parameters, images),
    });
    if (plan.negligible !== undefined) {
      const skipping = askedFor({ ...plan, pixels: inBlocks(plan.pixels), tileSize: blockPixels });
      if (skipping.asked.reach && liveShare(skipping.asked.reach, skipping.plan) <= mostLive) return skipping;
    }
    return askedFor({ ...plan, negligible: undefined });
  }

  #now(question: Question, parameters: P, data: readonly NdArray[]): Answer {
    const answer = this.#answer(question, parameters, data, false);
    const warnings = new Set<string>();
    for (;;) {
      const { done, value } = answer.next();
      if (done) return { ...value, warnings: [...warnings, ...value.warnings] };
      const runner = this.#runner(value.job);
      if (runner.warning !== undefined) warnings.add(runner.warning);
      const { pixels, job: { size } } = value;
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
      const { pixels, job: { size } } = value;
      const told = await pool.run(value, signal, (tiles) => this.options.onProgress?.(Math.min(tiles * size, pixels.size), pixels.size));
      for (const warning of told) warnings.add(warning);
    }
  }

  #findLatch(plan: Plan, parameters: P, run: TileRun, tile: number): Latch {
    const asked = this.#ask(leavingQuestion, "tricubic", plan, parameters, 0);
    const [leaving] = this.#runner(asked.job).ask({ ...run, ...asked }, tile);
    const at = flatData(leaving).indexOf(1);
    const { steps } = plan;
    return { pixel: tile * asked.job.size + Math.floor(at / steps), step: at % steps, stepsOfPixel: steps };
  }

  #runner(job: TileJob): TileRunner {
    const runner = this.#runners.get(job.id) ?? new TileRunner(job);
    this.#runners.set(job.id, runner);
    return runner;
  }

  /** Records a question, and finds what was compiled for it. */
  #ask(question: Question, mode: LookupMode, plan: Plan, parameters: P, images: number): Asked {
    const recorded = recordQuestion(question, {
      experimentOf: (sources) => this.experimentOf(withLeaves(parameters, sources)),
      parameters: plan.inputs.map(({ shape }) => ({ shape, dtype: this.#dtype })),
      sampling: { ...plan.sampling, lookup: mode, isMasked: plan.negligible !== undefined },
      dtype: this.#dtype,
      tileSize: plan.tileSize,
      images,
    });
    const literals = [...recorded.literals];
    const prepared = this.#recordings.get(recorded.spelling) ?? this.#prepared(recorded, question, mode, plan.tileSize);
    keep(this.#recordings, recorded.spelling, prepared);
    keep(this.#jobs, prepared.structure, prepared.job, ({ id }) => this.#runners.delete(id));
    const reach = prepared.reach &&
      plan.negligible && { ...prepared.reach, known: knownArguments(prepared.reach.known, literals, "float64"), negligible: plan.negligible };
    return { job: prepared.job, known: knownArguments(prepared.known, [...literals, ...prepared.added], "float64"), reach };
  }

  #prepared({ program, literals, reach: reachOf, leavesZero }: RecordedQuestion, { kind }: Question, mode: LookupMode, size: number): Prepared {
    const first = literals.length;
    const bounds = reachOf();
    const bounded = bounds && openProgram(bounds.program);
    const reach = bounds && bounded && { reach: { ...bounds, program: bounded.program }, known: bounded.known, leavesZero };
    const { program: open, known } = openProgram(program());
    const structure = [kind, mode, ...open.inputs.map(({ shape }) => shape.join("x")), structureOf(open)].join();
    const job: TileJob = this.#jobs.get(structure) ?? {
      id: jobs++,
      program: open,
      executor: this.#executor,
      size,
      hasLatch: mode === "latched",
      hasImage: kind === "image" || kind === "leaving",
      hasDerivatives: kind === "normal",
      isMasked: reach !== undefined,
    };
    return { structure, job, known, added: literals.slice(first), reach };
  }
}

/** Steps of so few tiles tell of all. */
const tilesLookedAt = 12;
/** The share of the steps that must be left to work on at the most, so that it pays to find them. */
const mostLive = 0.7;

/** The share of the steps that have to be worked on; all, where what bounds them cannot be enclosed. */
function liveShare(reach: NonNullable<TileRun["reach"]>, plan: Plan): number {
  try {
    return liveShareIn(reach, plan);
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

function liveShareIn({ reach, known, negligible }: NonNullable<TileRun["reach"]>, { pixels, inputs, steps }: Plan): number {
  const live = new LiveSteps(reach, negligible, inputs, known, blockPixels);
  const [fast, slow, mask] = [blockPixels, blockPixels, (steps * blockPixels) / leafPixels].map((size) => zeros([size]));
  const tiles = tileCount(pixels, blockPixels);
  const looked = Math.min(tiles, tilesLookedAt);
  let [found, all] = [0, 0];
  for (let i = 0; i < looked; i++) {
    const { first: start, count } = pixelsOfTile(pixels, Math.floor(((i + 0.5) * tiles) / looked), blockPixels);
    writeCoordinates(pixels, start, count, fast, slow);
    found += live.find(fast, slow, count, mask);
    all += Math.ceil(count / leafPixels) * steps;
  }
  return found / all;
}

/** Makes an entry the newest, and forgets the oldest of too many. */
function keep<V>(known: Map<string, V>, key: string, value: V, onForgotten: (value: V) => void = () => undefined): void {
  known.delete(key);
  known.set(key, value);
  for (const [oldest, forgotten] of known) {
    if (known.size <= mostJobs) return;
    known.delete(oldest);
    onForgotten(forgotten);
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
