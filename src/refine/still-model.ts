import type { Variable } from "../autodiff/tape.js";
import { movesOf } from "../models/panels.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { ImageModel, type ImageNormalEquations, type LossAndGradient, type PixelFunction, type PixelLoss, type Simulation } from "../simulate/image-model.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { PanelParameters } from "../simulate/panel-options.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { recorded } from "../simulate/steps.js";
import type { OfPixel } from "./loss.js";
import { experimentAt, type Parameter } from "./parameter.js";
import type { Still } from "./still.js";

/** The image of a still as a function of the values of parameters; on workers where there is a pool of them. */
export interface StillModel {
  /** the image that is expected, of the shape of the counts */
  simulate(values: readonly number[], pool?: WorkerPool): Simulation | Promise<Simulation>;
  /** a loss of its pixels, and the loss's slope by each parameter */
  lossAndGradient(loss: PixelLoss, values: readonly number[], counts: NdArray, pool?: WorkerPool): LossAndGradient<readonly number[]> | Promise<LossAndGradient<readonly number[]>>;
  /** what a Gauss-Newton step needs */
  normalEquations(loss: PixelLoss, curvature: PixelFunction, values: readonly number[], counts: NdArray, pool?: WorkerPool): ImageNormalEquations | Promise<ImageNormalEquations>;
}

/**
 * @param parameters those that the image depends on
 * @param image its number among those that are refined together
 */
export function stillModel({ experiment, options }: Pick<Still, "experiment" | "options">, parameters: readonly Parameter[] = [], image = 0): StillModel {
  if (experiment.panels) return new ManyPanels({ experiment, options }, parameters, image);
  const model = new ImageModel<readonly number[]>((values) => experimentAt(experiment, parameters, values, image), options);
  return {
    simulate: (values, pool) => (pool ? model.simulateOn({ pool }, values) : model.simulate(values)),
    lossAndGradient: (loss, values, counts, pool) => (pool ? model.lossAndGradientOn({ pool }, loss, values, counts) : model.lossAndGradient(loss, values, counts)),
    normalEquations: (loss, curvature, values, counts, pool) =>
      pool ? model.normalEquationsOn({ pool }, loss, curvature, values, counts) : model.normalEquations(loss, curvature, values, counts),
  };
}

/** A function of pixels in the form that models take. */
export function ofPixels(f: OfPixel): PixelFunction {
  return (photons, seen): Variable => recorded(f(photons, seen), photons);
}

const numbersOfMove = 6;

/** A detector of many panels, on which some of the parameters move groups. */
class ManyPanels implements StillModel {
  readonly #model: PanelModel<readonly number[]>;
  readonly #experiment: Still["experiment"];
  readonly #image: number;
  readonly #parameters: readonly Parameter[];
  /** of the parameters that move no group */
  readonly #others: readonly number[];
  /** of all parameters among those of the model, whose groups come last */
  readonly #places: readonly number[];

  constructor({ experiment, options }: Pick<Still, "experiment" | "options">, parameters: readonly Parameter[], image: number) {
    const { panels } = experiment;
    if (panels === undefined) throw new InputError("the experiment has one panel");
    const { roi, ...rest } = options;
    if (roi) throw new InputError("a region of interest is one of a detector of one panel; a mask leaves out pixels of many");
    this.#experiment = experiment;
    this.#image = image;
    this.#parameters = parameters;
    this.#others = [...parameters.keys()].filter((i) => parameters[i].move === undefined);
    const own = this.#others.map((i) => parameters[i]);
    this.#model = new PanelModel<readonly number[]>(panels, (values) => experimentAt(experiment, own, values, image), rest);
    const groups = Object.keys(this.#groupsAt(parameters.map(({ start }) => start)));
    this.#places = parameters.map(({ move }, i) => (move ? this.#others.length + groups.indexOf(move.group) * numbersOfMove + move.number : this.#others.indexOf(i)));
  }

  simulate(values: readonly number[], pool?: WorkerPool): Simulation | Promise<Simulation> {
    const at = this.#at(values);
    return pool ? this.#model.simulateOn({ pool }, at) : this.#model.simulate(at);
  }

  async lossAndGradient(loss: PixelLoss, values: readonly number[], counts: NdArray, pool?: WorkerPool): Promise<LossAndGradient<readonly number[]>> {
    const at = this.#at(values);
    const { gradient: { experiment, groups }, ...found } = pool
      ? await this.#model.lossAndGradientOn({ pool }, loss, at, counts)
      : this.#model.lossAndGradient(loss, at, counts);
    const all = [...experiment, ...Object.values(groups).flatMap(({ shiftMm, turnDeg }) => [...shiftMm, ...turnDeg])];
    return { ...found, gradient: this.#places.map((place) => all[place]) };
  }

  async normalEquations(loss: PixelLoss, curvature: PixelFunction, values: readonly number[], counts: NdArray, pool?: WorkerPool): Promise<ImageNormalEquations> {
    const at = this.#at(values);
    const { gradient, normal, ...found } = pool
      ? await this.#model.normalEquationsOn({ pool }, loss, curvature, at, counts)
      : this.#model.normalEquations(loss, curvature, at, counts);
    return { ...found, gradient: this.#places.map((place) => gradient[place]), normal: this.#places.map((i) => this.#places.map((j) => normal[i][j])) };
  }

  #at(values: readonly number[]): PanelParameters<readonly number[]> {
    return { experiment: this.#others.map((i) => values[i]), groups: this.#groupsAt(values) };
  }

  #groupsAt(values: readonly number[]): PanelParameters<readonly number[]>["groups"] {
    return movesOf(experimentAt(this.#experiment, this.#parameters, values, this.#image));
  }
}
