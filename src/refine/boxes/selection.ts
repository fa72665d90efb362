import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { ObservedReflection } from "./wilson.js";
import { turnsOf } from "./block-parameters.js";
import { boxesAround, type Boxes, type LeftOut } from "./box.js";
import { intensityOf } from "./intensity.js";
import { costOf, fitBox } from "./local-fit.js";
import type { BoxStill } from "./options.js";
import type { PredictedReflection } from "./prediction.js";
import { ProfileProgram } from "./profile-program.js";
import { reflectionsMet } from "./reflections-met.js";

/** The reflections that are refined against. */
export interface Selection {
  readonly predicted: readonly PredictedReflection[];
  readonly boxes: Boxes;
  readonly leftOut: readonly LeftOut[];
  /** what was counted of all that have boxes, the weak ones, too */
  readonly observed: readonly ObservedReflection[];
}

/** Standard deviations of the noise above which a spot says where it is. */
const leastSignificance = 5;
/** Spots that are refined against at most, the brightest ones: more would tell little more. */
const mostSpots = 1500;
/** A box is strange where the misfit beyond noise is above this, and above this part of what it would be without its spot. */
const strangeMisfit = 200;
const mostLeft = 0.8;
/** Part of the bright boxes that may be strange. */
const mostStrange = 0.3;
/** Of the crystal's spots across the sphere: blocks that are not known yet bring others near it. */
const predictedDeviations = 4.5;

/**
 * Predicts reflections and chooses those that are seen: whose intensity, fitted with the start's widths, is well above its noise.
 * @param others reflections of other crystals, whose pixels are theirs
 * @param isWanted why a reflection is left out; undefined for those that are not
 * @param most spots, the brightest
 */
export function selectSpots({ counts, mask, experiment }: BoxStill, others: readonly PredictedReflection[], dminA: number | undefined, isWanted: (reflection: PredictedReflection) => string | undefined, most = Infinity): Selection {
  const predicted = reflectionsMet(experiment, { deviations: predictedDeviations, ...(dminA !== undefined && { dminA }) });
  const known = predicted.filter((reflection) => isWanted(reflection) === undefined);
  const unknown = predicted.flatMap((reflection) => {
    const why = isWanted(reflection);
    return why === undefined ? [] : [{ reflection, why }];
  });
  const tried = boxesAround(counts, mask, known, others);
  const found = evidence(experiment, tried);
  const bright = tried.boxes.map(({ reflection }, i) => ({ reflection, ...found[i] })).filter(({ significance }) => significance >= leastSignificance);
  // Where most spots are not where the model has them, it is the model that is to be moved.
  const strange = bright.filter(({ isStrange }) => isStrange).length > mostStrange * bright.length ? new Set<PredictedReflection>() : new Set(bright.flatMap(({ isStrange, reflection }) => (isStrange ? [reflection] : [])));
  const seen = bright.filter(({ reflection }) => !strange.has(reflection));
  const brightest = [...seen].sort((a, b) => b.significance - a.significance).slice(0, Math.min(most, mostSpots)).map(({ reflection }) => reflection);
  const chosen = new Set(brightest);
  const boxes = boxesAround(counts, mask, brightest, others);
  const notChosen = tried.boxes.flatMap(({ reflection }, i) =>
    chosen.has(reflection) ? [] : [{ reflection, why: strange.has(reflection) ? "what is bright in its box is not where the model has its spot" : found[i].significance >= leastSignificance ? `the ${Math.min(most, mostSpots)} brightest are enough` : "too weak to say where it is" }],
  );
  const observed = tried.boxes.flatMap(({ reflection }, i) => (strange.has(reflection) ? [] : [{ reflection, photons: found[i].photons, photonsSigma: found[i].photonsSigma }]));
  return { predicted, boxes, observed, leftOut: [...unknown, ...tried.leftOut, ...notChosen, ...boxes.leftOut] };
}

/** What a box shows of its reflection. */
interface Evidence {
  readonly photons: number;
  readonly photonsSigma: number;
  /** its intensity in standard deviations */
  readonly significance: number;
  /** whether something bright stands in the box that the spot does not explain: a hot pixel, ice, or another crystal's spot */
  readonly isStrange: boolean;
}

function evidence(experiment: Experiment, { boxes, pixels }: Boxes): Evidence[] {
  const program = new ProfileProgram(experiment, []);
  const profile = allocate("float64", pixels.count);
  for (const { rotationDeg, share } of turnsOf(experiment)) {
    program.profiles(pixels, [], rotationDeg, (first, count, [own]) => {
      for (let p = 0; p < count; p++) profile[first + p] += share * own[p];
    });
  }
  return boxes.map(({ first, end }) => {
    const box = { first, end, slopes: [] };
    const fit = fitBox(box, profile, pixels.counts, undefined);
    const { photons, photonsSigma } = intensityOf(box, profile, fit);
    // Half the deviance of a pixel is 1/2 where only noise is left.
    const noise = (end - first) / 2;
    const [left, all] = [fit.cost - noise, costOfBackground(pixels.counts, first, end) - noise];
    return { photons, photonsSigma, significance: photons / photonsSigma, isStrange: left > strangeMisfit && left > mostLeft * all };
  });
}

/** Half the deviance of a box without a spot. */
function costOfBackground(counts: Data, first: number, end: number): number {
  let [total, cost] = [0, 0];
  for (let p = first; p < end; p++) total += counts[p];
  for (let p = first; p < end; p++) cost += costOf(total / (end - first), counts[p]);
  return cost;
}
