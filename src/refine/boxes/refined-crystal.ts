import type { Experiment } from "../../models/experiment.js";
import type { LeastSquaresResult } from "../../optim/levenberg-marquardt.js";
import type { Parameter } from "../parameter.js";
import type { RefinementProgress } from "../refine.js";
import type { BoxLikelihood } from "./box-likelihood.js";
import type { BoxOptions } from "./options.js";
import type { Selection } from "./selection.js";

/** A crystal that was refined on boxes. */
export interface RefinedCrystal {
  readonly experiment: Experiment;
  /** of the last run, each starting where that began */
  readonly parameters: readonly Parameter[];
  readonly likelihood: BoxLikelihood;
  readonly result: LeastSquaresResult;
  readonly selection: Selection;
  /** whether intensities were known in the last run */
  readonly isKnown: boolean;
  readonly history: readonly RefinementProgress[];
  /** the parameters of an experiment, with what was freed, each starting at its value */
  readonly parametersOf: BoxOptions["parametersOf"];
  /** what the whole refinement started with, what was freed included */
  readonly start: Experiment;
  /** what was tried to be freed, in turn */
  readonly freed: readonly TriedFreedom[];
  /** what was tried of blocks, in turn: half the deviance per pixel of the reflections refined against, and of those kept aside */
  readonly tried: readonly TriedBlocks[];
  /** half the deviance per pixel of the reflections kept aside, with the experiment that was given and with the refined one */
  readonly keptAside: { readonly start: number; readonly end: number };
}

export interface TriedBlocks extends Tried {
  readonly blocks: number;
}

/** Half the deviance per pixel of the reflections refined against, and of those kept aside, with less and with more that is refined. */
export interface TriedFreedom extends Tried {
  readonly what: string;
  readonly before: Pick<Tried, "refined" | "keptAside">;
}

interface Tried {
  readonly refined: number;
  readonly keptAside: number;
  readonly isKept: boolean;
}
