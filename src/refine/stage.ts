import { levenbergMarquardt, type LeastSquaresResult } from "../optim/levenberg-marquardt.js";
import type { StopConditions } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import { brightened, isBrightness } from "./brightness.js";
import { coarseParameters, coarseScale, coarseStill } from "./coarse.js";
import { Likelihood } from "./likelihood.js";
import { coordinateOf, type Parameter } from "./parameter.js";
import type { RefineOptions } from "./refine.js";
import type { Loss } from "./loss.js";
import type { Still } from "./still.js";

/** What of a refinement a stage does. */
export interface Stage {
  readonly likelihood: Likelihood;
  readonly result: LeastSquaresResult;
  /** of all parameters of the refinement */
  readonly values: readonly number[];
}

/** Of a stage with blurred spots, which is only on the way. */
const fewSteps = 15;
const roughly = 1e-4;
/** A change of the misfit that no uncertainty would notice. */
const valueTolerance = 1e-9;

/**
 * Refines with spots of one width.
 * @param blur how many times wider than the crystal's own the spots are
 * @param from values to begin with
 * @param onStep told the values of all parameters
 */
export async function runStage(
  stills: readonly Still[],
  parameters: readonly Parameter[],
  from: Vector,
  blur: number,
  loss: Loss,
  { restraints = [], pool, maxSteps = 100 }: RefineOptions,
  stop: StopConditions,
  onStep: (step: number, loss: number, values: readonly number[]) => void | Promise<void>,
): Promise<Stage> {
  const isSharp = blur <= 1;
  const own = isSharp ? parameters : withBrightness(coarseParameters(parameters), stills.length);
  const places = own.map(({ name }) => parameters.findIndex((parameter) => parameter.name === name));
  const images = isSharp ? stills : stills.map((still) => coarseStill(still, blur));
  const meant = restraints.filter(({ name }) => own.some((parameter) => parameter.name === name));
  const likelihood = new Likelihood(images, own, loss, meant, pool);
  const valuesAt = (x: Vector): number[] => {
    const found = likelihood.valuesAt(x);
    const values = [...from];
    places.forEach((place, k) => {
      if (place >= 0) values[place] = found[k];
    });
    return values;
  };
  const start = own.map((parameter, k) => coordinateOf(parameter, places[k] < 0 ? parameter.start : from[places[k]]));
  const result = await levenbergMarquardt(
    { normalEquations: (x) => likelihood.normalEquations(x), value: (x) => likelihood.value(x) },
    await brightened(likelihood, images, start),
    {
      ...stop,
      maxSteps: isSharp ? maxSteps : Math.min(maxSteps, fewSteps),
      valueTolerance: isSharp ? valueTolerance : roughly,
      onStep: ({ step, value, parameters: x }) => onStep(step, value, valuesAt(x)),
    },
    { lower: own.map((parameter) => coordinateOf(parameter, parameter.lower)), upper: own.map((parameter) => coordinateOf(parameter, parameter.upper)) },
  );
  return { likelihood, result, values: valuesAt(result.parameters) };
}

/** With a parameter of how bright the spots are: of another width they are not as bright, even where that is known. */
function withBrightness(parameters: readonly Parameter[], images: number): Parameter[] {
  if (parameters.some(({ name }) => isBrightness(name))) return [...parameters];
  return [...parameters, ...(images === 1 ? [coarseScale()] : Array.from({ length: images }, (_, image) => coarseScale(image)))];
}
