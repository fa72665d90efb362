import { executors, type Executor } from "../autodiff/executor.js";
import { known, type Quantity } from "../autodiff/tape.js";
import type { Detector } from "../models/detector.js";
import { recommendedOversample, type Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import { checkExperiment } from "../models/validity.js";
import { InputError } from "../ndarray/errors.js";
import { checkChoice, checkOptions, type NamesOf } from "../ndarray/fields.js";
import type { ImageOptions } from "./image-options.js";
import type { LookupMode, Sampling } from "./image.js";
import type { Negligible } from "./live/reach.js";
import { checkSkip, negligibleIn } from "./negligible.js";
import { selectPixels, type Pixels } from "./pixels.js";
import { reflectionsInReach } from "./spot-reach.js";
import { stepCounts } from "./steps.js";

/** What is known of an image before anything is recorded. */
export interface ImagePlan {
  readonly pixels: Pixels;
  readonly sampling: Omit<Sampling, "lookup">;
  readonly tileSize: number;
  /** of one pixel */
  readonly steps: number;
  readonly structureFactors: StructureFactors | undefined;
  readonly lookup: Exclude<LookupMode, "latched">;
  /** what may be left out; all is worked on unless given */
  readonly negligible: Negligible | undefined;
}

/** Steps of one pixel that fit into memory. */
export const mostSteps = 2 ** 22;
/** Pixels in a tile of loops, at the most and at the least, and between them as many as have so many steps together. */
const largestTile = 1024;
const smallestTile = 64;
const stepsOfTile = 2 ** 13;
/** Where parameters are arrays: a tile makes sums for all of their elements, which are worth so many steps at the most. */
const mostStepsOfTile = 2 ** 16;
const elementsOfInterpretedTile = 2 ** 16;

const optionNames: NamesOf<ImageOptions> = {
  dtype: true, oversample: true, spots: true, semantics: true, interpolation: true, dminA: true, executor: true, tileSize: true, onProgress: true, imageDtype: true, onRows: true,
  roi: true, mask: true, oversampleOmega: true, oversamplePolar: true, oversampleThick: true, skip: true,
};

/** @throws InputError when an option cannot be, or there is none of its name */
export function checkImageOptions(options: ImageOptions): void {
  checkOptions("ImageModel", options, optionNames);
  checkOptionValues(options);
}

function checkOptionValues({ dtype, spots, oversample, semantics, interpolation, dminA, executor, tileSize, skip }: ImageOptions): void {
  checkSkip(skip);
  checkChoice("dtype", dtype, ["float64", "float32"]);
  checkChoice("semantics", semantics, ["physical", "nanobragg"]);
  checkChoice("interpolation", interpolation, ["auto", "tricubic", "nearest"]);
  checkChoice("executor", executor, executors);
  checkChoice("spots", spots, ["sampled", "closed"]);
  if (spots === "closed") {
    if (semantics === "nanobragg") throw new InputError('spots "closed" are summed with the semantics "physical"; those of the reference program are "nanobragg"\'s');
  }
  if (oversample !== undefined && !isCount(oversample)) throw new InputError(`oversample is ${oversample}; it must be a whole number of at least 1`);
  if (tileSize !== undefined && !isCount(tileSize)) throw new InputError(`tileSize is ${tileSize}; it must be a whole number of at least 1`);
  if (dminA !== undefined && !(dminA >= 0 && dminA < Infinity)) throw new InputError(`dminA is ${dminA}; it must be a finite number of at least 0`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

/** Where there are many panels: the detectors that they make, and the pixels of all. */
export interface PlannedPanels {
  readonly detectors: readonly Detector<Quantity>[];
  readonly pixels: Pixels;
}

/**
 * @param experiment of numbers
 * @param elements of the parameters
 * @param panels in place of the experiment's own detector
 * @throws InputError when the experiment cannot be, or its steps do not fit into memory
 */
export function planOf(experiment: Experiment<Quantity>, options: ImageOptions, executor: Executor, elements: number, panels?: PlannedPanels): ImagePlan {
  checkExperiment(experiment);
  if (experiment.panels) throw new InputError("the experiment has many panels, whose image a PanelModel simulates");
  const { structureFactors, detector, crystal } = experiment;
  checkSpots(experiment, options);
  const { oversample } = options;
  const detectors = panels?.detectors ?? [detector];
  const hasPixels = oversample === undefined;
  const closed = options.spots === "closed" ? { hasPixels, reflections: reflectionsInReach(experiment, hasPixels, detectors) } : undefined;
  const edge = oversample ?? (closed ? 1 : recommendedOversample(experiment, detectors));
  const counts = stepCounts(experiment, edge);
  const reflections = closed ? closed.reflections[0] * closed.reflections[1] * closed.reflections[2] : 1;
  const steps = counts.points * counts.sources * counts.orientations * reflections;
  if (!(steps <= mostSteps)) {
    const origin = oversample === undefined ? ", enough to resolve the spots" : "";
    const summed = closed ? ` and ${reflections} reflections in reach` : "";
    const terms = `${counts.points} points in a pixel (oversample ${edge}${origin}), ${counts.sources} sources and ${counts.orientations} orientations${summed}`;
    throw new InputError(`${terms} make ${steps} steps, and at most ${mostSteps} fit into memory`);
  }
  const pixels = panels?.pixels ?? selectPixels([detector.pixels.slow, detector.pixels.fast], options);
  const grid = structureFactors instanceof StructureFactors ? structureFactors : undefined;
  const few = crystal.domainA === undefined && (crystal.cells ?? [1, 1, 1]).some((n) => known(n) <= 2);
  const { interpolation = "auto", tileSize = evenTiles(tileSizeFor(executor, steps, elements), pixels), skip = "zeros" } = options;
  const isTricubic = grid !== undefined && !grid.disabled && (interpolation === "tricubic" || (interpolation === "auto" && few));
  if (closed && isTricubic && grid.policy === "sequential") {
    throw new InputError('structure factors with the policy "sequential" are those of the reference program\'s steps; with spots "closed" the policy is "mask" or "disable"');
  }
  const sampling: Omit<Sampling, "lookup"> = {
    oversample: edge,
    semantics: options.semantics ?? "physical",
    oversampleOmega: options.oversampleOmega ?? false,
    oversamplePolar: options.oversamplePolar ?? false,
    oversampleThick: options.oversampleThick ?? false,
    dminA: options.dminA ?? 0,
    ...(closed && { closed }),
  };
  // Lookups between reflections are all counted where they leave the grid, and a size of tiles that is given is not that of blocks.
  const canSkip = !isTricubic && options.tileSize === undefined;
  return {
    pixels,
    steps,
    tileSize: Math.ceil(tileSize / 4) * 4,
    structureFactors: grid,
    lookup: isTricubic ? "tricubic" : "nearest",
    sampling,
    negligible: canSkip ? negligibleIn(experiment, sampling, skip, steps, pixels.size) : undefined,
  };
}

/** Refuses what the chosen kind of spots would not heed. */
function checkSpots({ beam, crystal, detector, draws }: Experiment<Quantity>, { spots = "sampled" }: ImageOptions): void {
  if (spots === "closed") {
    if (draws) throw new InputError('draws sample what spots: "closed" has in closed form; leave one of them out');
    return;
  }
  if (draws && crystal.domainA) throw new InputError("crystal.domainA is the shape of a domain for spots in closed form alone; with draws, give crystal.cells");
  if (draws) return;
  const given = {
    "crystal.etaDeg": crystal.etaDeg,
    "crystal.domainA": crystal.domainA,
    "beam.bandwidthPercent": beam.bandwidthPercent,
    "beam.beamDivergenceMrad": beam.beamDivergenceMrad,
    "detector.footprintMm": detector.footprintMm,
  };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new InputError(`${name} widens spots in closed form, and these are sampled; say spots: "closed", or give draws`);
}

/** Tiles no larger than that, of which those of a panel, or all, are about equal. */
function evenTiles(largest: number, { size, panels }: Pixels): number {
  if (panels === undefined) return Math.min(largest, size);
  let fullest = 1;
  for (let panel = 1; panel < panels.first.length; panel++) fullest = Math.max(fullest, panels.first[panel] - panels.first[panel - 1]);
  return Math.ceil(fullest / Math.ceil(fullest / largest));
}

function tileSizeFor(executor: Executor, steps: number, elements: number): number {
  if (executor === "interpreter") return Math.max(16, Math.ceil(elementsOfInterpretedTile / steps));
  const wanted = Math.max(stepsOfTile, Math.min(elements, mostStepsOfTile));
  return Math.max(smallestTile, Math.min((largestTile * wanted) / stepsOfTile, Math.floor(wanted / steps)));
}
