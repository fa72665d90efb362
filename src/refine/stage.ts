import type { LeastSquaresResult } from "../optim/levenberg-marquardt.js";
import type { StopConditions } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { brightened, photonsIn } from "./brightness.js";
import { parametersNamed } from "./catalogue.js";
import { coarseParameters, coarseStill, isWaterSmooth } from "./coarse.js";
import { fit } from "./fit.js";
import { Likelihood } from "./likelihood.js";
import type { Loss } from "./loss.js";
import { coordinateOf, hasRole, type Parameter } from "./parameter.js";
import { pointsIn } from "./points.js";
import { restraintsOf, type Restraint } from "./restraint.js";
import type { ReadyStill } from "./still.js";

/** Where a stage ended. */
export interface StageResult {
  readonly result: LeastSquaresResult;
  /** of all parameters of the refinement */
  readonly values: readonly number[];
  /** photons of the smooth background that took the place of water, in each image's used pixels */
  readonly smooth: readonly number[] | undefined;
}

/** Of a stage with blurred spots, which is only on the way. */
const fewSteps = 15;
const roughly = 1e-4;
/** A change of the misfit that no uncertainty would notice. */
const valueTolerance = 1e-9;

/** A refinement with spots of one width. */
export class Stage {
  readonly likelihood: Likelihood;
  readonly #stills: readonly ReadyStill[];
  readonly #own: readonly Parameter[];
  /** of the stage's parameters among all; -1 for a brightness that only the stage has */
  readonly #places: readonly number[];
  /** whether a smooth background stands in the place of water */
  readonly #isSmooth: boolean;

  /**
   * @param stills whose masks select the pixels
   * @param parameters of the whole refinement
   * @param blur how many times wider than the crystal's own the spots are
   */
  constructor(
    stills: readonly ReadyStill[],
    parameters: readonly Parameter[],
    readonly blur: number,
    loss: Loss,
    restraints: readonly Restraint[] = [],
    pool?: WorkerPool,
  ) {
    const isSharp = blur <= 1;
    this.#isSmooth = !isSharp && isWaterSmooth(parameters, stills);
    this.#own = isSharp ? parameters : withBrightness(coarseParameters(parameters, stills), stills);
    this.#places = this.#own.map(({ name }) => parameters.findIndex((parameter) => parameter.name === name));
    this.#stills = isSharp ? stills : stills.map((still) => coarseStill(still, blur));
    this.likelihood = new Likelihood(this.#stills, this.#own, loss, isSharp ? restraints : withDoubts(restraintsOf(restraints, parameters, this.#own), this.#own), pool);
  }

  /**
   * @param from values of all parameters to begin with
   * @param onStep told the values of all parameters
   * @param isFree which parameters move; all unless given
   */
  async run(
    from: Vector,
    maxSteps: number,
    stop: StopConditions,
    onStep?: (step: number, loss: number, values: readonly number[]) => void | Promise<void>,
    isFree?: (parameter: Parameter) => boolean,
  ): Promise<StageResult> {
    const isSharp = this.blur <= 1;
    const valuesAt = (x: Vector): number[] => {
      const found = this.likelihood.valuesAt(x);
      const values = [...from];
      this.#places.forEach((place, k) => {
        if (place >= 0) values[place] = found[k];
      });
      return values;
    };
    const result = await fit(this.likelihood, await this.#start(from), {
      ...stop,
      maxSteps: isSharp ? maxSteps : Math.min(maxSteps, fewSteps),
      valueTolerance: isSharp ? valueTolerance : roughly,
      onStep: ({ step, value, parameters: x }) => onStep?.(step, value, valuesAt(x)),
    }, isFree);
    const smooth = this.#isSmooth ? await this.#smoothPhotons(result.parameters) : undefined;
    return { result, values: valuesAt(result.parameters), smooth };
  }

  /** Points along each edge of a pixel of the first image. */
  get oversample(): number {
    return pointsIn(this.#stills[0].options);
  }

  /** The misfit at values of all parameters, but with spots as bright as they were counted. */
  async lossAt(values: Vector): Promise<number> {
    return this.likelihood.value(await this.#start(values));
  }

  #start(from: Vector): Promise<number[]> {
    const x = this.#own.map((parameter, k) => coordinateOf(parameter, this.#places[k] < 0 ? parameter.start : from[this.#places[k]]));
    return brightened(this.likelihood, this.#stills, x);
  }

  async #smoothPhotons(x: Vector): Promise<number[]> {
    const dark = this.#own.map((parameter, i) => (hasRole(parameter, "brightness") ? coordinateOf(parameter, parameter.lower) : x[i]));
    return (await this.likelihood.images(dark)).map((image, k) => photonsIn(image, this.#stills[k].mask));
  }
}

/**
 * Restraints of what there is, and of whatever else is, by its doubt, not far from its start, wherever the stage begins: faint spots that
 * are blurred tell little.
 */
function withDoubts(given: readonly Restraint[], parameters: readonly Parameter[]): Restraint[] {
  const others = parameters.filter(({ name, scale }) => scale === "linear" && !given.some((restraint) => restraint.name === name));
  return [...given, ...others.map(({ name, start, doubt }) => ({ name, target: start, sigma: doubt }))];
}

/** With a parameter of how bright the spots are: of another width they are not as bright, even where that is known. */
function withBrightness(parameters: readonly Parameter[], stills: readonly ReadyStill[]): Parameter[] {
  if (parameters.some((parameter) => hasRole(parameter, "brightness"))) return [...parameters];
  const scales = stills.flatMap(({ experiment }, image) => parametersNamed(["scale"], experiment).map((scale) => ({ ...scale, name: `scale[${image + 1}]`, image })));
  return [...parameters, ...scales];
}
