/**
 * How finely pixels are sampled, where nobody says it. A detector adds up what falls on a whole pixel, and many points in it tell that
 * best; but images that were simulated with few are explained best by as few. So the image decides.
 */
import { recommendedOversample } from "../models/experiment.js";
import type { Vector } from "../optim/vector.js";
import { isWater } from "./brightness.js";
import { experimentAt, type Parameter } from "./parameter.js";
import type { Stage, StageResult } from "./stage.js";
import type { ReadyStill } from "./still.js";

/** Points along each edge of a pixel that are tried in turn; the last, as many as the spots need. */
const tried = [1, 2, Infinity];

/** Where a stage with sharp spots ended. */
export interface SharpEnd extends StageResult {
  readonly stage: Stage;
  readonly stills: readonly SampledStill[];
}

/** A still whose sampling is known. */
export type SampledStill = ReadyStill & { readonly options: { readonly oversample: number } };

/**
 * The best of the stages with sharp spots that differ in how pixels are sampled.
 * @param from values of all parameters to begin with, for as many points as the spots need
 * @param stageOf makes a stage
 * @param run runs it; it may leave a way early that does not lead below a limit of the misfit
 * @param isOver whether there is no time for another one
 */
export async function likeliestSampling(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  from: Vector,
  stageOf: (stills: readonly ReadyStill[]) => Stage,
  run: (stage: Stage, from: Vector, limit?: number) => Promise<StageResult>,
  isOver: () => boolean,
): Promise<SharpEnd> {
  const asNeeded = sampledAt(stills, parameters, from, Infinity);
  const end = async (sampled: readonly SampledStill[], best?: SharpEnd): Promise<SharpEnd> => {
    const stage = stageOf(sampled);
    const start = resampled(from, parameters, asNeeded, sampled);
    if (best === undefined) return { stage, stills: sampled, ...(await run(stage, start)) };
    const led = resampled(best.values, parameters, best.stills, sampled);
    // Few points can miss narrow spots, and then lead away from where blurred ones lay.
    const isLed = (await stage.lossAt(led)) < (await stage.lossAt(start));
    return { stage, stills: sampled, ...(await run(stage, isLed ? led : start, best.result.value)) };
  };
  let best = await end(sampledAt(stills, parameters, from, tried[0]));
  let finest = best.stills;
  for (const most of [...tried.slice(1), Infinity]) {
    const sampled = sampledAt(stills, parameters, best.values, most);
    if (isOver() || !sampled.some(({ options }, i) => options.oversample > finest[i].options.oversample)) continue;
    const next = await end(sampled, best);
    finest = sampled;
    if (next.result.value < best.result.value) best = next;
  }
  return best;
}

/** The stills with as many points along each edge of a pixel as their spots need, but at most so many, unless they say it themselves. */
function sampledAt(stills: readonly ReadyStill[], parameters: readonly Parameter[], values: Vector, most: number): SampledStill[] {
  return stills.map((still, image) => {
    const needed = (): number => recommendedOversample(experimentAt(still.experiment, parameters, values, image));
    return { ...still, options: { ...still.options, oversample: still.options.oversample ?? Math.min(most, needed()) } };
  });
}

/** The reference program's sum begins with the water, and all of it is divided by the number of points: more of them want more water. */
function resampled(values: Vector, parameters: readonly Parameter[], [from]: readonly SampledStill[], [to]: readonly SampledStill[]): number[] {
  if (to.options.semantics !== "nanobragg") return [...values];
  const larger = Math.cbrt((to.options.oversample / from.options.oversample) ** 2);
  return values.map((value, i) => (isWater(parameters[i].name) ? value * larger : value));
}

/** What to tell of images that fewer points explain better than the spots need. */
export function samplingWarnings({ stills, values }: SharpEnd, given: readonly ReadyStill[], parameters: readonly Parameter[]): string[] {
  return sampledAt(given, parameters, values, Infinity).flatMap(({ options: { oversample: needed }, name = "the image" }, i) => {
    const { oversample } = stills[i].options;
    if (oversample >= needed) return [];
    return [`${name} is explained better by ${oversample} x ${oversample} points in a pixel than by ${needed} x ${needed}, as simulated images may be`];
  });
}
