import { mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { withLeaves } from "../autodiff/tree.js";
import type { Experiment } from "../models/experiment.js";
import { groupsOf, panelDetector, type GroupMove, type PanelledDetector } from "../models/panels.js";
import { checkChoice } from "../models/validity.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { slice } from "../ndarray/views.js";
import { ImageModel, type ImageNormalEquations, type ImageOptions, type LossAndGradient, type ParallelOptions, type Simulation } from "./image-model.js";
import { parametersIn, type Parameters, type Quantities } from "./parameters.js";
import type { PixelFunction, PixelLoss } from "./question.js";

/** What stands on the beamline besides the detector. */
export type ExperimentOfPanels = Omit<Experiment<Quantity>, "detector">;

/** What an image of many panels depends on. */
export interface PanelParameters<P extends Parameters> {
  /** of beam, crystal and structure factors */
  readonly experiment: P;
  /** how groups have moved, by their names; the others are at rest */
  readonly groups: Readonly<Record<string, GroupMove>>;
}

/** How an image of many panels is computed. */
export interface PanelOptions extends Omit<ImageOptions, "roi" | "mask" | "onProgress"> {
  /** [panel, slow, fast]; pixels where it is 0 are left out */
  readonly mask?: NdArray;
}

/** A panel, the pixels that are worked on, and the groups that hold it, innermost first. */
interface Part {
  readonly panel: number;
  readonly isMasked: boolean;
  readonly holders: readonly { readonly name: string; readonly centreMm: readonly [number, number, number] }[];
}

/** Leaves of the experiment's parameters, and the moves of the groups that hold the panel. */
type Inner = {
  readonly leaves: readonly (number | NdArray)[];
  readonly moves: readonly GroupMove[];
};

/** A sum over the panels, as an inner model's call gives it. */
type Sums = { readonly loss: number; readonly gradient: readonly number[]; readonly normal?: readonly (readonly number[])[]; readonly warnings: readonly string[] };

/**
 * The image on a detector of many panels as a function of parameters, among them the places of its groups. What is recorded and compiled
 * for one panel serves for all. Images have the shape [panel, slow, fast]; a panel smaller than the largest is filled up with zeros.
 */
export class PanelModel<P extends Parameters> {
  /** the detector at rest */
  readonly detector: PanelledDetector;
  /** [panel, slow, fast] of the images */
  readonly shape: Shape;
  readonly #experimentOf: (parameters: Quantities<P>) => ExperimentOfPanels;
  readonly #options: PanelOptions;
  readonly #parts: readonly Part[];
  readonly #base: ImageModel<Inner>;

  /**
   * @param experimentOf beam, crystal and structure factors for given parameters
   * @throws InputError when the tree of groups is none; ShapeError when the mask has another shape than the image
   */
  constructor(detector: PanelledDetector, experimentOf: (parameters: Quantities<P>) => ExperimentOfPanels, options: PanelOptions = {}) {
    const { panels } = detector;
    if (panels.length === 0) throw new InputError("a detector needs a panel");
    const { mask, ...rest } = options;
    this.detector = detector;
    this.shape = [panels.length, Math.max(...panels.map(({ pixels }) => pixels.slow)), Math.max(...panels.map(({ pixels }) => pixels.fast))];
    if (mask && !sameShape(mask.shape, this.shape)) {
      throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(this.shape)}`);
    }
    this.#experimentOf = experimentOf;
    this.#options = options;
    const groups = groupsOf(detector);
    this.#parts = panels.map((_, panel) => ({
      panel,
      isMasked: mask !== undefined,
      // A group stands before those in it.
      holders: groups.filter((group) => group.panels.includes(panel)).reverse().map(({ name, centreMm: [x, y, z] }) => ({ name, centreMm: [x, y, z] as const })),
    }));
    this.#base = new ImageModel<Inner>(() => {
      throw new TypeError("a panel is chosen before an image is recorded");
    }, rest);
  }

  /**
   * The image.
   * @throws InputError when a group is none, a parameter is not a finite number, or the experiment cannot be
   */
  simulate(parameters: PanelParameters<P>): Simulation {
    const image = zeros(this.shape, this.#options.dtype ?? "float64");
    const warnings = new Set<string>();
    for (const part of this.#used()) {
      const { model, inner } = this.#ask(part, parameters);
      this.#place(model.simulate(inner), part, image, warnings);
    }
    return { image, warnings: [...warnings] };
  }

  /** The same, on workers. */
  async simulateOn(parallel: ParallelOptions, parameters: PanelParameters<P>): Promise<Simulation> {
    const image = zeros(this.shape, this.#options.dtype ?? "float64");
    const warnings = new Set<string>();
    for (const part of this.#used()) {
      const { model, inner } = this.#ask(part, parameters);
      this.#place(await model.simulateOn(parallel, inner), part, image, warnings);
    }
    return { image, warnings: [...warnings] };
  }

  /**
   * What the image costs and how that changes with the parameters, the moves of groups among them.
   * @param data images of the shape [panel, slow, fast], which the loss compares with
   * @throws ShapeError when one of them has another shape
   */
  lossAndGradient(loss: PixelLoss, parameters: PanelParameters<P>, ...data: NdArray[]): LossAndGradient<PanelParameters<P>> {
    const total = new Total(parameters);
    for (const part of this.#used()) {
      const { model, inner, names } = this.#ask(part, parameters);
      const answer = model.lossAndGradient(loss, inner, ...this.#picked(part, data));
      total.add({ ...answer, gradient: numbersIn(answer.gradient) }, names);
    }
    return { loss: total.loss, gradient: withLeaves(parameters, total.gradient), warnings: total.warnings };
  }

  /** The same, on workers. */
  async lossAndGradientOn(parallel: ParallelOptions, loss: PixelLoss, parameters: PanelParameters<P>, ...data: NdArray[]): Promise<LossAndGradient<PanelParameters<P>>> {
    const total = new Total(parameters);
    for (const part of this.#used()) {
      const { model, inner, names } = this.#ask(part, parameters);
      const answer = await model.lossAndGradientOn(parallel, loss, inner, ...this.#picked(part, data));
      total.add({ ...answer, gradient: numbersIn(answer.gradient) }, names);
    }
    return { loss: total.loss, gradient: withLeaves(parameters, total.gradient), warnings: total.warnings };
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
   */
  normalEquations(loss: PixelLoss, curvature: PixelFunction, parameters: PanelParameters<P>, ...data: NdArray[]): ImageNormalEquations {
    const total = new Total(parameters);
    for (const part of this.#used()) {
      const { model, inner, names } = this.#ask(part, parameters);
      total.add(model.normalEquations(loss, curvature, inner, ...this.#picked(part, data)), names);
    }
    return total;
  }

  /** The same, on workers. */
  async normalEquationsOn(
    parallel: ParallelOptions,
    loss: PixelLoss,
    curvature: PixelFunction,
    parameters: PanelParameters<P>,
    ...data: NdArray[]
  ): Promise<ImageNormalEquations> {
    const total = new Total(parameters);
    for (const part of this.#used()) {
      const { model, inner, names } = this.#ask(part, parameters);
      total.add(await model.normalEquationsOn(parallel, loss, curvature, inner, ...this.#picked(part, data)), names);
    }
    return total;
  }

  /** The panels that the mask leaves a pixel of. */
  *#used(): Generator<Part> {
    for (const part of this.#parts) {
      const mask = this.#maskOf(part);
      if (mask === undefined || mask.data.some((kept) => kept !== 0)) yield part;
    }
  }

  #maskOf({ panel, isMasked }: Part): NdArray | undefined {
    const { mask } = this.#options;
    return isMasked && mask ? copy(this.#ofPanel(mask, panel), "int32") : undefined;
  }

  #ofPanel(image: NdArray, panel: number): NdArray {
    const { fast, slow } = this.detector.panels[panel].pixels;
    return slice(image, panel, { start: 0, stop: slow }, { start: 0, stop: fast });
  }

  #picked({ panel }: Part, data: readonly NdArray[]): NdArray[] {
    return data.map((image) => {
      if (sameShape(image.shape, this.shape)) return copy(this.#ofPanel(image, panel));
      throw new ShapeError(`an image of shape ${describeShape(image.shape)} is compared with one of shape ${describeShape(this.shape)}`);
    });
  }

  #place({ image, warnings: told }: Simulation, { panel }: Part, whole: NdArray, warnings: Set<string>): void {
    const [rows, columns] = image.shape;
    const [, slow, fast] = this.shape;
    const from = flatData(image);
    for (let row = 0; row < rows; row++) whole.data.set(from.subarray(row * columns, (row + 1) * columns), (panel * slow + row) * fast);
    for (const warning of told) warnings.add(warning);
  }

  /** The model of a panel, its parameters, and the names of the groups that move it, innermost first. */
  #ask(part: Part, { experiment, groups }: PanelParameters<P>) {
    for (const name of Object.keys(groups)) checkChoice("a group that moves", name, this.#groupNames());
    const moving = part.holders.filter(({ name }) => name in groups);
    const { detector } = this;
    const experimentOf = this.#experimentOf;
    const model = this.#base.sharing(
      ({ leaves, moves }) => ({
        ...experimentOf(withLeaves<Quantities<P>>(experiment, leaves)),
        detector: panelDetector(detector.panels[part.panel], detector, moving.map(({ centreMm }, i) => ({ centreMm, move: moves[i] }))),
      }),
      { mask: this.#maskOf(part) },
    );
    const inner: Inner = { leaves: parametersIn(experiment), moves: moving.map(({ name }) => groups[name]) };
    return { model, inner, names: moving.map(({ name }) => name) };
  }

  #groupNames(): string[] {
    return [...new Set(this.#parts.flatMap(({ holders }) => holders.map(({ name }) => name)))];
  }
}

const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);

function numbersIn(tree: unknown): number[] {
  return parametersIn(tree).map((leaf) => {
    if (typeof leaf === "number") return leaf;
    throw new InputError("a model of many panels takes parameters that are numbers, not arrays");
  });
}

/** Sums over panels, whose own parameters are some of all. */
class Total implements ImageNormalEquations {
  loss = 0;
  readonly gradient: number[];
  readonly normal: number[][];
  readonly #warnings = new Set<string>();
  /** numbers of the experiment's parameters, and of those of each group */
  readonly #experiment: readonly number[];
  readonly #groups: ReadonlyMap<string, readonly number[]>;

  constructor({ experiment, groups }: PanelParameters<Parameters>) {
    let next = numbersIn(experiment).length;
    this.#experiment = Array.from({ length: next }, (_, i) => i);
    this.#groups = new Map(Object.entries(groups).map(([name, move]) => [name, numbersIn(move).map(() => next++)]));
    this.gradient = new Array<number>(next).fill(0);
    this.normal = Array.from({ length: next }, () => new Array<number>(next).fill(0));
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** @param names of the groups whose parameters come behind those of the experiment */
  add({ loss, gradient, normal, warnings }: Sums, names: readonly string[]): void {
    const places = [...this.#experiment, ...names.flatMap((name) => this.#groups.get(name) ?? [])];
    this.loss += loss;
    for (const warning of warnings) this.#warnings.add(warning);
    places.forEach((place, i) => {
      this.gradient[place] += gradient[i];
      if (normal) places.forEach((other, j) => (this.normal[place][other] += normal[i][j]));
    });
  }
}
