import type { Experiment } from "../../models/experiment.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { Parameter } from "../parameter.js";
import type { Restraint } from "../restraint.js";
import type { RefinementProgress } from "../refine.js";
import type { BackgroundTerms } from "./local-fit.js";

/** A measured image and the crystal in it whose reflections get boxes. */
export interface BoxStill {
  /** where the refinement starts */
  readonly experiment: Experiment;
  /** photons counted, [slow, fast] or, of an experiment with many panels, [panel, slow, fast], numbers where the mask is not 0 */
  readonly counts: NdArray;
  /** int32, of the same shape: 0 where a pixel is left out */
  readonly mask: NdArray;
}

/** More that can be refined, which is refined where reflections that are kept aside are explained better by it. */
export interface Freedom {
  /** what is freed, to be told */
  readonly what: string;
  /** the experiment to begin with; as it is unless given */
  readonly begin?: (experiment: Experiment) => Experiment;
  /** the parameters of an experiment with what is freed, in place of those without it */
  readonly parametersOf: (experiment: Experiment, without: readonly Parameter[]) => readonly Parameter[];
}

/** How a crystal is refined on boxes. */
export interface BoxOptions {
  /** the parameters of an experiment, each starting at its value; without those of blocks */
  readonly parametersOf: (experiment: Experiment) => readonly Parameter[];
  /** tried in turn, before blocks */
  readonly freedoms?: readonly Freedom[];
  /** where intensities are known, |F|² of a reflection, or undefined where that is not known; free unless given */
  readonly squareOf?: (hkl: readonly [h: number, k: number, l: number]) => number | undefined;
  /** number of blocks, or as many as help reflections that are kept aside; those of the start unless given */
  readonly blocks?: number | "auto";
  /** of the background in each box: 1 a constant, 3 a plane; 1 unless given */
  readonly backgroundTerms?: BackgroundTerms;
  /** of parameters in their own units; of several crystals, on those of each */
  readonly restraints?: readonly Restraint[];
  /** in Å; the corners of the detector unless given */
  readonly dminA?: number;
  /** in each run of the minimiser; 30 unless given */
  readonly maxSteps?: number;
  readonly maxSeconds?: number;
  readonly signal?: AbortSignal;
  /** called after each step */
  readonly onStep?: (progress: RefinementProgress & { readonly stage: string; readonly parameters: readonly Parameter[] }) => void | Promise<void>;
}
