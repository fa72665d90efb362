import type { Experiment } from "../../models/experiment.js";
import type { Vector } from "../../physics/vector.js";
import { turnsOf } from "./block-parameters.js";
import { Prediction, type PredictedReflection, type PredictionLimits } from "./prediction.js";

/**
 * The reflections that any block of a crystal brings near enough to the sphere of reflection, each where its blocks' spots have their middle.
 * @param others indices of reflections that are wanted however far they are from the sphere, as long as they strike the detector
 */
export function reflectionsMet(experiment: Experiment, limits: PredictionLimits, others: readonly Vector<number>[] = []): PredictedReflection[] {
  const blocks = turnsOf(experiment);
  const predictions = blocks.map(({ rotationDeg }) => new Prediction(experiment, rotationDeg));
  const met = new Map<string, Vector<number>>();
  for (const prediction of predictions) for (const { hkl } of prediction.all(limits)) met.set(hkl.join(), hkl);
  for (const hkl of others) met.set(hkl.join(), hkl);
  return [...met.values()].flatMap((hkl) => {
    const parts = blocks.flatMap(({ share }, i) => {
      const reflection = predictions[i].of(hkl);
      return reflection ? [{ reflection, part: share * reflection.partiality }] : [];
    });
    if (parts.length === 0) return [];
    if (blocks.length === 1) return [parts[0].reflection];
    // A reflection has one box: on the panel that counts most of it.
    const { panel } = parts.reduce((most, other) => (other.part > most.part ? other : most)).reflection;
    return [middleOf(parts.filter(({ reflection }) => reflection.panel === panel))];
  });
}

/** One reflection of several blocks: its place and width on the detector are those of all of them together. */
function middleOf(parts: readonly { readonly reflection: PredictedReflection; readonly part: number }[]): PredictedReflection {
  const total = parts.reduce((sum, { part }) => sum + part, 0);
  const share = (part: number): number => (total > 0 ? part / total : 1 / parts.length);
  const mean = (of: (reflection: PredictedReflection) => number): number => parts.reduce((sum, { reflection, part }) => sum + share(part) * of(reflection), 0);
  const [fast, slow] = [mean((reflection) => reflection.fast), mean((reflection) => reflection.slow)];
  const nearest = parts.reduce((best, other) => (Math.abs(other.reflection.deviations) < Math.abs(best.reflection.deviations) ? other : best)).reflection;
  return {
    ...nearest,
    fast,
    slow,
    partiality: total,
    covariance: {
      fast: mean((reflection) => reflection.covariance.fast + (reflection.fast - fast) ** 2),
      slow: mean((reflection) => reflection.covariance.slow + (reflection.slow - slow) ** 2),
      mixed: mean((reflection) => reflection.covariance.mixed + (reflection.fast - fast) * (reflection.slow - slow)),
    },
  };
}
