import type { NormalEquations } from "../optim/levenberg-marquardt.js";
import type { Vector } from "../optim/vector.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { PixelFunction } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import type { Loss } from "./loss.js";
import { experimentAt, slopeAt, valueAt, type Parameter } from "./parameter.js";
import { withPoints } from "./points.js";
import { checkRestraints, pullOf, type Pull, type Restraint } from "./restraint.js";
import { ofPixels, stillModel, type StillModel } from "./still-model.js";
import type { Still } from "./still.js";

/** What a minimiser sees: the misfit of images as a function of coordinates that are 0 at the start. */
export class Likelihood {
  /** passes over all images with derivatives */
  passes = 0;
  /** what was to be warned of so far */
  readonly warnings = new Set<string>();
  readonly #models: readonly ImageOf[];
  #last: { readonly x: Vector; readonly equations: NormalEquations } | undefined;

  /**
   * @param stills whose options select the pixels; counts are numbers there
   * @throws InputError when a restraint is for no parameter
   */
  constructor(
    stills: readonly Still[],
    /** those that are refined */
    readonly parameters: readonly Parameter[],
    /** of a pixel */
    readonly loss: Loss,
    /** on parameters */
    readonly restraints: readonly Restraint[] = [],
    /** workers that share the images' tiles */
    readonly pool?: WorkerPool,
  ) {
    checkRestraints(restraints, parameters);
    this.#models = stills.map((still, image) => imageOf(still, image, parameters, loss));
  }

  /** The values of the parameters at a minimiser's coordinates. */
  valuesAt(x: Vector): number[] {
    return this.parameters.map((parameter, i) => valueAt(parameter, x[i]));
  }

  /** The images that the model expects. */
  async images(x: Vector): Promise<NdArray[]> {
    const values = this.valuesAt(x);
    const images: NdArray[] = [];
    for (const { model, indices } of this.#models) {
      const own = indices.map((i) => values[i]);
      images.push((await model.simulate(own, this.pool)).image);
    }
    return images;
  }

  /** Cost, slope and curvature at a point; what was computed last is remembered. Where there is no experiment, nothing is finite. */
  async normalEquations(x: Vector): Promise<NormalEquations> {
    if (this.#last?.x.every((element, i) => element === x[i])) return this.#last.equations;
    try {
      const equations = await this.#equations(x, this.#models.map(({ cost, curvature }) => [cost, curvature] as const));
      this.#last = { x: [...x], equations };
      return equations;
    } catch (error) {
      if (!(error instanceof InputError) || this.passes === 0) throw error;
      const none = x.map(() => NaN);
      return { value: NaN, gradient: none, normal: x.map(() => none) };
    }
  }

  /** the misfit at some coordinates of the parameters */
  async value(x: Vector): Promise<number> {
    return (await this.normalEquations(x)).value;
  }

  /** The expected product of the cost's slopes: what the noise of the counts does to the solution. */
  async information(x: Vector): Promise<readonly Vector[]> {
    return (await this.#equations(x, this.#models.map(({ cost, information }) => [cost, information] as const))).normal;
  }

  /** Cost and slope alone, as first-order minimisers need them. */
  async gradient(x: Vector): Promise<{ readonly value: number; readonly gradient: number[] }> {
    this.passes++;
    const values = this.valuesAt(x);
    const slopes = this.parameters.map((parameter, i) => slopeAt(parameter, values[i]));
    const gradient = x.map(() => 0);
    let value = 0;
    for (const { model, indices, cost, counts } of this.#models) {
      const own = indices.map((i) => values[i]);
      const found = await model.lossAndGradient(cost, own, counts, this.pool);
      value += found.loss;
      indices.forEach((i, k) => (gradient[i] += found.gradient[k] * slopes[i]));
    }
    for (const { restraint: { sigma }, difference, slopes: byValue } of this.pullsAt(values)) {
      value += (difference / sigma) ** 2 / 2;
      byValue.forEach((slope, i) => (gradient[i] += (difference / sigma ** 2) * slope * slopes[i]));
    }
    return { value, gradient };
  }

  async #equations(x: Vector, questions: readonly (readonly [PixelFunction, PixelFunction])[]): Promise<NormalEquations> {
    const values = this.valuesAt(x);
    const slopes = this.parameters.map((parameter, i) => slopeAt(parameter, values[i]));
    const gradient = x.map(() => 0);
    const normal = x.map(() => x.map(() => 0));
    let value = 0;
    for (const [at, { model, indices, counts }] of this.#models.entries()) {
      const own = indices.map((i) => values[i]);
      const [cost, weight] = questions[at];
      const found = await model.normalEquations(cost, weight, own, counts, this.pool);
      for (const warning of found.warnings) this.warnings.add(warning);
      value += found.loss;
      indices.forEach((i, k) => {
        gradient[i] += found.gradient[k] * slopes[i];
        indices.forEach((j, l) => (normal[i][j] += found.normal[k][l] * slopes[i] * slopes[j]));
      });
    }
    this.passes++;
    for (const { restraint: { sigma }, difference, slopes: byValue } of this.pullsAt(values)) {
      value += (difference / sigma) ** 2 / 2;
      const pulls = byValue.map((slope, i) => (slope * slopes[i]) / sigma);
      pulls.forEach((pull, i) => {
        gradient[i] += (difference / sigma) * pull;
        pulls.forEach((other, j) => (normal[i][j] += pull * other));
      });
    }
    return { value, gradient, normal };
  }

  /** Where the restraints stand at values of the parameters. */
  pullsAt(values: Vector): Pull[] {
    return this.restraints.map((restraint) => pullOf(restraint, this.parameters, values));
  }
}

/** One image's share. */
interface ImageOf {
  readonly model: StillModel;
  /** of the parameters that it depends on */
  readonly indices: readonly number[];
  readonly counts: NdArray;
  readonly cost: PixelFunction;
  readonly curvature: PixelFunction;
  readonly information: PixelFunction;
}

function imageOf({ experiment, options, counts }: Still, image: number, parameters: readonly Parameter[], loss: Loss): ImageOf {
  const indices = [...parameters.keys()].filter((i) => (parameters[i].image ?? image) === image);
  const own = indices.map((i) => parameters[i]);
  const starts = own.map(({ start }) => start);
  // While parameters move, the sampling must not: the misfit would jump.
  const model = stillModel({ experiment, options: withPoints(options, experimentAt(experiment, own, starts, image)) }, own, image);
  return { model, indices, counts, cost: ofPixels(loss.cost), curvature: ofPixels(loss.curvature), information: ofPixels(loss.information) };
}
