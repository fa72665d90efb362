import { bothMasks, maskOfPanel } from "../../input/masks.js";
import { headerSettings, type HeaderSettings } from "../../io/header-settings.js";
import { quote } from "../../io/field.js";
import type { ExperimentRecord, PanelRecord } from "../../io/geometry/record.js";
import type { MeasuredImage } from "../../io/image.js";
import { normalDraws } from "../../models/draws.js";
import { InputError } from "../../ndarray/errors.js";
import { copy, type NdArray } from "../../ndarray/ndarray.js";
import { askedParameters, type Asked } from "../../refine/asked-parameters.js";
import { isRefinable, refinable, refinableAliases, refinableExperiment, refinableMembers } from "../../refine/catalogue.js";
import { crystalSystems } from "../../refine/crystal-system.js";
import type { Restraint } from "../../refine/restraint.js";
import { lossNamed, lossNames, type LossName } from "../../refine/loss.js";
import { checkParameters, type Parameter } from "../../refine/parameter.js";
import { defaultBlurs, type RefineOptions } from "../../refine/refine.js";
import { usablePixels, type PixelRules, type Still } from "../../refine/still.js";
import { requestFromFlags, type Request } from "../experiment-from-flags.js";
import type { SimulateFlag } from "../flags.js";
import { geometryOfHeader, withImageRecord } from "../geometry-from-flags.js";
import { readImage } from "../image-file.js";
import { readInputFiles, type InputFiles } from "../input-files.js";
import { Given } from "../parse-flags.js";
import type { StatedFact } from "../../view/stated-fact.js";
import { factsFromFlags } from "../who-said.js";
import { didYouMean, suggestions } from "../suggestion.js";
import { asSimulateFlags, isIdle, type RefineFlag } from "./flags.js";
import { contradictionsBetween, type HeaderWords } from "./header-agreement.js";
import { geometryStart, startingExperiment } from "./starting-experiment.js";

/** A refinement, before anything is computed. */
export interface RefineRequest {
  readonly stills: readonly Still[];
  readonly parameters: readonly Parameter[];
  readonly options: RefineOptions;
  /** of several in the model file, the number of the one that is refined, from 0 */
  readonly crystal: number | undefined;
  /** what the first image's experiment is at the start, and who said it */
  readonly facts: readonly StatedFact[];
  readonly warnings: readonly string[];
}

/** Where a mosaic spread begins that is refined and not given. */
const expectedSpreadDeg = 0.1;
const expectedDomains = 25;

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
  const flags = withBlocks(withSpots(withMosaic(asSimulateFlags(given), names, warnings), names, warnings), blockCountOf(given));
  const files = withoutDistance(await readInputFiles(flags, cwd));
  const stills: Still[] = [];
  const headers: HeaderWords[] = [];
  let facts: readonly StatedFact[] = [];
  for (const name of images) {
    const { header, words, record, ...measured } = await readCounts(name, cwd, flags);
    const geometry = files.geometry ? withImageRecord(files.geometry, record) : measured.isSmv ? undefined : geometryOfHeader(flags, record);
    const [panel, ...others] = geometry?.record.panels ?? [];
    if (others.length > 0) throw new InputError(`${geometry?.record.source} has ${others.length + 1} panels, and refine works on a detector of one; PanelModel in the library works on all`);
    const filesOfImage = geometry ? { ...files, geometry } : withHeader(files, header, flags, name);
    const request = requestFromFlags(flags, filesOfImage, seconds);
    for (const warning of geometry?.warnings ?? []) warnings.add(warning);
    const start = geometry ? geometryStart(request, flags) : startingExperiment(name, request, flags, files, header, words);
    for (const warning of start.warnings) warnings.add(warning);
    const still = stillFrom(name, panel ? knownPixels(measured, panel) : measured, { ...request, experiment: start.experiment }, given);
    headers.push(words);
    if (facts.length === 0) facts = factsFromFlags(still.experiment, flags, filesOfImage, flags.word("img") ?? name);
    const knowsBackground = given.has("adc", "water") || names.includes("background") || names.includes("water");
    const offset = darkest(still);
    if (offset >= 10 && !knowsBackground) {
      warnings.add(`${name}: no pixel is below ${offset} counts; if that is the detector's offset, take it off with -adc ${offset}`);
    }
    for (const warning of request.warnings) warnings.add(warning);
    stills.push(still);
  }
  for (const warning of contradictionsBetween(images, headers)) warnings.add(warning);
  const parameters = bounded(askedParameters(asked, stills), given);
  const dark = stills.find(({ experiment: { beam } }) => beam.fluence === 0);
  if (dark) throw new InputError("-fluence is 0, which no image comes from");
  checkParameters(parameters);
  return { stills, parameters, options: optionsOf(given, parameters), crystal: files.geometry?.crystal, facts, warnings: [...warnings] };
}

/** Counts with the offset taken off, and what the image's file says of its pixels. */
interface Counted extends Pick<MeasuredImage, "mask" | "overload"> {
  readonly counts: NdArray;
  readonly isSmv: boolean;
}

/** The counts without the pixels that a geometry file leaves out, and with its overload where the image's own file states none. */
function knownPixels(counted: Counted, panel: PanelRecord): Counted {
  const ofPanel = maskOfPanel(panel);
  const { mask: own, overload = panel.trusted?.overload } = counted;
  return { ...counted, overload, mask: own && ofPanel ? bothMasks(own, ofPanel) : (own ?? ofPanel) };
}

function stillFrom(name: string, { counts, overload, mask: own }: Counted, request: Request, given: Given<RefineFlag>): Still {
  const { experiment, options: { oversample, ...options } } = request;
  const rules = pixelRules(given, own && options.mask ? bothMasks(own, options.mask) : (own ?? options.mask), overload);
  const { mask } = usablePixels(counts, rules);
  const { slow, fast } = experiment.detector.pixels;
  if (counts.shape[0] !== slow || counts.shape[1] !== fast) {
    throw new InputError(`${name} has ${counts.shape[1]} x ${counts.shape[0]} pixels, and the options say ${fast} x ${slow}`);
  }
  return { experiment: refinableExperiment(experiment), options: { ...options, ...(given.has("oversample") && { oversample }), mask }, counts, overload: rules.overload, name };
}

async function readCounts(name: string, cwd: string, flags: Given<SimulateFlag>): Promise<Counted & { readonly header: HeaderSettings; readonly words: HeaderWords; readonly record: ExperimentRecord }> {
  const fast = flags.number("detpixels", "detpixels_x");
  const slow = flags.number("detpixels", "detpixels_y");
  const { image, mask, overload, smvHeader, record } = await readImage(cwd, name, undefined, fast !== undefined && slow !== undefined ? [slow, fast] : undefined);
  if (image.rank !== 2) throw new InputError(`${name} has the shape ${image.shape.join(" x ")}; an image of one panel is refined against`);
  const counts = copy(image, "float64");
  const offset = flags.number("adc") ?? 0;
  for (let i = 0; i < counts.size; i++) counts.data[i] -= offset;
  const shape = [image.shape[0], image.shape[1]] as const;
  const stated = { pixelSizeMm: record.panels[0]?.pixelSizeMm, wavelengthA: record.beam.wavelengthA };
  const header = smvHeader ? headerSettings({ header: smvHeader, shape, image }, name) : { ...noSettings, ...stated, shape };
  return { counts, header, words: smvHeader ?? new Map<string, string>(), mask, overload, record, isSmv: smvHeader !== undefined };
}

/**
 * The files without the distance to the detector's plane that the mask's header tells, as the image's own is not heeded either: it
 * would win over -distance, from which a refinement starts.
 */
function withoutDistance(files: InputFiles): InputFiles {
  return { ...files, maskHeader: files.maskHeader && { ...files.maskHeader, closeDistanceMm: undefined } };
}

const noSettings: HeaderSettings = {
  shape: [0, 0],
  pixelSizeMm: undefined,
  distanceMm: undefined,
  closeDistanceMm: undefined,
  wavelengthA: undefined,
  beamCenterXMm: undefined,
  beamCenterYMm: undefined,
  orgXPixels: undefined,
  orgYPixels: undefined,
  phiDeg: undefined,
  oscRangeDeg: undefined,
  twothetaDeg: undefined,
  beamAtMm: undefined,
};

/** The image's own header says what no option and no other header does; its distance to the detector's plane never counts. */
function withHeader(files: InputFiles, header: HeaderSettings, flags: Given<SimulateFlag>, name: string): InputFiles {
  if (files.imageHeader) return files;
  const { shape } = header;
  const counted = [flags.number("detpixels", "detpixels_y"), flags.number("detpixels", "detpixels_x")];
  if (counted.some((count, axis) => count !== undefined && count !== shape[axis])) {
    throw new InputError(`${name} has ${shape[1]} x ${shape[0]} pixels, and -detpixels says ${counted[1] ?? shape[1]} x ${counted[0] ?? shape[0]}`);
  }
  // A header of a still says a turn of 0, which as an option would be two steps of 0.
  const oscRangeDeg = header.oscRangeDeg === 0 ? undefined : header.oscRangeDeg;
  return { ...files, imageHeader: { ...header, closeDistanceMm: undefined, twothetaDeg: undefined, oscRangeDeg } };
}

function pixelRules(given: Given<RefineFlag>, mask: NdArray | undefined, ofFile: number | undefined): PixelRules & { readonly overload: number } {
  const stop = given.last("beamstop")?.numbers;
  const offset = given.number("adc") ?? 0;
  return {
    overload: (given.number("overload") ?? ofFile ?? 65535) - offset,
    ...(stop && { beamStop: { fast: stop[0], slow: stop[1], radius: stop[2] } }),
    mask,
  };
}

/** The fewest counts of the pixels that are used. */
function darkest({ counts, options: { mask } }: Still): number {
  let lowest = Infinity;
  for (let i = 0; i < counts.size; i++) if (mask?.data[i] !== 0) lowest = Math.min(lowest, counts.data[i]);
  return Number.isFinite(lowest) ? lowest : 0;
}

function wantedNames(list: string, option: string): string[] {
  const names = list.split(/[\s,]+/).filter((name) => name !== "");
  return names.map((name) => {
    const meant = refinableAliases.get(name) ?? name;
    if (isRefinable(meant) || refinableMembers.has(meant)) return meant;
    const near = suggestions(name, [...refinable, ...refinableAliases.keys(), ...refinableMembers.keys()]);
    throw new InputError(`${option}: ${quote(name)} cannot be refined${didYouMean(near)} (${refinable.join(", ")})`);
  });
}

/** A spread that is refined needs one to start from. */
function withMosaic(flags: Given<SimulateFlag>, names: readonly string[], warnings: Set<string>): Given<SimulateFlag> {
  if (!names.includes("mosaic_spread")) return flags;
  const added = (name: SimulateFlag, value: number) => ({ name, spelling: `-${name}`, words: [String(value)], numbers: [value], place: flags.occurrences.length });
  const occurrences = [...flags.occurrences];
  if (!((flags.number("mosaic_spread") ?? 0) > 0)) {
    occurrences.push(added("mosaic_spread", expectedSpreadDeg));
    warnings.add(`the mosaic spread starts at ${expectedSpreadDeg} degrees, since no -mosaic_spread above 0 is given`);
  }
  if ((flags.number("mosaic_domains") ?? 1) < 2) occurrences.push(added("mosaic_domains", expectedDomains));
  return new Given(occurrences, flags.operands, flags.warnings);
}

/** What options ask to refine. */
export function askedOf(given: Given<RefineFlag>): Asked {
  const system = crystalSystems.find((candidate) => candidate === given.word("system"));
  const backgroundTerms = given.number("background_terms");
  const names = wantedNames(given.word("refine") ?? "cell,misset,distance,scale", "--refine");
  const addsBlocks = (blockCountOf(given) ?? 1) > 1 && !names.includes("blocks");
  return {
    names: addsBlocks ? [...names, "blocks"] : names,
    fixed: wantedNames(given.word("fix") ?? "", "--fix"),
    catalogue: { ...(backgroundTerms !== undefined && { backgroundTerms }), ...(system && { system }), ...(given.has("separate_N") && { separateN: true }) },
  };
}

/** Where what widens spots in closed form begins, where it is refined and not given: option, value, unit. */
const expectedWidths = [
  ["eta", 0.1, "degrees"],
  ["bandwidth", 0.1, "percent"],
  ["divergence", 0.3, "mrad"],
  ["footprint", 0.05, "mm"],
] as const;

/** How many blocks options ask for; undefined where they say nothing, or leave it to the image. */
export function blockCountOf(given: Given<RefineFlag>): number | undefined {
  const word = given.word("blocks");
  if (word === undefined || word === "auto") return undefined;
  const count = Number(word);
  if (!Number.isInteger(count) || count < 1) throw new InputError(`--blocks is ${quote(word)}; it must be a whole number of at least 1, or the word auto`);
  return count;
}

/** How far the blocks of a crystal are from each other before anything is known of them. */
const expectedTurnDeg = 0.03;

/** The blocks that are given, and as many more as there shall be, turned at random. */
function withBlocks(flags: Given<SimulateFlag>, count = 0): Given<SimulateFlag> {
  const present = flags.occurrences.filter(({ name }) => name === "block").length;
  if (count < 2 || present >= count) return flags;
  const added = normalDraws({ count }).slice(present).map((deviates, i) => {
    const numbers = [0, 1, 2].map((axis) => (present + i === 0 ? 0 : expectedTurnDeg * deviates[axis]));
    return { name: "block", spelling: "-block", words: numbers.map(String), numbers, place: flags.occurrences.length } as const;
  });
  return new Given([...flags.occurrences, ...added], flags.operands, flags.warnings);
}

/** Widths that are refined need one to start from. */
function withSpots(flags: Given<SimulateFlag>, names: readonly string[], warnings: Set<string>): Given<SimulateFlag> {
  if (flags.word("spots") !== "closed") {
    const closed = names.find((name) => closedAlone.has(refinableMembers.get(name) ?? name));
    if (closed !== undefined) throw new InputError(`--refine: ${closed} widens spots in closed form; give -spots closed with it`);
    return flags;
  }
  const idle = names.find((name) => name === "fudge");
  if (idle !== undefined) throw new InputError("--refine: fudge says nothing of spots in closed form, whose domains are Gaussian");
  const added = expectedWidths.flatMap(([name, start, unit]) => {
    const option = name === "divergence" ? "beam_divergence" : name;
    const isFanned = name === "divergence" && flags.has("divergence", "hdivrange", "vdivrange");
    if (!names.includes(name) || isFanned || (flags.last(option)?.numbers ?? []).some((value) => value !== 0)) return [];
    warnings.add(`${name} starts at ${start} ${unit}, since no -${option} above 0 is given`);
    return [{ name: option, spelling: `-${option}`, words: [String(start)], numbers: [start], place: flags.occurrences.length } as const];
  });
  return new Given([...flags.occurrences, ...added], flags.operands, flags.warnings);
}

const closedAlone: ReadonlySet<string> = new Set(["eta", "domain", "bandwidth", "footprint"]);

/** The parameters with the limits that options set. */
export function bounded(parameters: readonly Parameter[], given: Given<RefineFlag>): Parameter[] {
  const limits = given.occurrences.filter(({ name }) => name === "bounds").map(({ words }) => namedNumbers(words, parameters, "--bounds"));
  return parameters.map((parameter) => {
    const own = limits.find(({ name }) => name === parameter.name);
    return own ? { ...parameter, lower: own.numbers[0], upper: own.numbers[1] } : parameter;
  });
}

function namedNumbers([name, ...words]: readonly string[], parameters: readonly Parameter[], option: string) {
  if (!parameters.some((parameter) => parameter.name === name)) {
    throw new InputError(`${option}: ${quote(name)} is not refined (${parameters.map((parameter) => parameter.name).join(", ")})`);
  }
  const numbers = words.map(Number);
  const wrong = words.find((_, i) => !Number.isFinite(numbers[i]));
  if (wrong !== undefined) throw new InputError(`${option} ${name}: ${quote(wrong)} is no number`);
  return { name, numbers };
}

/** What a difference costs, by its name. */
export function lossOf(given: Given<RefineFlag>): { readonly name: LossName; readonly readNoise: number } {
  return { name: lossNames.find((candidate) => candidate === given.word("loss")) ?? "poisson", readNoise: given.number("read_noise") ?? 0 };
}

function optionsOf(given: Given<RefineFlag>, parameters: readonly Parameter[]): RefineOptions {
  const restraints: Restraint[] = given.occurrences
    .filter(({ name }) => name === "restrain")
    .map(({ words }) => {
      const { name, numbers } = namedNumbers(words, parameters, "--restrain");
      return { name, target: numbers[0], sigma: numbers[1] };
    });
  const seconds = given.number("seconds");
  const steps = given.number("steps");
  const { name, readNoise } = lossOf(given);
  return {
    loss: lossNamed(name, { readNoise }),
    restraints,
    coarseToFine: blursOf(given.word("coarse")),
    ...(seconds !== undefined && { maxSeconds: seconds }),
    ...(steps !== undefined && { maxSteps: steps }),
  };
}

function blursOf(list: string | undefined): readonly number[] {
  if (list === undefined) return defaultBlurs;
  if (list === "none") return [];
  const blurs = list.split(",").map(Number);
  if (blurs.some((blur) => !(blur > 1))) throw new InputError(`--coarse is ${quote(list)}; it must be numbers above 1, separated by commas, or the word none`);
  return blurs;
}
