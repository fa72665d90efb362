import { Variable, type Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import { NdArray } from "../ndarray/ndarray.js";

/**
 * An experiment that was written with numbers, as one of numbers.
 * @throws TypeError when something in it is recorded
 */
export function knownExperiment(experiment: Experiment<Quantity>): Experiment {
  if (isKnown(experiment)) return experiment;
  throw new TypeError("the experiment holds recorded values");
}

function isKnown(experiment: Experiment<Quantity>): experiment is Experiment {
  return !holdsVariable(experiment);
}

function holdsVariable(value: unknown): boolean {
  if (value instanceof Variable) return true;
  if (typeof value !== "object" || value === null || value instanceof NdArray || value instanceof StructureFactors) return false;
  return Object.values(value).some(holdsVariable);
}
