import { allowedExecutor, type Executor } from "../autodiff/executor.js";
import { mul } from "../autodiff/primitives/elementwise.js";
import { known, type Quantity } from "../autodiff/tape.js";
import { withLeaves } from "../autodiff/tree.js";
import { detectorFrame, type Detector, type PanelFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { carriedAlong, groupsOf, holdersOf, likeCarrier, panelDetector, panelFrame, stackShape, type GroupMove, type Panel, type PanelledDetector, type RestingGroup } from "../models/panels.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { checkChoice, checkOptions } from "../ndarray/fields.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { array, copy, scalar, type NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { reshape } from "../ndarray/views.js";
import { cross, plus, type Vector } from "../physics/vector.js";
import { answer, answerOn, type Answer, type Subject } from "./answer.js";
import type { ImageNormalEquations, LossAndGradient, Simulation } from "./image-model.js";
import type { ImageOptions, ParallelOptions } from "./image-options.js";
import { darkImage } from "./image-memory.js";
import { checkImageOptions, planOf } from "./image-plan.js";
import { chosenKinds, kindsOf, type PanelKind } from "./panel-kinds.js";
import { motionNumbers, PanelMotions, type Moved } from "./panel-motions.js";
import { optionNames, type ExperimentOfPanels, type PanelOptions, type PanelParameters } from "./panel-options.js";
import { PanelSums } from "./panel-sums.js";
import { parametersIn, type Quantities } from "./parameters.js";
import { checkCompared, type PixelFunction, type PixelLoss, type Question } from "./question.js";
import { Recordings } from "./recordings.js";

/** Origin, fast and slow of a panel. */
const frameNumbers = 9;
const imageQuestion: Question = { kind: "image" };
const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);

/**
 * The image on a detector of many panels as a function of parameters, among them the places of its groups. A panel's place is an argument
 * of what is recorded, so that one recording serves for all panels. Images have the shape [panel, slow, fast]; a panel smaller than the
 * largest is filled up with zeros.
 */
export class PanelModel<P = readonly []> {
  /** the detector at rest */
  readonly detector: PanelledDetector;
  /** [panel, slow, fast] of the images */
  readonly shape: Shape;
  readonly #experimentOf: (parameters: Quantities<P>) => ExperimentOfPanels;
  readonly #options: PanelOptions;
  readonly #dtype: FloatDType;
  readonly #executor: Executor;
  readonly #recordings: Recordings;
  readonly #motions = new PanelMotions();
  /** for each panel, the groups that hold it, innermost first */
  readonly #holders: readonly (readonly RestingGroup[])[];
  readonly #groupNames: readonly string[];
  readonly #kinds: readonly PanelKind[];

  /**
   * @param experimentOf beam, crystal and structure factors for given parameters
   * @throws InputError when the tree of groups is none; ShapeError when the mask has another shape than the image
   */
  constructor(detector: PanelledDetector, experimentOf: (parameters: Quantities<P>) => ExperimentOfPanels, options: PanelOptions = {}) {
    checkOptions("PanelModel", options, optionNames);
    const { panels } = detector;
    if (panels.length === 0) throw new InputError("a detector needs a panel");
    checkImageOptions(options);
    const { mask } = options;
    this.detector = detector;
    this.shape = stackShape(detector);
    if (mask && !sameShape(mask.shape, this.shape)) {
      throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(this.shape)}`);
    }
    this.#experimentOf = experimentOf;
    this.#options = options;
    this.#dtype = options.dtype ?? "float64";
    this.#executor = allowedExecutor(options.executor ?? "webassembly");
    this.#recordings = new Recordings(this.#dtype, this.#executor);
    const groups = groupsOf(detector);
    this.#groupNames = groups.map(({ name }) => name);
    this.#holders = holdersOf(detector);
    this.#kinds = kindsOf(detector);
  }

  /**
   * The image.
   * @param into an image of the same shape and dtype, contiguous in memory, whose memory the new one takes; it has memory of its own unless given
   * @throws InputError when a group is none, a parameter is not a finite number, or the experiment cannot be; ShapeError or DTypeError when the memory is not that of such an image
   */
  simulate(parameters: PanelParameters<P>, into?: NdArray<FloatDType>): Simulation {
    const image = darkImage({ shape: this.shape, dtype: this.#dtype, shared: false }, into);
    return this.#simulation(image, this.#subjects(imageQuestion, parameters, [], image).map((subject) => answer(this.#recordings, subject)));
  }

  /**
   * The same, on workers.
   * @param into as above, in shared memory, as the image of an earlier call is
   * @throws as above; InputError, too, when the memory is not shared
   */
  async simulateOn(parallel: ParallelOptions, parameters: PanelParameters<P>, into?: NdArray<FloatDType>): Promise<Simulation> {
    const image = darkImage({ shape: this.shape, dtype: this.#dtype, shared: true }, into);
    return this.#simulation(image, await this.#answersOn(parallel, this.#subjects(imageQuestion, parameters, [], image)));
  }

  /**
   * What the image costs and how that changes with the parameters, the moves of groups among them.
   * @param data images of the shape [panel, slow, fast], which the loss compares with
   * @throws ShapeError when one of them has another shape
   */
  lossAndGradient(loss: PixelLoss, parameters: PanelParameters<P>, ...data: NdArray[]): LossAndGradient<PanelParameters<P>> {
    return this.#gradientOf(this.#sums({ kind: "gradient", loss }, parameters, data), parameters);
  }

  /** The same, on workers. */
  async lossAndGradientOn(parallel: ParallelOptions, loss: PixelLoss, parameters: PanelParameters<P>, ...data: NdArray[]): Promise<LossAndGradient<PanelParameters<P>>> {
    return this.#gradientOf(await this.#sumsOn(parallel, { kind: "gradient", loss }, parameters, data), parameters);
  }

  /**
   * What a cotangent of the image means for every parameter.
   * @param cotangent shape [panel, slow, fast]
   */
  pullBack(parameters: PanelParameters<P>, cotangent: NdArray): PanelParameters<P> {
    return this.lossAndGradient(contraction, parameters, cotangent).gradient;
  }

  /**
   * What a Gauss-Newton step needs, summed over the panels; the parameters in the order of their tree.
   * @param curvature of a pixel's loss by its photons, or what stands for it
   * @throws InputError when a parameter is not a number
   */
  normalEquations(loss: PixelLoss, curvature: PixelFunction, parameters: PanelParameters<P>, ...data: NdArray[]): ImageNormalEquations {
    checkNumbers(parameters);
    return this.#sums({ kind: "normal", loss, curvature }, parameters, data).normalEquations();
  }

  /** The same, on workers. */
  async normalEquationsOn(
    parallel: ParallelOptions,
    loss: PixelLoss,
    curvature: PixelFunction,
    parameters: PanelParameters<P>,
    ...data: NdArray[]
  ): Promise<ImageNormalEquations> {
    checkNumbers(parameters);
    return (await this.#sumsOn(parallel, { kind: "normal", loss, curvature }, parameters, data)).normalEquations();
  }

  #simulation(image: NdArray<FloatDType>, answers: readonly Answer[]): Simulation {
    return { image, warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))] };
  }

  #sums(question: Question, parameters: PanelParameters<P>, data: readonly NdArray[]): PanelSums {
    return this.#added(this.#subjects(question, parameters, data).map((subject) => answer(this.#recordings, subject)), parameters);
  }

  async #sumsOn(parallel: ParallelOptions, question: Question, parameters: PanelParameters<P>, data: readonly NdArray[]): Promise<PanelSums> {
    return this.#added(await this.#answersOn(parallel, this.#subjects(question, parameters, data)), parameters);
  }

  async #answersOn(parallel: ParallelOptions, subjects: readonly Subject[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const subject of subjects) answers.push(await answerOn(parallel, this.#recordings, subject));
    return answers;
  }

  #gradientOf(sums: PanelSums, parameters: PanelParameters<P>): LossAndGradient<PanelParameters<P>> {
    return { loss: sums.loss, gradient: withLeaves(parameters, sums.leaves(parametersIn(parameters), this.#dtype)), warnings: sums.warnings };
  }

  /** Chains what was summed panel by panel with what moves the panels. */
  #added(answers: readonly Answer[], { experiment, groups }: PanelParameters<P>): PanelSums {
    const sums = new PanelSums(parametersIn(experiment), groups);
    const moved = this.#moved(groups);
    const motions = this.#motions.ofAll(moved);
    for (const answered of answers) sums.add(answered, this.detector.panels.length, (panel) => ({ names: moved[panel].map(({ name }) => name), motion: motions[panel] }));
    return sums;
  }

  /** For each panel, the groups that hold it and have moved, innermost first. */
  #moved(groups: Readonly<Record<string, GroupMove>>): (Moved & { readonly name: string })[][] {
    return this.#holders.map((holders) => holders.filter(({ name }) => name in groups).map(({ name, centreMm }) => ({ name, centreMm, move: groups[name] })));
  }

  /** What is asked of each kind of panels that the mask leaves a pixel of. */
  #subjects(question: Question, { experiment, groups }: PanelParameters<P>, data: readonly NdArray[], image?: NdArray<FloatDType>): Subject[] {
    checkCompared(question, data.length);
    for (const name of Object.keys(groups)) checkChoice("a group that moves", name, this.#groupNames);
    parametersIn({ experiment, groups });
    const leaves = parametersIn(experiment);
    const isMoving = question.kind !== "image" && Object.keys(groups).length > 0;
    const moved = this.#moved(groups);
    const { detector, shape: [panels, rows, width] } = this;
    const frames = detector.panels.map((panel, i) => panelFrame(panel, moved[i]));
    const ofPanels = reshape(array(frames.flatMap(({ originMm, fast, slow }) => [...originMm, ...fast, ...slow].map(known))), [panels, frameNumbers]);
    const stacked = data.map((given) => {
      if (!sameShape(given.shape, this.shape)) throw new ShapeError(`an image of shape ${describeShape(given.shape)} is compared with one of shape ${describeShape(this.shape)}`);
      return reshape(given.isContiguous ? given : copy(given), [panels * rows, width]);
    });
    const inNumbers = this.#experimentOf(withLeaves<Quantities<P>>(experiment, leaves));
    return chosenKinds(this.#kinds, detector, this.shape, this.#options.mask).map(({ kind, pixels }) => {
      const panel = detector.panels[kind.panel];
      const experimentAt = ({ footprintMm, detector: carrying, panels: _, ...rest }: ExperimentOfPanels, placed: PanelFrame<Quantity>): Experiment<Quantity> => {
        const standing = carrying ? this.#carried(panel, placed, carrying) : panelDetector(panel, detector, placed);
        return { ...rest, detector: { ...standing, ...(footprintMm !== undefined && { footprintMm }) } };
      };
      const motion = isMoving ? Array.from({ length: motionNumbers }, () => scalar(0)) : [];
      const frame = Array.from({ length: frameNumbers }, () => scalar(0));
      const inputs = [...leaves.map((leaf) => (typeof leaf === "number" ? scalar(leaf) : leaf)), ...motion, ...frame];
      const elements = inputs.reduce((sum, { size }) => sum + size, 0) - frameNumbers;
      const standing = frames.filter((_, i) => kind.has[i]).map((placed) => experimentAt(inNumbers, placed).detector);
      const plan = planOf(experimentAt(inNumbers, frames[kind.panel]), this.#imageOptions(), this.#executor, elements, { detectors: standing, pixels });
      return {
        question,
        plan: { ...plan, inputs, ofPanels },
        images: data.length,
        experimentOf: (sources) => {
          const recorded = this.#experimentOf(withLeaves<Quantities<P>>(experiment, sources.slice(0, leaves.length)));
          const at = leaves.length + motion.length;
          const vectorAt = (first: number): Vector => [sources[first], sources[first + 1], sources[first + 2]];
          const [originMm, fast, slow] = [vectorAt(at), vectorAt(at + 3), vectorAt(at + 6)];
          if (!isMoving) return experimentAt(recorded, { originMm, fast, slow, isFlipped: kind.isFlipped });
          // A motion so small that its turn is straight: only the derivative by it is asked for.
          const [shift, turn] = [vectorAt(leaves.length), vectorAt(leaves.length + 3)];
          const turned = (vector: Vector): Vector => plus(vector, cross(turn, vector));
          return experimentAt(recorded, { originMm: plus(turned(originMm), shift), fast: turned(fast), slow: turned(slow), isFlipped: kind.isFlipped });
        },
        data: stacked,
        image,
        onProgress: this.#options.onProgress,
      };
    });
  }

  /** A panel where the experiment's detector carries it. */
  #carried(panel: Panel, placed: PanelFrame<Quantity>, carrying: Detector<Quantity>): Detector<Quantity> {
    const { carrier } = this.detector;
    if (carrier === undefined) throw new InputError("the experiment has a detector, and the panels do not say where it stood when they were where they are: give them a carrier, or leave the detector out");
    return likeCarrier(panelDetector(panel, this.detector, carriedAlong(placed, carrier, detectorFrame(carrying))), carrying);
  }

  #imageOptions(): ImageOptions {
    const { mask: _, ...options } = this.#options;
    return options;
  }
}

function checkNumbers(parameters: unknown): void {
  const isNumber = parametersIn(parameters).every((leaf) => typeof leaf === "number");
  if (!isNumber) throw new InputError("normal equations take parameters that are numbers, not arrays");
}
