/**
 * How finely pixels are sampled, where nobody says it. A detector adds up what falls on a whole pixel, and many points in it tell that
 * best; but images that were simulated with few are explained best by as few. So the image decides.
 */
import type { Vector } from "../optim/vector.js";
import { experimentAt, hasRole, type Parameter } from "./parameter.js";
import { pointsIn, withPoints } from "./points.js";
import type { Stage, StageResult } from "./stage.js";
import type { ReadyStill } from "./still.js";

/** Points along each edge of a pixel that are tried before as many as the spots need. */
const few = [1, 2];

/** Where a stage with sharp spots ended. */
export interface SharpEnd extends StageResult {
  readonly stage: Stage;
  readonly stills: readonly ReadyStill[];
}

/** What a choice of the sampling needs of a refinement. */
export interface Ways {
  readonly stageOf: (stills: readonly ReadyStill[]) => Stage;
  /** Runs a stage from values of all parameters; it may leave early what does not lead below a limit of the misfit. */
  readonly run: (stage: Stage, from: Vector, limit?: number, isFree?: (parameter: Parameter) => boolean) => Promise<StageResult>;
  /** why there is no time for another one, if there is none */
  readonly over: () => "time" | "aborted" | undefined;
}

export interface LikeliestSampling {
  readonly end: SharpEnd;
  /** what to tell of images that fewer points explain better than the spots need */
  readonly warnings: readonly string[];
}

/**
 * The best of the stages with sharp spots that differ in how pixels are sampled. Where time is short, as the spots need it.
 * @param from values of all parameters to begin with, for as many points as the spots need
 */
export async function likeliestSampling(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  from: Vector,
  { stageOf, run, over }: Ways,
): Promise<LikeliestSampling> {
  const asNeeded = sampledAt(stills, parameters, from, Infinity);
  const isGiven = stills.every(({ options }) => options.oversample !== undefined || options.spots === "closed");
  const worthwhile = isGiven || over() !== undefined ? [] : await worthwhileOf(stills, parameters, from, asNeeded, stageOf);
  const first = worthwhile.length === 0 ? asNeeded : sampledAt(stills, parameters, from, worthwhile[0]);
  const begin = stageOf(first);
  let best: SharpEnd = { stage: begin, stills: first, ...(await run(begin, resampled(from, parameters, asNeeded, first))) };
  let finest = first;
  // With more cells than at the start, spots may need more points in the end.
  for (const most of [...worthwhile, Infinity, Infinity]) {
    const sampled = sampledAt(stills, parameters, best.values, most);
    if (!sampled.some(({ options }, i) => pointsIn(options) > pointsIn(finest[i].options))) continue;
    const why = over();
    if (why !== undefined) return { end: { ...best, result: { ...best.result, converged: false, why } }, warnings: [] };
    const stage = stageOf(sampled);
    const starts = [resampled(best.values, parameters, best.stills, sampled), resampled(from, parameters, asNeeded, sampled)];
    const next = { stage, stills: sampled, ...(await run(stage, await likelier(stage, starts), best.result.value)) };
    finest = sampled;
    if (next.result.value < best.result.value) best = next;
  }
  return { end: best, warnings: samplingWarnings(best, sampledAt(stills, parameters, best.values, Infinity)) };
}

/** So many times worse than with as many points as the spots need, few points see next to nothing of them, and would only lead away. */
const muchWorse = 2;

/** The small numbers of points that explain the images at the start about as well as those that the spots need. */
async function worthwhileOf(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  from: Vector,
  asNeeded: readonly ReadyStill[],
  stageOf: Ways["stageOf"],
): Promise<number[]> {
  const limit = muchWorse * (await stageOf(asNeeded).lossAt(from));
  const found: number[] = [];
  for (const most of few) {
    const sampled = sampledAt(stills, parameters, from, most);
    if ((await stageOf(sampled).lossAt(resampled(from, parameters, asNeeded, sampled))) <= limit) found.push(most);
  }
  return found;
}

/** Where blurred spots end, sharp ones need not overlap with the measured ones yet; a start is better only where it is by such a factor. */
const clearly = 0.5;

/** Whether sharp spots explain the images clearly better where the refinement was started than where blurred spots have led it. */
export async function isLedAway(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  given: Vector,
  led: Vector,
  stageOf: Ways["stageOf"],
): Promise<boolean> {
  const stage = stageOf(sampledAt(stills, parameters, given, Infinity));
  return (await stage.lossAt(given)) < clearly * (await stage.lossAt(led));
}

/** Few points can miss narrow spots, and then lead away from where blurred ones lay. */
async function likelier(stage: Stage, [led, blurred]: readonly Vector[]): Promise<Vector> {
  return (await stage.lossAt(led)) < (await stage.lossAt(blurred)) ? led : blurred;
}

/** The stills with as many points along each edge of a pixel as their spots need, but at most so many, unless they say it themselves. */
function sampledAt(stills: readonly ReadyStill[], parameters: readonly Parameter[], values: Vector, most: number): ReadyStill[] {
  return stills.map((still, image) => ({ ...still, options: withPoints(still.options, experimentAt(still.experiment, parameters, values, image), most) }));
}

/**
 * The reference program's sum begins with the water, and all of it is divided by the number of points: more of them want more water. Of
 * several stills, on average.
 */
function resampled(values: Vector, parameters: readonly Parameter[], from: readonly ReadyStill[], to: readonly ReadyStill[]): number[] {
  const larger = to.map(({ options }, i) => (options.semantics === "nanobragg" ? Math.cbrt((pointsIn(options) / pointsIn(from[i].options)) ** 2) : 1));
  const mean = larger.reduce((sum, factor) => sum + factor, 0) / larger.length;
  return values.map((value, i) => (hasRole(parameters[i], "water") ? value * mean : value));
}

function samplingWarnings({ stills }: SharpEnd, needed: readonly ReadyStill[]): string[] {
  return stills.flatMap(({ options, name = "the image" }, i) => {
    const [oversample, finer] = [pointsIn(options), pointsIn(needed[i].options)];
    if (oversample >= finer) return [];
    return [`${name} is explained better by ${oversample} x ${oversample} points in a pixel than by ${finer} x ${finer}, as simulated images may be`];
  });
}
