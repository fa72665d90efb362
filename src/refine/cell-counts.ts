import { zeros } from "../ndarray/ndarray.js";
import type { LeastSquaresResult } from "../optim/levenberg-marquardt.js";
import type { StopConditions } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { stepCounts } from "../simulate/steps.js";
import { brightened } from "./brightness.js";
import { maskBeyondDirectBeam } from "./coarse.js";
import { fit } from "./fit.js";
import { Likelihood } from "./likelihood.js";
import type { Loss } from "./loss.js";
import { coordinateOf, hasRole, type Parameter } from "./parameter.js";
import { pointsIn, withPoints } from "./points.js";
import type { Restraint } from "./restraint.js";
import type { ReadyStill } from "./still.js";

/** From one number of cells to the next, and how many there are on either side: from half to twice the start. */
const ratio = 1.05;
const reach = 15;
/** Of everything that adapts to a number of cells, which differs little from the one before. */
const fewSteps = 3;
/** At first, and of all parameters together at the best numbers. */
const manySteps = 10;
const roughly = 1e-4;
/** Terms of all pixels' sums; some of the pixels say how wide the spots are as well as all of them. */
const mostTerms = 2 ** 17;
const fewestPixels = 2048;

/** Whether a parameter adapts to a number of cells: brightness, what is not the crystal's, and how much the spots are smeared. */
function isAdapting(parameter: Parameter): boolean {
  return hasRole(parameter, "brightness", "water", "background", "width");
}

/**
 * Values with the numbers of cells from half to twice the given ones that fit best.
 *
 * The fringes of one spot resemble those of a crystal that has a cell more or less, so that the misfit has many minima, which steps
 * downhill cannot leave. Around the direct beam, where the fringes are strongest, pixels are left out: they would decide alone. Spots in
 * closed form have no fringes, and a number of cells is a width like the others: where all are, the given values are kept.
 * @param from values of all parameters, whose geometry is about right
 * @param timeLeft asked before every fit
 */
export async function withLikelyCellCounts(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  from: Vector,
  loss: Loss,
  restraints: readonly Restraint[] | undefined,
  timeLeft: () => StopConditions,
  pool?: WorkerPool,
): Promise<number[]> {
  const counts = [...parameters.keys()].filter((i) => hasRole(parameters[i], "cells"));
  if (counts.length === 0 || stills.every(({ options }) => options.spots === "closed")) return [...from];
  const some = stills.map(thinned);
  const likelihood = new Likelihood(some, parameters, loss, restraints, pool);
  const adapted = (x: Vector, maxSteps: number): Promise<LeastSquaresResult> =>
    fit(likelihood, x, { ...timeLeft(), maxSteps, valueTolerance: roughly }, isAdapting);

  const start = await brightened(likelihood, some, parameters.map((parameter, i) => coordinateOf(parameter, from[i])));
  let best = await adapted(start, manySteps);
  const walk = async (which: readonly number[]): Promise<void> => {
    const middle = best;
    for (const direction of [1, -1]) {
      let here = middle;
      for (let step = 0; step < reach && here.why !== "aborted" && here.why !== "time"; step++) {
        const values = likelihood.valuesAt(here.parameters);
        const next = here.parameters.map((x, i) => {
          if (!which.includes(i)) return x;
          const { lower, upper } = parameters[i];
          return coordinateOf(parameters[i], Math.min(Math.max(values[i] * ratio ** direction, lower), upper));
        });
        here = await adapted(next, fewSteps);
        await otherTasks();
        if (here.value < best.value) best = here;
      }
    }
  };
  await walk(counts);
  if (counts.length > 1) for (const which of [...counts, ...counts]) await walk([which]);
  const last = await fit(likelihood, best.parameters, { ...timeLeft(), maxSteps: manySteps, valueTolerance: roughly });
  return likelihood.valuesAt(last.value <= best.value ? last.parameters : best.parameters);
}

/** A turn of the event loop, or nobody could interrupt. */
async function otherTasks(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** A still with some of its pixels, evenly spread, and none near the direct beam. */
function thinned(still: ReadyStill): ReadyStill {
  const { experiment, options } = still;
  const beyond = maskBeyondDirectBeam(still);
  const sampled = withPoints(options, experiment);
  const { points, sources, orientations } = stepCounts(experiment, pointsIn(sampled));
  const wanted = Math.max(fewestPixels, mostTerms / (points * sources * orientations));
  let used = 0;
  for (let at = 0; at < beyond.size; at++) used += beyond.data[at];
  // An odd stride does not keep to the same columns of a detector.
  const stride = Math.ceil(used / wanted) | 1;
  const mask = zeros(beyond.shape, "int32");
  let place = 0;
  for (let at = 0; at < mask.size; at++) if (beyond.data[at] !== 0 && place++ % stride === 0) mask.data[at] = 1;
  return { ...still, mask, options: { ...sampled, mask } };
}
