/**
 * Spots narrower than a pixel. While such a spot moves inside of one the image does not change, and where it crosses a border it changes at
 * once: the misfit has minima wherever some spots stand on the wrong side, and steps of all parameters together get caught in them.
 */
import { recommendedOversample } from "../models/experiment.js";
import type { Why } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import { goodnessOfFit, isPoorFit } from "./goodness.js";
import type { Loss } from "./loss.js";
import { experimentAt, hasRole, type Parameter, type Role } from "./parameter.js";
import { pointsIn } from "./points.js";
import type { SharpEnd, Ways } from "./sampling.js";

/** Points along each edge of a pixel that spots of half its width need. */
const pointsOfNarrow = 6;
/** What is refined in turn, each time with all that was before. */
const turns: readonly (readonly Role[])[] = [["orientation"], ["lattice"]];
/** What always is. */
const always: readonly Role[] = ["brightness", "water", "background"];

/**
 * The end of a refinement or, where that explains the images poorly by spots narrower than a pixel, the better one of it and of what comes of
 * refining the orientation first, then the cell too, and then all.
 * @param from values of all parameters to begin with
 */
export async function withoutTrap(end: SharpEnd, parameters: readonly Parameter[], from: Vector, loss: Loss, { run, over }: Ways): Promise<SharpEnd> {
  const { stage, stills, result } = end;
  const isNarrow = stills.some(({ experiment, options }, image) => {
    const needed = options.spots === "closed" ? 1 : recommendedOversample(experimentAt(experiment, parameters, end.values, image));
    return needed >= pointsOfNarrow && pointsIn(options) > 1;
  });
  const hasTurns = turns.every((roles) => parameters.some((parameter) => hasRole(parameter, ...roles)));
  if (!isNarrow || !hasTurns || over() !== undefined) return end;
  const images = await stage.likelihood.images(result.parameters);
  const masks = stills.map(({ mask }) => mask);
  if (!isPoorFit(goodnessOfFit(stills.map(({ counts }) => counts), images, masks, loss, parameters.length))) return end;
  let values: Vector = from;
  const free: Role[] = [...always];
  for (const roles of turns) {
    free.push(...roles);
    const why = over();
    if (why !== undefined) return stopped(end, why);
    ({ values } = await run(stage, values, undefined, (parameter) => hasRole(parameter, ...free)));
  }
  const again = await run(stage, values);
  if (again.result.value < result.value) return { ...end, ...again };
  const why = over();
  return why === undefined ? end : stopped(end, why);
}

/** An end that is the best so far, since there was no time to look for a better one. */
function stopped(end: SharpEnd, why: Why): SharpEnd {
  return { ...end, result: { ...end.result, converged: false, why } };
}
