import { Variable, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";

/**
 * An experiment that holds nothing recorded, as one of numbers.
 * @throws TypeError when something in it is recorded
 */
export function ofNumbers(experiment: Experiment<Quantity>): Experiment {
  if (!isOfNumbers(experiment)) throw new TypeError("an experiment of numbers is needed where one with recorded values was given");
  return experiment;
}

function isOfNumbers(experiment: Experiment<Quantity>): experiment is Experiment {
  return ![experiment.beam, experiment.crystal, experiment.detector, experiment.background, experiment.waterUm, experiment.panels?.moves].some(holdsRecorded);
}

function holdsRecorded(value: unknown): boolean {
  if (value instanceof Variable) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsRecorded);
}
