import { array, copy, type NdArray } from "../../src/ndarray/ndarray.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { refinableExperiment } from "../../src/refine/catalogue.js";
import type { RefinedParameter } from "../../src/refine/refine.js";
import type { Still } from "../../src/refine/still.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { addNoise } from "../../src/simulate/noise.js";
import { simulate } from "../../src/simulate/simulate.js";

export const options: ImageOptions = { oversample: 1 };

/** Amplitudes that differ from reflection to reflection, so that no spot can be taken for another. */
function amplitudes(reach: number): StructureFactors {
  const edge = 2 * reach + 1;
  const numbers = Array.from({ length: edge ** 3 }, (_, i) => 60 + 40 * Math.sin(1 + 7.3 * i + 0.1 * i * Math.sin(i)));
  const planes = Array.from({ length: edge }, (_, h) =>
    Array.from({ length: edge }, (__, k) => numbers.slice((h * edge + k) * edge, (h * edge + k + 1) * edge)),
  );
  return new StructureFactors(array(planes), [-reach, -reach, -reach]);
}

const structureFactors = amplitudes(8);

/** A small crystal before a small detector: 64 x 64 pixels of 1 mm, spots of 3 to 4 pixels. */
export const truth: Experiment = refinableExperiment({
  beam: { wavelengthA: 1, fluence: 3e27 },
  crystal: { lattice: { a: 20.1, b: 24.2, c: 28.3, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [5, 5, 5] },
  detector: { pixels: { fast: 64, slow: 64 }, pixelSizeMm: 1, distanceMm: 80 },
  structureFactors,
});

/** Another crystal there. */
export function withCrystal(experiment: Experiment, crystal: Partial<Experiment["crystal"]>): Experiment {
  return { ...experiment, crystal: { ...experiment.crystal, ...crystal } };
}

/** Another detector there. */
export function withDetector(experiment: Experiment, detector: Partial<Experiment["detector"]>): Experiment {
  return { ...experiment, detector: { ...experiment.detector, ...detector } };
}

/** Another beam there. */
export function withFluence(experiment: Experiment, fluence: number): Experiment {
  return { ...experiment, beam: { ...experiment.beam, fluence } };
}

/** What a detector without an offset counts. */
export function countsOf(experiment: Experiment, seed: number, more: ImageOptions = {}): NdArray {
  return copy(addNoise(simulate(experiment, { ...options, ...more }).image, { seed: -seed, adcOffset: 0 }).counts, "float64");
}

/** Noisy counts of one experiment, to be refined from another. */
export function stillFrom(measured: Experiment, start: Experiment, seed: number, more: ImageOptions = {}): Still {
  return { experiment: start, options: { ...options, ...more }, counts: countsOf(measured, seed, more) };
}

/** Deviations from the truth in standard deviations, by name. */
export function deviations(parameters: readonly RefinedParameter[], truths: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(parameters.map(({ name, value, esd }) => [name, (value - truths[name]) / (esd ?? NaN)]));
}
