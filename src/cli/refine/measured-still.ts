import { bothMasks, maskOfPanel } from "../../input/masks.js";
import { maskOfPanels, stackedPanels } from "../../input/panel-image.js";
import type { ExperimentRecord, PanelRecord } from "../../io/geometry/record.js";
import { headerSettings, type HeaderSettings } from "../../io/header-settings.js";
import type { MeasuredImage } from "../../io/image.js";
import { InputError } from "../../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../../ndarray/ndarray.js";
import { refinableExperiment } from "../../refine/catalogue.js";
import { usablePixels, type PixelRules, type Still } from "../../refine/still.js";
import type { Request } from "../experiment-from-flags.js";
import type { SimulateFlag } from "../flags.js";
import { readImage } from "../image-file.js";
import type { Given } from "../parse-flags.js";
import { photonsOf, type CountScale } from "./count-scale.js";
import type { RefineFlag } from "./flags.js";
import type { HeaderWords } from "./header-agreement.js";
import { noSettings } from "./image-header.js";

/** An image's counts, and what its file says of its pixels. */
interface Counted extends Pick<MeasuredImage, "mask" | "overload" | "pedestal" | "image"> {
  readonly isSmv: boolean;
}

/**
 * The counts, panel by panel where there are many, without the pixels that a geometry file leaves out, and with the lower one of its overload
 * and the image's own.
 * @param source of the panels
 * @throws InputError when the image has not the pixels of the panels
 */
export function knownPixels(name: string, counted: Counted, panels: readonly PanelRecord[], source?: string): Counted {
  const [first] = panels;
  if (first === undefined) return counted;
  const isOne = panels.length === 1;
  if (isOne) checkSize(name, counted.image, first.pixels, `${source ?? "the model"} states`);
  const ofFile = isOne ? maskOfPanel(first) : maskOfPanels(panels);
  const stacked = (image: NdArray): NdArray => (isOne ? image : stackedPanels(image, panels, name));
  const own = counted.mask && stacked(counted.mask);
  const overloads = [counted.overload, lowestOverload(panels)].filter((limit) => limit !== undefined);
  const overload = overloads.length > 0 ? Math.min(...overloads) : undefined;
  const image = stacked(counted.image);
  const masks = [own, ofFile, aboveLimits(image, panels)].filter((mask) => mask !== undefined);
  return { ...counted, image, overload, mask: masks.length === 0 ? undefined : masks.reduce(bothMasks) };
}

/** @param said who says how many pixels there are */
function checkSize(name: string, { shape, rank }: NdArray, { fast, slow }: PanelRecord["pixels"], said: string): void {
  if (rank === 2 && (shape[0] !== slow || shape[1] !== fast)) throw new InputError(`${name} has ${shape[1]} x ${shape[0]} pixels, and ${said} ${fast} x ${slow}`);
}

/** Sentences on an overload that image and model file state differently, and on pixels that are below the counts that the model file trusts. */
export function limitWarnings(name: string, { image, overload: own }: Counted, panels: readonly PanelRecord[], source: string | undefined): string[] {
  const above = panels.length === 0 ? undefined : aboveLimits(panels.length === 1 ? image : stackedPanels(image, panels, name), panels);
  let below = 0;
  for (let at = 0; at < (above?.size ?? 0); at++) if (above?.data[at] === 0) below++;
  const stated = lowestOverload(panels);
  const differ = own !== undefined && stated !== undefined && Math.abs(own - stated) > 1;
  return [
    ...(differ ? [`pixels are overloaded from ${own} counts on by ${name}, and from ${stated} by ${source}; the lower one counts`] : []),
    ...(below > 0 ? [`${name}: ${below} pixels are below the counts that ${source} trusts, and left out`] : []),
  ];
}

/** Whether counts are not trusted that a pixel can well have. */
export function areFewCountsLost(panels: readonly PanelRecord[]): boolean {
  return panels.some(({ trusted }) => (trusted?.lowest ?? 0) > 0);
}

/**
 * The mask that leaves out counts below those that a panel's can be trusted from. A limit of 0 says no more than that marks are no counts,
 * and an image of real numbers has noise below 0.
 */
function aboveLimits(image: NdArray, panels: readonly PanelRecord[]): NdArray | undefined {
  const limits = panels.map(({ trusted }) => trusted?.lowest || -Infinity);
  if (limits.every((limit) => limit === -Infinity)) return undefined;
  const mask = zeros(image.shape, "int32");
  const perPanel = image.size / panels.length;
  const values = flatData(image);
  for (let at = 0; at < values.length; at++) mask.data[at] = values[at] < limits[Math.floor(at / perPanel)] ? 0 : 1;
  return mask;
}

/** Where panels are overloaded from different counts on, the fewest are taken for all. */
function lowestOverload(panels: readonly PanelRecord[]): number | undefined {
  const stated = panels.flatMap(({ trusted }) => trusted?.overload ?? []);
  return stated.length > 0 ? Math.min(...stated) : undefined;
}

/** Options that say something of the pixels of one panel. */
const ofOnePanel: readonly RefineFlag[] = ["mask", "roi", "beamstop"];

/** @throws InputError that names an option that a detector of many panels has not */
export function checkForMany(given: Given<RefineFlag>, { source, panels }: ExperimentRecord): void {
  const other = given.last(...ofOnePanel);
  if (other) throw new InputError(`${other.spelling} is for a detector of one panel, and ${source} has ${panels.length}; bad regions belong into the geometry file`);
}

/**
 * A measured image, the experiment that it is compared with, and the pixels that count.
 * @throws InputError when image and experiment differ in their size
 */
export function stillFrom(name: string, { image, overload, mask: own }: Counted, scale: CountScale, request: Request, given: Given<RefineFlag>): Still {
  const { experiment, options: { oversample, ...options } } = request;
  const counts = photonsOf(image, scale);
  const rules = pixelRules(given, own && options.mask ? bothMasks(own, options.mask) : (own ?? options.mask), overload, scale);
  const { mask } = usablePixels(counts, rules);
  const { slow, fast } = experiment.detector.pixels;
  if (!experiment.panels && counts.rank !== 2) throw new InputError(`${name} has the shape ${counts.shape.join(" x ")}, and nothing says where its panels are; name a geometry file of them with -geometry`);
  if (!experiment.panels) checkSize(name, counts, { fast, slow }, `${given.word("geometry") ?? "the options"} ${given.has("geometry") ? "states" : "say"}`);
  return { experiment: refinableExperiment(experiment), options: { ...options, ...(given.has("oversample") && { oversample }), mask }, counts, overload: rules.overload, name };
}

/**
 * Reads an image.
 * @param dataSet of an HDF5 file, the one with the images, where a geometry file names it
 */
export async function readCounts(name: string, cwd: string, flags: Given<SimulateFlag>, dataSet?: string): Promise<Counted & { readonly header: HeaderSettings; readonly words: HeaderWords; readonly record: ExperimentRecord; readonly contradictions: readonly string[] }> {
  const fast = flags.number("detpixels", "detpixels_x");
  const slow = flags.number("detpixels", "detpixels_y");
  const { image, mask, overload, pedestal, smvHeader, record, contradictions = [] } = await readImage(cwd, name, undefined, fast !== undefined && slow !== undefined ? [slow, fast] : undefined, dataSet);
  const shape = [image.shape[image.rank - 2], image.shape[image.rank - 1]] as const;
  const stated = { pixelSizeMm: record.panels[0]?.pixelSizeMm, wavelengthA: record.beam.wavelengthA };
  const header = smvHeader ? headerSettings({ header: smvHeader, shape }, name) : { ...noSettings, ...stated, shape };
  return { image, header, words: smvHeader ?? new Map<string, string>(), mask, overload, pedestal, record, contradictions, isSmv: smvHeader !== undefined };
}

function pixelRules(given: Given<RefineFlag>, mask: NdArray | undefined, ofFile: number | undefined, { offset, gain }: CountScale): PixelRules & { readonly overload: number } {
  const stop = given.last("beamstop")?.numbers;
  return {
    overload: ((given.number("overload") ?? ofFile ?? 65535) - offset) / gain,
    ...(stop && { beamStop: { fast: stop[0], slow: stop[1], radius: stop[2] } }),
    mask,
  };
}

/** The part of the pixels that are used which have fewer counts than none. */
export function partBelowZero({ counts, options: { mask } }: Still): number {
  let [used, below] = [0, 0];
  for (let i = 0; i < counts.size; i++) {
    if (mask?.data[i] === 0 || Number.isNaN(counts.data[i])) continue;
    used++;
    if (counts.data[i] < 0) below++;
  }
  return used > 0 ? below / used : 0;
}

/** The fewest counts of the pixels that are used. */
export function darkest({ counts, options: { mask } }: Still): number {
  let lowest = Infinity;
  for (let i = 0; i < counts.size; i++) if (mask?.data[i] !== 0) lowest = Math.min(lowest, counts.data[i]);
  return Number.isFinite(lowest) ? lowest : 0;
}
