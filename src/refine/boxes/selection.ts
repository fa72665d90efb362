import type { Experiment } from "../../models/experiment.js";
import { allocate } from "../../ndarray/dtype.js";
import { turnsOf } from "./block-parameters.js";
import { boxesAround, type Boxes, type LeftOut } from "./box.js";
import { intensityOf } from "./intensity.js";
import { fitBox } from "./local-fit.js";
import type { BoxStill } from "./options.js";
import type { PredictedReflection } from "./prediction.js";
import { ProfileProgram } from "./profile-program.js";
import { reflectionsMet } from "./reflections-met.js";

/** The reflections that are refined against. */
export interface Selection {
  readonly predicted: readonly PredictedReflection[];
  readonly boxes: Boxes;
  readonly leftOut: readonly LeftOut[];
}

/** Standard deviations of the noise above which a spot says where it is. */
const leastSignificance = 5;
/** Spots that are refined against at most, the brightest ones: more would tell little more. */
const mostSpots = 1500;
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
  const significance = significances(experiment, tried);
  const seen = tried.boxes.map(({ reflection }, i) => ({ reflection, significance: significance[i] })).filter((spot) => spot.significance >= leastSignificance);
  const brightest = [...seen].sort((a, b) => b.significance - a.significance).slice(0, Math.min(most, mostSpots)).map(({ reflection }) => reflection);
  const chosen = new Set(brightest);
  const boxes = boxesAround(counts, mask, brightest, others);
  const notChosen = tried.boxes.flatMap(({ reflection }, i) =>
    chosen.has(reflection) ? [] : [{ reflection, why: significance[i] >= leastSignificance ? `the ${Math.min(most, mostSpots)} brightest are enough` : "too weak to say where it is" }],
  );
  return { predicted, boxes, leftOut: [...unknown, ...tried.leftOut, ...notChosen, ...boxes.leftOut] };
}

/** The intensity of each box in standard deviations. */
function significances(experiment: Experiment, { boxes, pixels }: Boxes): number[] {
  const program = new ProfileProgram(experiment, []);
  const profile = allocate("float64", pixels.count);
  for (const { rotationDeg, share } of turnsOf(experiment)) {
    program.profiles(pixels, [], rotationDeg, (first, count, [own]) => {
      for (let p = 0; p < count; p++) profile[first + p] += share * own[p];
    });
  }
  return boxes.map(({ first, end }) => {
    const box = { first, end, slopes: [] };
    const { photons, photonsSigma } = intensityOf(box, profile, fitBox(box, profile, pixels.counts, undefined));
    return photons / photonsSigma;
  });
}
