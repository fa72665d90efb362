import { InputError } from "../../ndarray/errors.js";
import { askedParameters } from "../../refine/asked-parameters.js";
import { checkParameters, type Parameter } from "../../refine/parameter.js";
import type { RefineOptions } from "../../refine/refine.js";
import type { Still } from "../../refine/still.js";
import { requestFromFlags } from "../experiment-from-flags.js";
import { geometryOfHeader, withImageRecord } from "../geometry-from-flags.js";
import { readInputFiles } from "../input-files.js";
import { geometryOfImage } from "../image-values.js";
import { withMaskMaps } from "../mask-maps.js";
import { manyPanels, onManyPanels } from "../panels-from-geometry.js";
import type { Given } from "../parse-flags.js";
import type { StatedFact } from "../../view/stated-fact.js";
import { factsFromFlags } from "../who-said.js";
import { countScaleOf } from "./count-scale.js";
import { withBlocks, withMosaic, withSpots } from "./expected-start.js";
import { asSimulateFlags, isIdle, type RefineFlag } from "./flags.js";
import { contradictionsBetween, type HeaderWords } from "./header-agreement.js";
import { withHeader, withoutDistance } from "./image-header.js";
import { areFewCountsLost, checkForMany, darkest, knownPixels, limitWarnings, partBelowZero, readCounts, stillFrom } from "./measured-still.js";
import { optionsOf } from "./options-from-flags.js";
import { askedOf, blockCountOf, bounded } from "./parameters-from-flags.js";
import { geometryStart, startingExperiment } from "./starting-experiment.js";

/** A refinement, before anything is computed. */
export interface RefineRequest {
  readonly stills: readonly Still[];
  readonly parameters: readonly Parameter[];
  readonly options: RefineOptions;
  /** of several in the model file, the number of the one that is refined, from 0 */
  readonly crystal: number | undefined;
  /** of that crystal, as its model file states it; undefined where options say what the crystal is */
  readonly spaceGroup: string | number | undefined;
  /** what the first image's experiment is at the start, and who said it */
  readonly facts: readonly StatedFact[];
  readonly warnings: readonly string[];
}

/** Noise brings half of the pixels of a dark image below its pedestal, and hardly more. */
const mostBelowZero = 0.7;

/** Sentences on options that only change what is not asked for. */
function idleBeside(given: Given<RefineFlag>, names: readonly string[]): string[] {
  const needed: readonly (readonly [flag: RefineFlag, isOfUse: boolean, without: string])[] = [
    ["within", (given.number("starts") ?? 1) > 1, "--starts above 1"],
    ["read_noise", (given.word("loss") ?? "poisson") !== "poisson", "a --loss other than poisson"],
    ["background_terms", names.some((name) => name.startsWith("background")), "--refine background"],
    ["separate_N", names.some((name) => name.startsWith("N")), "--refine N"],
  ];
  return needed.flatMap(([flag, isOfUse, without]) => (given.has(flag) && !isOfUse ? [`${given.last(flag)?.spelling} has no effect without ${without}`] : []));
}

/**
 * What a command line asks for.
 * @param images names of those that are refined together
 * @param seconds since 1970, for random orientations without a seed
 * @throws InputError that names the option
 */
export async function refineRequest(given: Given<RefineFlag>, images: readonly string[], cwd: string, seconds: number): Promise<RefineRequest> {
  const asked = askedOf(given);
  const names = asked.names;
  const warnings = new Set<string>();
  for (const { name, spelling } of given.occurrences) if (isIdle(name)) warnings.add(`${spelling} has no effect on a refinement`);
  for (const sentence of idleBeside(given, names)) warnings.add(sentence);
  const flags = withBlocks(withSpots(withMosaic(asSimulateFlags(given), names, warnings), names, warnings), blockCountOf(given));
  const files = withoutDistance(await readInputFiles(flags, cwd));
  const stills: Still[] = [];
  const headers: HeaderWords[] = [];
  let facts: readonly StatedFact[] = [];
  for (const name of images) {
    const { header, words, record, contradictions, ...measured } = await readCounts(name, cwd, flags, files.geometry?.record.dataSet);
    const geometry = files.geometry ? withImageRecord(await geometryOfImage(files.geometry, name, cwd), record) : measured.isSmv ? undefined : geometryOfHeader(flags, record);
    const many = manyPanels(flags, { geometry });
    if (many) checkForMany(given, many);
    const filesOfImage = geometry ? { ...files, geometry } : withHeader(files, header, flags, name);
    const request = requestFromFlags(flags, filesOfImage, seconds);
    for (const warning of geometry?.warnings ?? []) warnings.add(warning);
    const start = geometry ? geometryStart(request, flags) : startingExperiment(name, request, flags, files, header, words);
    for (const warning of start.warnings) warnings.add(warning);
    const { panels, unread } = await withMaskMaps(geometry?.record.panels ?? [], { cwd, model: flags.word("geometry") ?? name, image: name });
    for (const sentence of unread) warnings.add(`${geometry?.record.source}: ${sentence}`);
    for (const sentence of contradictions) warnings.add(`${name}: ${sentence}`);
    const scale = countScaleOf(given, panels, geometry?.record.source, { name, pedestal: measured.pedestal });
    for (const warning of scale.warnings) warnings.add(warning);
    const experiment = many ? onManyPanels(start.experiment, many) : start.experiment;
    const still = stillFrom(name, knownPixels(name, measured, panels, geometry?.record.source), scale, { ...request, experiment }, given);
    if (scale.offset > 0 && !given.has("adc") && partBelowZero(still) > mostBelowZero) {
      throw new InputError(`${name} is below the pedestal of ${scale.offset} counts that its header or a model file states in most of its pixels; -adc states another one, or 0`);
    }
    headers.push(words);
    if (facts.length === 0) facts = factsFromFlags(still.experiment, flags, filesOfImage, flags.word("img") ?? name);
    for (const warning of limitWarnings(name, measured, panels, geometry?.record.source)) warnings.add(warning);
    const knowsBackground = areFewCountsLost(panels) || given.has("adc", "water") || scale.offset !== 0 || names.includes("background") || names.includes("water");
    const offset = darkest(still) * scale.gain;
    if (offset >= 10 && !knowsBackground) {
      warnings.add(`${name}: no pixel is below ${offset} counts; if that is the detector's offset, take it off with -adc ${offset}`);
    }
    for (const warning of request.warnings) warnings.add(warning);
    stills.push(still);
  }
  for (const warning of contradictionsBetween(images, headers)) warnings.add(warning);
  const parameters = bounded(askedParameters(asked, stills), given);
  const dark = stills.find(({ experiment: { beam } }) => beam.fluence === 0);
  if (dark) throw new InputError("-fluence is 0, and without photons there is no image");
  checkParameters(parameters);
  const crystal = files.geometry?.crystal;
  const spaceGroup = crystal === undefined || given.has("cell", "mat") ? undefined : files.geometry?.record.crystals[crystal].spaceGroup;
  return { stills, parameters, options: optionsOf(given, parameters), crystal, spaceGroup, facts, warnings: [...warnings] };
}
