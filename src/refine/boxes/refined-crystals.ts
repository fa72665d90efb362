import type { Experiment } from "../../models/experiment.js";
import { zeros } from "../../ndarray/ndarray.js";
import type { Why } from "../../optim/stop.js";
import type { Matrix } from "../../optim/linear-algebra.js";
import { goodnessOfFit, isPoorFit } from "../goodness.js";
import { lossNamed } from "../loss.js";
import type { Restraint } from "../restraint.js";
import { contradictions } from "../agreement.js";
import { slopeAt, type Parameter } from "../parameter.js";
import type { RefinedParameter, Refinement } from "../refine.js";
import { uncertainty } from "../uncertainty.js";
import { backgroundScatter, scatterWarning, type BackgroundScatter } from "./background-scatter.js";
import { withoutDeadLines } from "./dead-lines.js";
import { floorPhotons } from "./local-fit.js";
import { integrate, placeBoxes, type IntegratedReflection, type Integration } from "./integration.js";
import { withoutLonelyPixels } from "./lonely-pixels.js";
import type { BoxOptions, BoxStill } from "./options.js";
import type { PredictedReflection } from "./prediction.js";
import { partialityErrors, type PartialityError } from "./partiality-error.js";
import { isOfIntensity } from "./box-run.js";
import { refineBoxes } from "./refine-boxes.js";
import type { RefinedCrystal } from "./refined-crystal.js";
import { reflectionsMet } from "./reflections-met.js";
import { pullsAt, restrainedBy } from "./restrained.js";
import { selectSpots } from "./selection.js";

/** A refinement on the boxes of all crystals in an image. */
export interface BoxRefinement extends Refinement {
  readonly crystals: readonly BoxCrystal[];
  /** of the backgrounds' counts; undefined where there are too few */
  readonly scatter?: BackgroundScatter;
}

/** What was found of one crystal. */
export interface BoxCrystal extends Pick<RefinedCrystal, "experiment" | "selection" | "freed" | "tried" | "parameters"> {
  /** all boxes as the refinement has them, with the intensities of a file where they are known */
  readonly integration: Integration;
  /** the same with intensities that are fitted */
  readonly fitted: Integration;
  /** of the partialities with which fitted photons become full intensities */
  readonly partialityErrors: readonly PartialityError[];
}

/** Standard deviations across the sphere of reflection up to which reflections are integrated. */
const integratedDeviations = 3;
/** Significance from which on a reflection's pixels are its own beside those of another crystal. */
const significant = 3;

/**
 * Refines the crystals of an image on boxes, one after another: the detector and the beam with the first one, and held for the others.
 * @param stills one for each crystal: the same image with another experiment
 * @throws InputError as `refineBoxes`
 */
export async function refineCrystals(stills: readonly [BoxStill, ...BoxStill[]], options: BoxOptions): Promise<BoxRefinement> {
  const began = performance.now();
  const warnings = new Set<string>();
  const refined: RefinedCrystal[] = [];
  const { counts } = stills[0];
  const predicted = stills.flatMap(({ experiment }) => reflectionsMet(experiment, { deviations: integratedDeviations, ...(options.dminA !== undefined && { dminA: options.dminA }) }));
  const living = withoutDeadLines(counts, stills[0].mask);
  if (living.rows + living.columns > 0) warnings.add(`${living.rows} rows and ${living.columns} columns of pixels have no counts though those beside them have, as gaps between modules have where a file does not mark them: left out`);
  const { mask, lonely } = withoutLonelyPixels(counts, living.mask, predicted);
  if (lonely > 0) warnings.add(`${lonely === 1 ? "1 pixel has" : `${lonely} pixels have`} more than 30 times the counts of any pixel around, as hot pixels and cosmic rays have, and no reflection is predicted there: left out`);
  // Where several crystals are in the beam, what is seen of each belongs to it.
  let seen: (readonly PredictedReflection[])[] = stills.length === 1 ? [[]] : stills.map((still) => reflectionsOf(selectSpots({ ...still, mask }, [], options.dminA, () => undefined)));
  const othersOf = (crystal: number): PredictedReflection[] => seen.flatMap((reflections, i) => (i === crystal ? [] : reflections));
  for (const [i, still] of stills.entries()) {
    const [first] = refined;
    const ofFirst = first && { beam: first.experiment.beam, detector: first.experiment.detector, ...(first.experiment.panels && { panels: first.experiment.panels }) };
    const placed = { ...still, mask, experiment: { ...still.experiment, ...ofFirst } };
    const own: BoxOptions = first ? ofCrystalAlone(options) : options;
    const found = await refineBoxes(placed, own, othersOf(i));
    refined.push(found);
    seen = seen.map((reflections, k) => (k === i ? reflectionsOf(found.selection) : reflections));
  }
  const crystals = refined.map(({ experiment, selection, freed, tried, parameters }, i): BoxCrystal => {
    const limits = { deviations: integratedDeviations, ...(options.dminA !== undefined && { dminA: options.dminA }) };
    const all = reflectionsMet(experiment, limits, reflectionsOf(selection).map(({ hkl }) => hkl));
    const integrated = (squareOf?: BoxOptions["squareOf"]): Integration => integrate({ experiment, counts, mask }, all, othersOf(i), options.backgroundTerms ?? 1, squareOf);
    const fitted = integrated();
    return { experiment, selection, freed, tried, parameters, fitted, partialityErrors: partialityErrors(fitted.reflections), integration: refined[i].isKnown ? integrated(options.squareOf) : fitted };
  });
  const image = zeros(counts.shape, "float64");
  const used = zeros(counts.shape, "int32");
  const bright = ({ photons, photonsSigma }: IntegratedReflection): boolean => photons > significant * photonsSigma;
  for (const isBright of [false, true]) for (const { integration } of crystals) placeBoxes(integration, image, used, (reflection) => bright(reflection) === isBright);
  const loss = lossNamed("poisson", { floor: floorPhotons });
  const free = crystals.reduce((sum, { parameters, integration }, i) => sum + parameters.length + (refined[i].isKnown ? 1 : 2) * integration.reflections.length, 0);
  const goodness = goodnessOfFit([counts], [image], [used], loss, free);
  for (const [i, { keptAside: { start, end } }] of refined.entries()) {
    if (end > start) warnings.add(`${stills.length > 1 ? `crystal ${i + 1}: ` : ""}the reflections kept aside are explained less well than at the start (half the deviance of a pixel is ${end.toFixed(3)}, and was ${start.toFixed(3)}): what was refined does not hold for them`);
  }
  const scatter = backgroundScatter(crystals[0].fitted);
  const doubt = scatter && scatterWarning(scatter);
  if (doubt !== undefined) warnings.add(doubt);
  const parameters = refined.flatMap((found, i) => describedParameters(found, options, stills.length > 1 ? i + 1 : undefined, warnings));
  if (isPoorFit(goodness)) {
    warnings.add(`the reduced chi-square is ${goodness.reducedChiSquare.toFixed(2)}: the model does not explain the spots' shapes to the noise of their counts, and the standard deviations times ${Math.sqrt(goodness.reducedChiSquare).toFixed(2)} are nearer to the truth (esdInflated)`);
  }
  const ends = refined.map(({ result }) => result);
  const last = ends[ends.length - 1];
  return {
    parameters,
    loss: ends.reduce((sum, { value }) => sum + value, 0),
    ...goodness,
    converged: ends.every(({ converged }) => converged),
    why: worstOf(ends.map(({ why }) => why), last.why),
    steps: refined.reduce((sum, { history }) => sum + (history.at(-1)?.step ?? 0), 0),
    passes: ends.reduce((sum, { evaluations }) => sum + evaluations, 0),
    seconds: (performance.now() - began) / 1000,
    history: refined.flatMap(({ history }) => history),
    correlations: besideEachOther(refined.map((found) => uncertaintyOf(found, options.restraints).correlations)),
    oversample: [1],
    images: [image],
    masks: [used],
    warnings: [...warnings],
    crystals,
    ...(scatter && { scatter }),
  };
}

function reflectionsOf({ boxes: { boxes } }: Pick<RefinedCrystal["selection"], "boxes">): PredictedReflection[] {
  return boxes.map(({ reflection }) => reflection);
}

/** The options without what was refined with the first crystal. */
function ofCrystalAlone(options: BoxOptions): BoxOptions {
  const own = (parameters: readonly Parameter[], experiment: Experiment): Parameter[] => parameters.filter((parameter) => isOfCrystal(parameter, experiment));
  return {
    ...options,
    parametersOf: (experiment) => own(options.parametersOf(experiment), experiment),
    freedoms: (options.freedoms ?? []).map((freedom) => ({ ...freedom, parametersOf: (experiment, without) => own(freedom.parametersOf(experiment, without), experiment) })),
  };
}

/** Whether a parameter is one of the crystal alone, and not of the beam or the detector, or of what multiplies intensities. */
function isOfCrystal(parameter: Parameter, experiment: Experiment): boolean {
  const written = parameter.write(experiment, parameter.start);
  return written.detector === experiment.detector && written.panels === experiment.panels && (written.beam === experiment.beam || isOfIntensity(parameter));
}

function uncertaintyOf({ result, parameters, likelihood }: RefinedCrystal, restraints: readonly Restraint[] = []) {
  const { normal: ofBoxes } = likelihood.normalEquations(result.parameters);
  const values = likelihood.valuesAt(result.parameters);
  const restrained = restrainedBy(restraints, parameters)(values, false);
  const normal = ofBoxes.map((row, i) => row.map((element, j) => element + (restrained?.normal[i][j] ?? 0)));
  return uncertainty(normal, normal, heldOf(values, parameters));
}

/** Indices of the parameters that stand on a bound. */
function heldOf(values: readonly number[], parameters: readonly Parameter[]): number[] {
  return parameters.flatMap(({ lower, upper }, i) => (values[i] <= lower || values[i] >= upper ? [i] : []));
}

/** The refined parameters, with the starts of the whole refinement. */
function describedParameters(found: RefinedCrystal, { restraints = [] }: BoxOptions, crystal: number | undefined, warnings: Set<string>): RefinedParameter[] {
  const { parameters, parametersOf, start, likelihood, result } = found;
  const { sigmas, undetermined, inverse } = uncertaintyOf(found, restraints);
  const values = likelihood.valuesAt(result.parameters);
  const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
  for (const warning of contradictions(pullsAt(restraints, parameters, values), slopes, inverse)) warnings.add(warning);
  const starts = new Map(parametersOf(start).map((parameter) => [parameter.name, parameter.start]));
  const named = (name: string): string => (crystal === undefined ? name : `${name}[${crystal}]`);
  for (const members of undetermined) warnings.add(`the boxes do not determine ${members.map((i) => named(parameters[i].name)).join(", ")}${members.length > 1 ? " together" : ""}: fix ${members.length > 1 ? "one of them" : "it"}`);
  return parameters.map((parameter, i) => {
    const sigma = sigmas[i];
    return {
      name: named(parameter.name),
      unit: parameter.unit,
      start: starts.get(parameter.name) ?? parameter.start,
      value: values[i],
      esd: sigma === undefined ? undefined : sigma * slopeAt(parameter, values[i]),
    };
  });
}

function worstOf(all: readonly Why[], otherwise: Why): Why {
  return all.find((why) => why === "aborted" || why === "time" || why === "maxSteps" || why === "lineSearchFailed" || why === "notFinite") ?? otherwise;
}

/** Matrices along the diagonal of a larger one. */
function besideEachOther(matrices: readonly Matrix[]): number[][] {
  const size = matrices.reduce((sum, { length }) => sum + length, 0);
  const joined = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  let first = 0;
  for (const matrix of matrices) {
    matrix.forEach((row, i) => row.forEach((element, j) => (joined[first + i][first + j] = element)));
    first += matrix.length;
  }
  return joined;
}

