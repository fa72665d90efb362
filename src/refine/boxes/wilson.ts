/** The intensities of all predicted reflections as a sample of Wilson's distribution: a spot that is predicted and not there speaks against a model. */
import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../optim/vector.js";
import { slopeAt, type Parameter } from "../parameter.js";
import { BlockSum } from "./block-sum.js";
import { blockPartOf } from "./block-parameters.js";
import type { PredictedReflection } from "./prediction.js";
import type { PriorAt } from "./prior.js";
import { ProfileProgram, type SeenPixels } from "./profile-program.js";

/** What was counted of a predicted reflection. */
export interface ObservedReflection {
  readonly reflection: PredictedReflection;
  readonly photons: number;
  readonly photonsSigma: number;
}

/** Reflections of a shell of resolution, whose mean intensity is fitted. */
const perShell = 200;
/** Part of the brightest spot's photons that a shell's reflections may have for other reasons than the model's. */
const unexplained = 0.02;
const iterations = 10;

/**
 * Minus the logarithm of the likelihood that reflections of one shell have exponentially distributed intensities, as acentric ones have, with
 * one mean of the shell, times what the model says is recorded of each, and the noise. The shells' means are eliminated.
 * @see Wilson, Acta Cryst. 2, 318 (1949)
 */
export function wilsonPrior(experiment: Experiment, parameters: readonly Parameter[], observed: readonly ObservedReflection[]): PriorAt {
  const byResolution = observed.filter(({ photonsSigma }) => photonsSigma < Infinity).sort((one, other) => other.reflection.resolution - one.reflection.resolution);
  const shellCount = Math.max(1, Math.round(byResolution.length / perShell));
  const ordered = byResolution
    .map((one, i) => ({ ...one, shell: Math.floor((i * shellCount) / byResolution.length) }))
    .sort((one, other) => one.reflection.panel - other.reflection.panel);
  const count = ordered.length;
  const column = (of: (observed: ObservedReflection) => number): Data => {
    const values = allocate("float64", count);
    ordered.forEach((one, i) => (values[i] = of(one)));
    return values;
  };
  const pixels: SeenPixels = {
    count,
    panel: column(({ reflection }) => reflection.panel),
    fast: column(({ reflection }) => reflection.fast), slow: column(({ reflection }) => reflection.slow),
    h: column(({ reflection: { hkl } }) => hkl[0]), k: column(({ reflection: { hkl } }) => hkl[1]), l: column(({ reflection: { hkl } }) => hkl[2]),
  };
  const [photons, noise] = [ordered.map((one) => Math.max(0, one.photons)), ordered.map(({ photonsSigma }) => photonsSigma)];
  const sum = new BlockSum(experiment, parameters, pixels, new ProfileProgram(experiment, parameters.filter(({ name }) => blockPartOf(name) === undefined), 1, "whole"));
  const everywhere = allocate("int32", count);
  for (let i = 0; i < count; i++) everywhere[i] = i;
  const size = parameters.length;
  const members = Array.from({ length: shellCount }, (_, shell) => [...ordered.keys()].filter((r) => ordered[r].shell === shell));
  let base: readonly number[] | undefined;
  return (values, isValueEnough) => {
    sum.fill(values);
    if (!isValueEnough) sum.fillDerivatives(values, everywhere);
    const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
    let value = 0;
    const gradient = new Array<number>(size).fill(0);
    const normal = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    base ??= members.map((shell) => unexplained * Math.max(0, ...shell.map((r) => sum.profile[r])));
    for (const [number, shell] of members.entries()) {
      const least = base[number];
      const recorded = shell.map((r) => sum.profile[r] + least);
      const [seen, noises] = [shell.map((r) => photons[r]), shell.map((r) => noise[r])];
      const mean = meanOf(recorded, seen, noises);
      const along = new Array<number>(size).fill(0);
      let square = 0;
      const row = new Array<number>(size).fill(0);
      for (let r = 0; r < recorded.length; r++) {
        const expected = mean * recorded[r] + noises[r];
        value += Math.log(expected / noises[r]) + seen[r] / expected;
        if (isValueEnough) continue;
        const pull = (1 - seen[r] / expected) / expected;
        const own = recorded[r] / expected;
        square += own * own;
        for (let i = 0; i < size; i++) {
          const derivative = mean * slopes[i] * sum.derivatives[i][shell[r]];
          gradient[i] += pull * derivative;
          row[i] = derivative / expected;
          along[i] += own * row[i];
          for (let j = 0; j <= i; j++) normal[i][j] += row[i] * row[j];
        }
      }
      if (square > 0) for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) normal[i][j] -= (along[i] * along[j]) / square;
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
    return { value, gradient, normal };
  };
}

/** The mean |F|² of a shell, of the largest likelihood. */
function meanOf(recorded: Vector, photons: Vector, noise: Vector): number {
  const [allPhotons, allRecorded] = [photons.reduce((sum, one) => sum + one, 0), recorded.reduce((sum, one) => sum + one, 0)];
  if (!(allPhotons > 0 && allRecorded > 0)) return 0;
  let mean = allPhotons / allRecorded;
  for (let step = 0; step < iterations; step++) {
    let [risen, fallen] = [0, 0];
    for (let r = 0; r < recorded.length; r++) {
      const expected = mean * recorded[r] + noise[r];
      risen += (photons[r] * recorded[r]) / expected ** 2;
      fallen += recorded[r] / expected;
    }
    mean *= risen / fallen;
  }
  return mean;
}
