import type { Experiment } from "../../../src/models/experiment.js";
import { copy, full, type NdArray } from "../../../src/ndarray/ndarray.js";
import { refinableExperiment, parametersNamed, type Refinable } from "../../../src/refine/catalogue.js";
import type { BoxOptions, BoxStill } from "../../../src/refine/boxes/options.js";
import { addNoise } from "../../../src/simulate/noise.js";
import { simulate } from "../../../src/simulate/simulate.js";

/** A protein crystal before a detector of 200 x 200 pixels of 0.1 mm, whose spots in closed form are 1 to 3 pixels wide. */
export const truth: Experiment = refinableExperiment({
  beam: { wavelengthA: 1, fluence: 1.6e27, bandwidthPercent: 0.02 },
  crystal: { lattice: { a: 48.1, b: 60.2, c: 71.3, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [1, 1, 1], domainA: [900, 900, 900, 0, 0, 0], etaDeg: 0.15 },
  detector: { pixels: { fast: 200, slow: 200 }, pixelSizeMm: 0.1, distanceMm: 60, convention: "XDS", pivot: "beam", beamCenterMm: { x: 2.3, y: 3.4 } },
  structureFactors: 60,
  background: [2],
});

export function withCrystal(experiment: Experiment, crystal: Partial<Experiment["crystal"]>): Experiment {
  return { ...experiment, crystal: { ...experiment.crystal, ...crystal } };
}

/** The image without noise. */
export function imageOf(experiment: Experiment): NdArray {
  return simulate(experiment, { spots: "closed", semantics: "physical", skip: 1e-5 }).image;
}

/** Noisy counts of one experiment, to be refined from another. */
export function stillFrom(measured: Experiment, start: Experiment, seed: number): BoxStill {
  const counts = copy(addNoise(imageOf(measured), { seed: -seed, adcOffset: 0 }).counts, "float64");
  return { experiment: start, counts, mask: full(counts.shape, 1, "int32") };
}

/** Options that refine what names stand for. */
export function optionsFor(names: readonly Refinable[], more: Partial<BoxOptions> = {}): BoxOptions {
  return { parametersOf: (experiment) => parametersNamed(names, experiment), ...more };
}
