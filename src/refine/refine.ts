import { InputError } from "../ndarray/errors.js";
import { checkOptions, type NamesOf } from "../ndarray/fields.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Matrix } from "../optim/linear-algebra.js";
import type { StopConditions, Why } from "../optim/stop.js";
import type { Vector } from "../optim/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { withLikelyCellCounts } from "./cell-counts.js";
import { contradictions } from "./agreement.js";
import { goodnessOfFit, isPoorFit, isTooGoodFit, type GoodnessOfFit } from "./goodness.js";
import { lossNamed, type Loss } from "./loss.js";
import { checkParameters, slopeAt, type Parameter } from "./parameter.js";
import { pointsIn } from "./points.js";
import { checkRestraints, type Restraint } from "./restraint.js";
import { checkReflections } from "./reflections.js";
import { isLedAway, likeliestSampling } from "./sampling.js";
import { withoutTrap } from "./narrow-spots.js";
import { Stage, type StageResult } from "./stage.js";
import { readyStills, type ReadyStill, type Still } from "./still.js";
import { uncertainty, type Uncertainty } from "./uncertainty.js";
import { withWater } from "./water.js";

/** Where a refinement stands after a step. */
export interface RefinementProgress {
  /** how many times wider than the crystal's own the spots are; 1 in the last stage */
  readonly blur: number;
  /** points along each edge of a pixel of the first image; several ways to sample are gone in turn */
  readonly oversample: number;
  /** counted through all stages */
  readonly step: number;
  /** the misfit */
  readonly loss: number;
  /** in the order of the parameters */
  readonly values: Vector;
}

/** How a refinement runs. */
export interface RefineOptions {
  /** Poisson's likelihood unless given */
  readonly loss?: Loss;
  /** of parameters in their own units */
  readonly restraints?: readonly Restraint[];
  /**
   * how many times wider the spots are in turn, before they are as they are; then numbers of cells that are refined are tried from half
   * to twice their start. [4, 2] unless given, [] to begin with sharp spots and with the numbers of cells that are given
   */
  readonly coarseToFine?: readonly number[];
  /** where to begin, in place of the parameters' own starts */
  readonly from?: Vector;
  /** of each stage; 100 unless given */
  readonly maxSteps?: number;
  /** of all stages together */
  readonly maxSeconds?: number;
  /** ends the refinement after the evaluation that is under way */
  readonly signal?: AbortSignal;
  /** workers that share the images' tiles */
  readonly pool?: WorkerPool;
  /** waited for, so that there is time for other tasks between the steps */
  readonly onStep?: (progress: RefinementProgress) => void | Promise<void>;
}

const optionNames: NamesOf<RefineOptions> = {
  loss: true, restraints: true, coarseToFine: true, from: true, maxSteps: true, maxSeconds: true, signal: true, pool: true, onStep: true,
};

/** What is known of a parameter in the end. */
export interface RefinedParameter {
  /** of the parameter */
  readonly name: string;
  /** of its value */
  readonly unit: string;
  /** value that the refinement began with */
  readonly start: number;
  /** where it ended */
  readonly value: number;
  /** standard deviation; undefined where the data do not determine the parameter, or it stands at a bound */
  readonly esd: number | undefined;
}

/** What a refinement found, and how certain it is. */
export interface Refinement extends GoodnessOfFit {
  /** in the order in which they were given */
  readonly parameters: readonly RefinedParameter[];
  /** the misfit, half the deviance with Poisson's likelihood */
  readonly loss: number;
  /** whether a tolerance was met */
  readonly converged: boolean;
  /** what ended it */
  readonly why: Why;
  /** of all stages */
  readonly steps: number;
  /** passes over the images with derivatives */
  readonly passes: number;
  /** that it took */
  readonly seconds: number;
  /** an entry a step, through all stages */
  readonly history: readonly RefinementProgress[];
  /** of the parameters, in their order */
  readonly correlations: Matrix;
  /** points along each edge of a pixel, an image each: those that were given, or with which it is explained best */
  readonly oversample: readonly number[];
  /** photons that the refined model expects, an image each */
  readonly images: readonly NdArray[];
  /** which pixels were used, an image each */
  readonly masks: readonly NdArray[];
  /** sentences on what limits the result */
  readonly warnings: readonly string[];
}

/** A way that leads no lower than another one did is left after so many steps, when a step is less than such a part of the difference. */
const fewestSteps = 3;
const hope = 0.1;

/** How many times wider the spots are in turn, unless somebody says. */
export const defaultBlurs: readonly number[] = [4, 2];

/**
 * Refines parameters of an experiment against measured images by Levenberg-Marquardt steps with Fisher's expected curvature, and says
 * how certain the result is.
 *
 * How finely pixels are sampled, where the stills' options do not say it, is found from the images.
 * @param stills which share all parameters that do not belong to one of them; pixels that are NaN or overloaded are left out
 * @throws InputError when a start cannot be, or no pixel is left
 */
export async function refine(stills: readonly Still[], parameters: readonly Parameter[], options: RefineOptions = {}): Promise<Refinement> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  checkOptions("refine", options, optionNames);
  const { loss = lossNamed("poisson"), restraints, pool, coarseToFine = defaultBlurs, maxSteps = 100, maxSeconds = Infinity, signal } = options;
  checkParameters(parameters);
  checkRestraints(restraints ?? [], parameters);
  for (const blur of coarseToFine) if (!(blur > 0 && blur < Infinity)) throw new InputError(`coarseToFine holds ${blur}; how many times wider spots are is above 0`);
  if (options.from && options.from.length !== parameters.length) {
    throw new InputError(`from holds ${options.from.length} values for ${parameters.length} parameters`);
  }
  const warnings = new Set<string>();
  const usable = readyStills(stills, warnings, loss.fewest);
  let from: Vector = options.from ?? parameters.map(({ start }) => start);
  await checkReflections(usable);
  const history: RefinementProgress[] = [];
  let [steps, passes] = [0, 0];
  const timeLeft = (): StopConditions => ({ maxSeconds: Math.max(0, maxSeconds - seconds()), ...(signal && { signal }) });
  const over = (): "time" | "aborted" | undefined => {
    if (signal?.aborted) return "aborted";
    return seconds() > maxSeconds ? "time" : undefined;
  };
  const run = async (stage: Stage, from: Vector, limit = Infinity, isFree?: (parameter: Parameter) => boolean): Promise<StageResult> => {
    const first = steps;
    const leave = new AbortController();
    const interrupt = (): void => leave.abort();
    if (signal?.aborted) interrupt();
    signal?.addEventListener("abort", interrupt);
    let before = Infinity;
    try {
      return await stage.run(from, maxSteps, { ...timeLeft(), signal: leave.signal }, async (step, value, now) => {
        steps = first + step;
        const progress = { blur: stage.blur, oversample: stage.oversample, step: steps, loss: value, values: now };
        history.push(progress);
        if (step >= fewestSteps && before - value < hope * (value - limit)) leave.abort();
        before = value;
        await options.onStep?.(progress);
      }, isFree);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      passes += stage.likelihood.passes;
    }
  };

  const stageOf = (stills: readonly ReadyStill[]): Stage => new Stage(stills, parameters, 1, loss, restraints, pool);
  const given = from;
  for (const blur of coarseToFine) {
    if (over() !== undefined) break;
    const { values, smooth } = await run(new Stage(usable, parameters, blur, loss, restraints, pool), from);
    from = smooth ? await withWater(usable, parameters, values, smooth, loss, pool) : values;
  }
  if (coarseToFine.length > 0) {
    if (over() === undefined && (await isLedAway(usable, parameters, given, from, stageOf))) {
      from = given;
      warnings.add("blurred spots led away from a start that explains the image far better, and that start was taken; --coarse none, or coarseToFine [], leaves them out");
    }
    from = await withLikelyCellCounts(usable, parameters, from, loss, restraints, timeLeft, pool);
  }
  const ways = { stageOf, run, over };
  const { end: first, warnings: ofSampling } = await likeliestSampling(usable, parameters, from, ways);
  const end = await withoutTrap(first, parameters, from, loss, ways);
  const { result, values } = end;
  const { likelihood } = end.stage;
  for (const warning of ofSampling) warnings.add(warning);
  const held = heldOf(values, parameters);
  const { value: misfit, normal } = await likelihood.normalEquations(result.parameters);
  const known = uncertainty(normal, await likelihood.information(result.parameters), held);
  for (const warning of [...likelihood.warnings, ...warningsOf(known, held, values, parameters)]) warnings.add(warning);
  const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
  for (const warning of contradictions(likelihood.pullsAt(values), slopes, known.inverse)) warnings.add(warning);
  const images = await likelihood.images(result.parameters);
  const masks = usable.map(({ mask }) => mask);
  const goodness = goodnessOfFit(usable.map(({ counts }) => counts), images, masks, loss, parameters.length);
  for (const warning of warningsOfFit(goodness)) warnings.add(warning);
  return {
    parameters: parameters.map((parameter, i) => {
      const sigma = held.includes(i) ? undefined : known.sigmas[i];
      const value = values[i];
      const esd = sigma === undefined ? undefined : sigma * slopeAt(parameter, value);
      return { name: parameter.name, unit: parameter.unit, start: parameter.start, value, esd };
    }),
    loss: misfit,
    ...goodness,
    converged: result.converged,
    why: result.why,
    steps,
    passes,
    seconds: seconds(),
    history,
    correlations: known.correlations,
    oversample: end.stills.map(({ options }) => pointsIn(options)),
    images,
    masks,
    warnings: [...warnings],
  };
}

function warningsOfFit(goodness: GoodnessOfFit): string[] {
  const { reducedChiSquare, chiSquareSigma } = goodness;
  const right = `that of a right model would be 1 within ${chiSquareSigma.toFixed(3)}`;
  if (Number.isNaN(reducedChiSquare)) return ["there are not more pixels than parameters, so that nothing tells whether the model is right"];
  if (isPoorFit(goodness)) {
    return [`the reduced chi-square is ${reducedChiSquare.toFixed(3)}, and ${right}: the model does not explain the image, and the truth may lie farther off than the standard deviations say`];
  }
  if (isTooGoodFit(goodness)) {
    return [`the reduced chi-square is ${reducedChiSquare.toFixed(3)}, and ${right}: the counts scatter less than photons do, as those of smoothed, rescaled or noiseless images, and the standard deviations are not those of this image`];
  }
  return [];
}

/** Indices of the parameters that stand on a bound. */
function heldOf(values: Vector, parameters: readonly Parameter[]): number[] {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  return [...parameters.keys()].filter((i) => near(values[i], parameters[i].lower) || near(values[i], parameters[i].upper));
}

function warningsOf({ undetermined }: Uncertainty, held: readonly number[], values: Vector, parameters: readonly Parameter[]): string[] {
  const name = (i: number): string => parameters[i].name;
  const lost = overlapsJoined(undetermined).map(({ members, ways }) => {
    const names = members.map(name).join(", ");
    if (members.length === 1) {
      const value = Number(values[members[0]].toPrecision(4));
      return `${names} is not determined by the data: the image hardly changes with it, and the standard deviations of the others are those with ${names} known to be ${value}; fix it, or restrain it`;
    }
    if (ways >= members.length) return `none of ${names} is determined by the data; fix them, or restrain them`;
    const remedy = ways === 1 ? "fix one of them, or restrain it" : `fix ${ways} of them, or restrain them`;
    return `${names} are not determined together: a change of one is made good by the others; ${remedy}`;
  });
  return [...lost, ...held.map((i) => `${name(i)} stands at its bound ${values[i]} and has no standard deviation of its own`)];
}

interface Undetermined {
  /** indices of the parameters that take part */
  readonly members: readonly number[];
  /** how many independent combinations of them the data leave open */
  readonly ways: number;
}

/** Combinations of parameters, those that share a member as one. */
function overlapsJoined(combinations: readonly (readonly number[])[]): Undetermined[] {
  return combinations.reduce<Undetermined[]>((groups, members) => {
    const isTouched = (group: Undetermined): boolean => group.members.some((i) => members.includes(i));
    const touched = groups.filter(isTouched);
    const joined = {
      members: [...new Set([...touched.flatMap((group) => group.members), ...members])],
      ways: touched.reduce((sum, { ways }) => sum + ways, 1),
    };
    return [...groups.filter((group) => !isTouched(group)), joined];
  }, []);
}
