import type { Experiment } from "../models/experiment.js";
import { knownExperiment } from "./known-experiment.js";
import { fieldsOf, samplingOf, withSampling, withValues, type FieldValues, type Sampling, type SpotSum } from "./model-fields.js";

/** A model as its controls stand: where it began, and what has been changed since. */
export interface ModelState {
  readonly base: Experiment;
  readonly changed: FieldValues;
  readonly sampling: Sampling;
}

export function stateOf(base: Experiment, oversample: number, spots: SpotSum): ModelState {
  return { base, changed: new Map(), sampling: samplingOf(base, oversample, spots) };
}

/** The experiment that the controls describe. */
export function experimentOf({ base, changed, sampling }: ModelState): Experiment {
  const fields = fieldsOf(changed, sampling.spots);
  const sampled = sameCounts(samplingOf(base, sampling.oversample, sampling.spots), sampling) ? base : withSampling(base, sampling);
  return knownExperiment(withValues(sampled, fields, fields.map(({ key }) => changed.get(key) ?? 0)));
}

function sameCounts(one: Sampling, other: Sampling): boolean {
  return one.domains === other.domains && one.wavelengths === other.wavelengths;
}

/** So many domains or wavelengths show a spread that begins. */
const [domainsOfSpread, wavelengthsOfBand] = [25, 9];

/** The state with a field changed. A spread that has been absent gets the steps that it needs. */
export function withField(state: ModelState, key: string, value: number): ModelState {
  const changed = new Map(state.changed).set(key, value);
  const { domains, wavelengths } = state.sampling;
  const sampling = {
    ...state.sampling,
    domains: key === "spread" && value > 0 && domains === 1 ? domainsOfSpread : domains,
    wavelengths: key === "dispersion" && value > 0 && wavelengths === 1 ? wavelengthsOfBand : wavelengths,
  };
  return { ...state, changed, sampling };
}
