import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Matrix } from "../optim/linear-algebra.js";
import type { Why } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { goodnessOfFit } from "./goodness.js";
import type { Restraint } from "./likelihood.js";
import { lossNamed, type Loss } from "./loss.js";
import { checkParameters, slopeAt, type Parameter } from "./parameter.js";
import { runStage, type Stage } from "./stage.js";
import { cleaned, usablePixels, type Still } from "./still.js";
import { uncertainty, type Uncertainty } from "./uncertainty.js";

/** Where a refinement stands after a step. */
export interface RefinementProgress {
  /** how many times wider than the crystal's own the spots are; 1 in the last stage */
  readonly blur: number;
  /** counted through all stages */
  readonly step: number;
  readonly loss: number;
  /** in the order of the parameters */
  readonly values: Vector;
}

export interface RefineOptions {
  /** Poisson's likelihood unless given */
  readonly loss?: Loss;
  /** of parameters in their own units */
  readonly restraints?: readonly Restraint[];
  /** how many times wider the spots are in turn, before they are as they are; [4, 2] unless given, [] to begin with sharp spots */
  readonly coarseToFine?: readonly number[];
  /** where to begin, in place of the parameters' own starts */
  readonly from?: Vector;
  /** of each stage; 100 unless given */
  readonly maxSteps?: number;
  /** of all stages together */
  readonly maxSeconds?: number;
  readonly signal?: AbortSignal;
  readonly pool?: WorkerPool;
  /** waited for, so that there is time for other tasks between the steps */
  readonly onStep?: (progress: RefinementProgress) => void | Promise<void>;
}

/** What is known of a parameter in the end. */
export interface RefinedParameter {
  readonly name: string;
  readonly unit: string;
  readonly start: number;
  readonly value: number;
  /** standard deviation; undefined where the data do not determine the parameter */
  readonly esd: number | undefined;
}

export interface Refinement {
  readonly parameters: readonly RefinedParameter[];
  /** the misfit, half the deviance with Poisson's likelihood */
  readonly loss: number;
  readonly reducedChiSquare: number;
  readonly converged: boolean;
  readonly why: Why;
  /** of all stages */
  readonly steps: number;
  /** passes over the images with derivatives */
  readonly passes: number;
  readonly seconds: number;
  readonly history: readonly RefinementProgress[];
  /** of the parameters, in their order */
  readonly correlations: Matrix;
  /** photons that the refined model expects, an image each */
  readonly images: readonly NdArray[];
  /** which pixels were used, an image each */
  readonly masks: readonly NdArray[];
  readonly warnings: readonly string[];
}

/**
 * Refines parameters of an experiment against measured images by Levenberg-Marquardt steps with Fisher's expected curvature, and says
 * how certain the result is.
 * @param stills which share all parameters that do not belong to one of them; pixels that are NaN are left out
 * @throws InputError when a start cannot be, or no pixel is left
 */
export async function refine(stills: readonly Still[], parameters: readonly Parameter[], options: RefineOptions = {}): Promise<Refinement> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { loss = lossNamed("poisson"), coarseToFine = [4, 2], maxSeconds = Infinity, signal } = options;
  checkParameters(parameters);
  const warnings = new Set<string>();
  const usable = stills.map((still, i) => prepared(still, stills.length > 1 ? `image ${i + 1}` : "the image", warnings));
  const history: RefinementProgress[] = [];
  let [steps, passes] = [0, 0];
  const run = async (blur: number, values: Vector): Promise<Stage> => {
    const first = steps;
    const stop = { maxSeconds: Math.max(0, maxSeconds - seconds()), ...(signal && { signal }) };
    const stage = await runStage(usable, parameters, values, blur, loss, options, stop, async (step, value, now) => {
      steps = first + step;
      const progress = { blur, step: steps, loss: value, values: now };
      history.push(progress);
      await options.onStep?.(progress);
    });
    passes += stage.likelihood.passes;
    return stage;
  };

  let values: Vector = options.from ?? parameters.map(({ start }) => start);
  for (const blur of coarseToFine) {
    if (signal?.aborted || seconds() > maxSeconds) break;
    ({ values } = await run(blur, values));
  }
  const stage = await run(1, values);
  const { likelihood, result } = stage;
  const known = await knownUncertainty(stage, parameters);
  for (const warning of [...likelihood.warnings, ...warningsOf(known, stage, parameters)]) warnings.add(warning);
  const images = await likelihood.images(result.parameters);
  const masks = usable.map(({ mask }) => mask);
  return {
    parameters: parameters.map((parameter, i) => {
      const sigma = known.sigmas[i];
      const value = stage.values[i];
      const esd = sigma === undefined ? undefined : sigma * slopeAt(parameter, value);
      return { name: parameter.name, unit: parameter.unit, start: parameter.start, value, esd };
    }),
    loss: (await likelihood.normalEquations(result.parameters)).value,
    reducedChiSquare: goodnessOfFit(usable.map(({ counts }) => counts), images, masks, loss, parameters.length),
    converged: result.converged,
    why: result.why,
    steps,
    passes,
    seconds: seconds(),
    history,
    correlations: known.correlations,
    images,
    masks,
    warnings: [...warnings],
  };
}

interface UsableStill extends Still {
  readonly mask: NdArray;
}

/** A still whose counts are numbers in the pixels that are used. */
function prepared(still: Still, name: string, warnings: Set<string>): UsableStill {
  const { mask, notNumbers } = usablePixels(still.counts, { mask: still.options.mask, overload: Infinity });
  if (notNumbers > 0) warnings.add(`${notNumbers} pixel${notNumbers === 1 ? " of " : "s of "}${name} ${notNumbers === 1 ? "is" : "are"} NaN and left out`);
  if (mask.data.every((used) => used === 0)) {
    throw new InputError(`no pixel of ${name} is left to refine against: all of them are masked, overloaded or NaN`);
  }
  return { ...still, counts: cleaned(still.counts, mask), options: { ...still.options, mask }, mask };
}

/** Indices of the parameters that stand on a bound. */
function heldOf({ values }: Stage, parameters: readonly Parameter[]): number[] {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  return [...parameters.keys()].filter((i) => near(values[i], parameters[i].lower) || near(values[i], parameters[i].upper));
}

async function knownUncertainty(stage: Stage, parameters: readonly Parameter[]): Promise<Uncertainty> {
  const { likelihood, result } = stage;
  const { normal } = await likelihood.normalEquations(result.parameters);
  return uncertainty(normal, await likelihood.information(result.parameters), heldOf(stage, parameters));
}

function warningsOf({ undetermined }: Uncertainty, stage: Stage, parameters: readonly Parameter[]): string[] {
  const name = (i: number): string => parameters[i].name;
  const lost = undetermined.map((members) =>
    members.length === 1
      ? `${name(members[0])} is not determined by the data: they hardly change with it; fix it, or restrain it`
      : `${members.map(name).join(", ")} are not determined together: a change of one is made good by the others; fix one of them, or restrain it`,
  );
  const held = heldOf(stage, parameters).map((i) => `${name(i)} stands at its bound ${stage.values[i]} and has no standard deviation of its own`);
  return [...lost, ...held];
}
