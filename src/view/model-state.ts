import { known, type Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { fieldsOf, samplingOf, withSampling, withValues, type FieldValues, type Sampling } from "./model-fields.js";

/** A model as its controls stand: where it began, and what has been changed since. */
export interface ModelState {
  readonly base: Experiment;
  readonly changed: FieldValues;
  readonly sampling: Sampling;
}

export function stateOf(base: Experiment, oversample: number): ModelState {
  return { base, changed: new Map(), sampling: samplingOf(base, oversample) };
}

/** The experiment that the controls describe. */
export function experimentOf({ base, changed, sampling }: ModelState): Experiment {
  const fields = fieldsOf(changed);
  const sampled = sameCounts(samplingOf(base, sampling.oversample), sampling) ? base : withSampling(base, sampling);
  const written = withValues(sampled, fields, fields.map(({ key }) => changed.get(key) ?? 0));
  return isOfNumbers(written) ? written : sampled;
}

function sameCounts(one: Sampling, other: Sampling): boolean {
  return one.domains === other.domains && one.wavelengths === other.wavelengths;
}

/** Written with numbers, an experiment holds nothing but numbers. */
function isOfNumbers(experiment: Experiment<Quantity>): experiment is Experiment {
  return typeof experiment.beam.wavelengthA === "number" && known(experiment.beam.wavelengthA) > 0;
}

/** So many domains or wavelengths show a spread that begins. */
const [domainsOfSpread, wavelengthsOfBand] = [25, 9];

/** The state with a field changed. A spread that has been absent gets the steps that it needs. */
export function withField(state: ModelState, key: string, value: number): ModelState {
  const changed = new Map(state.changed).set(key, value);
  const { domains, wavelengths } = state.sampling;
  const sampling = {
    ...state.sampling,
    domains: key === "eta" && value > 0 && domains === 1 ? domainsOfSpread : domains,
    wavelengths: key === "bandwidth" && value > 0 && wavelengths === 1 ? wavelengthsOfBand : wavelengths,
  };
  return { ...state, changed, sampling };
}
