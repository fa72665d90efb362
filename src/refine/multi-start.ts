import { Ran1 } from "../models/ran1.js";
import { InputError } from "../ndarray/errors.js";
import type { Vector } from "../optim/vector.js";
import { hasRole, type Parameter } from "./parameter.js";
import { lossNamed } from "./loss.js";
import { defaultBlurs, refine, type Refinement, type RefineOptions } from "./refine.js";
import { checkRestraints } from "./restraint.js";
import { Stage } from "./stage.js";
import { readyStills, type Still } from "./still.js";

/** How many starts are tried, and how far apart. */
export interface MultiStartOptions extends RefineOptions {
  /** number of orientations to begin with, the first of which is the given one */
  readonly starts: number;
  /** how far they are turned at most, in degrees */
  readonly withinDeg: number;
  /** of the random orientations; 1 unless given */
  readonly seed?: number;
  /** told how well the blurred spots of each start fit; waited for */
  readonly onTried?: (start: number, loss: number) => void | Promise<void>;
}

/** A start takes so many steps before the best one is chosen. */
const trialSteps = 8;

/**
 * Refines from several orientations: each is tried with blurred spots for a few steps, and the one that fits best is refined to the end.
 * @param parameters among which are the misset angles
 * @throws InputError when the orientation is not refined, or the number of starts is none
 */
export async function refineFromManyStarts(
  stills: readonly Still[],
  parameters: readonly Parameter[],
  { starts, withinDeg, seed = 1, onTried, ...options }: MultiStartOptions,
): Promise<Refinement> {
  if (!Number.isInteger(starts) || starts < 1) throw new InputError(`the number of starts is a whole number of at least 1, not ${starts}`);
  if (!(withinDeg > 0)) throw new InputError(`the starts are turned by at most ${withinDeg} degrees; it must be above 0`);
  checkRestraints(options.restraints ?? [], parameters);
  const angles = [...parameters.keys()].filter((i) => hasRole(parameters[i], "orientation"));
  if (angles.length === 0) throw new InputError("several starts differ in their orientation, and misset is not refined");
  const { coarseToFine = defaultBlurs } = options;
  const uniform = new Ran1().stream(-seed);
  const given = options.from ?? parameters.map(({ start }) => start);
  const { loss = lossNamed("poisson"), restraints, pool, signal } = options;
  const [blur = 4, ...finer] = coarseToFine;
  // The trials take few steps, so that the only width is worth another stage.
  const remaining = finer.length > 0 ? finer : coarseToFine;
  const trial = new Stage(readyStills(stills, new Set(), loss.fewest), parameters, blur, loss, restraints, pool);
  let best: { readonly loss: number; readonly values: Vector } | undefined;
  for (let start = 0; start < starts && !signal?.aborted; start++) {
    const turn = start === 0 ? [0, 0, 0] : pointInBall(uniform, withinDeg);
    const from = given.map((value, i) => {
      const { lower, upper } = parameters[i];
      return Math.min(Math.max(value + (turn[angles.indexOf(i)] ?? 0), lower), upper);
    });
    const { result, values } = await trial.run(from, trialSteps, signal ? { signal } : {});
    await onTried?.(start, result.value);
    if (best === undefined || result.value < best.loss) best = { loss: result.value, values };
  }
  return refine(stills, parameters, { ...options, from: best?.values ?? given, coarseToFine: remaining });
}

/** A point within a ball, every place alike. */
function pointInBall(uniform: () => number, radius: number): number[] {
  for (;;) {
    const point = [0, 1, 2].map(() => 2 * uniform() - 1);
    if (Math.hypot(...point) <= 1) return point.map((coordinate) => coordinate * radius);
  }
}
