import { executors } from "../autodiff/executor.js";
import { known } from "../autodiff/tape.js";
import { axesOf, detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { Ran1 } from "../models/ran1.js";
import { StructureFactors } from "../models/structure-factors.js";
import { misplacement } from "../models/validity.js";
import { InputError } from "../ndarray/errors.js";
import type { ImageOptions } from "../simulate/image-options.js";
import { mostSteps } from "../simulate/image-plan.js";
import type { Skip } from "../simulate/negligible.js";
import type { Roi } from "../simulate/statistics.js";
import { stepCounts } from "../simulate/steps.js";
import { amorphousFromFlags, curveWarnings } from "./amorphous-from-flags.js";
import { beamFromFlags } from "./beam-from-flags.js";
import { crystalFromFlags } from "./crystal-from-flags.js";
import { detectorFromFlags } from "./detector-from-flags.js";
import { simulateFlags, type SimulateFlag } from "./flags.js";
import type { InputFiles } from "./input-files.js";
import { overruledOptions } from "./overruled-options.js";
import { namesOf, type Given } from "./parse-flags.js";
import { geometryWarnings, slipWarnings } from "./plausible.js";
import { spotsFromFlags } from "./spots-from-flags.js";
import { subPixels } from "./whole-counts.js";

/** A whole run, before anything is computed. */
export interface Request {
  readonly experiment: Experiment;
  readonly options: ImageOptions;
  readonly oversample: number;
  /** terms of a pixel's sum: points in it, sources, orientations */
  readonly steps: { readonly points: number; readonly sources: number; readonly orientations: number };
  readonly roi: Roi | undefined;
  /** the whole turn, which image headers tell */
  readonly oscDeg: number;
  /** the run's random numbers, of which misset and mosaic domains have been drawn */
  readonly generator: Ran1;
  /** as stored, the negative of what is given */
  readonly noiseSeed: number;
  readonly warnings: readonly string[];
}

/**
 * What a command line asks for.
 * @param seconds since 1970, for a noise seed that is not given
 * @throws InputError that names the option
 */
export function requestFromFlags(given: Given<SimulateFlag>, files: InputFiles, seconds: number): Request {
  const generator = new Ran1();
  const noiseSeed = -(given.number("seed") ?? seconds);
  const { detector, warnings: detectorWarnings } = detectorFromFlags(given, files);
  checkAxes(given, detector);
  const { beam, warnings: beamWarnings } = beamFromFlags(given, files, axesOf(detector).beam);
  const { crystal, longestEdge, hasFewCells, oscDeg, warnings: crystalWarnings } = crystalFromFlags(given, files, beam.wavelengthA, generator, noiseSeed);
  const spots = spotsFromFlags(given);
  const { amorphous, warnings: amorphousWarnings } = amorphousFromFlags(given, files.curve);
  const experiment: Experiment = {
    beam: { ...beam, ...spots.beam },
    crystal: { ...crystal, ...spots.crystal },
    detector: { ...detector, ...spots.detector },
    structureFactors: files.structureFactors,
    ...(spots.draws && { draws: spots.draws }),
    waterUm: given.number("water") ?? 0,
    ...(amorphous.length > 0 && { amorphous }),
    ...(given.has("background") && { background: given.last("background")?.numbers ?? [] }),
  };
  // Where the beam strikes the first of many panels, and what that sees, says nothing of the others.
  const isOnePanel = (files.geometry?.record.panels.length ?? 1) === 1;
  const recommended = subPixels(longestEdge, beam.wavelengthA, known(detectorFrame(detector).distance), detector.pixelSizeMm);
  const oversample = given.number("oversample") ?? (spots.isClosed ? 1 : recommended);
  const warnings = [...given.warnings, ...files.warnings, ...(files.geometry?.warnings ?? []), ...detectorWarnings, ...beamWarnings, ...crystalWarnings, ...spots.warnings, ...amorphousWarnings, ...idleWarnings(given), ...overruledOptions(given), ...slipWarnings(given), ...(isOnePanel ? geometryWarnings(given, experiment) : [])];
  if (oversample < recommended && !spots.isClosed) {
    warnings.push(`the intensity may vary within a pixel: -oversample ${recommended} resolves the spots, and ${oversample} is taken`);
  }
  warnings.push(...curveWarnings(experiment, oversample, files.curve));
  const mode = given.last("interpolate", "nointerpolate")?.name ?? (hasFewCells && !given.has("domain") ? "interpolate" : "nointerpolate");
  const fewAfterAll = (crystal.cells ?? []).some((n) => n <= 2);
  if (!given.has("interpolate", "nointerpolate", "domain") && fewAfterAll !== hasFewCells && files.structureFactors instanceof StructureFactors) {
    warnings.push(`-N, not the size of the crystal, decides on interpolation, as in nanoBragg: -${mode} is taken`);
  }
  const steps = stepCounts(experiment, oversample);
  const perPixel = steps.points * steps.sources * steps.orientations;
  if (perPixel > mostSteps) {
    const terms = `${steps.points} points (-oversample ${oversample}), ${steps.sources} sources and ${steps.orientations} orientations`;
    throw new InputError(`${terms} make ${perPixel} steps a pixel, and at most ${mostSteps} fit into memory`);
  }
  if (steps.sources === 0) {
    throw new InputError("-hdivsteps, -vdivsteps: the round divergence leaves no source; -square_div keeps its corners");
  }
  const { fast, slow } = detector.pixels;
  if (files.mask && (files.mask.shape[0] !== slow || files.mask.shape[1] !== fast)) {
    throw new InputError(`-mask has ${files.mask.shape[1]} x ${files.mask.shape[0]} pixels, and the detector ${fast} x ${slow}`);
  }
  const roi = roiFromFlags(given, fast, slow);
  const printed = given.last("printout_pixel")?.numbers;
  if (printed && (printed[0] >= fast || printed[1] >= slow)) {
    throw new InputError(`-printout_pixel ${printed.join(" ")} leaves the detector's ${fast} x ${slow} pixels`);
  }
  return {
    experiment,
    oversample,
    steps,
    roi,
    oscDeg,
    generator,
    noiseSeed,
    warnings,
    options: {
      roi,
      mask: files.mask,
      dtype: given.word("dtype") === "float32" ? "float32" : "float64",
      executor: executors.find((name) => name === given.word("executor")) ?? "webassembly",
      ...(spots.isClosed && { spots: "closed" }),
      ...(spots.isClosed && !given.has("oversample") ? {} : { oversample }),
      semantics: spots.isClosed || given.word("semantics") === "physical" ? "physical" : "nanobragg",
      oversampleThick: given.has("oversample_thick"),
      oversamplePolar: given.has("oversample_polar"),
      oversampleOmega: given.has("oversample_omega"),
      interpolation: mode === "interpolate" ? "tricubic" : "nearest",
      dminA: given.number("dmin") ?? 0,
      skip: skipFrom(given.word("skip")),
    },
  };
}

/** @throws InputError when it is no part of the brightest step */
function skipFrom(word = "zeros"): Skip {
  if (word === "nothing" || word === "zeros") return word;
  const part = Number(word);
  if (part >= 0 && part < 1) return part;
  throw new InputError(`-skip is ${word}; it takes nothing, zeros, or a part of the brightest step, at least 0 and below 1`);
}

/** Refuses axes that make no detector and no beam, with the names of the options. */
function checkAxes(given: Given<SimulateFlag>, detector: Experiment["detector"]): void {
  const problem = misplacement(detector);
  if (problem === "fast along slow") throw new InputError("-fdet_vector and -sdet_vector are parallel, so they span no detector");
  if (problem === "field along beam") {
    throw new InputError("-beam_vector and -polar_vector are parallel, and the electric field lies across the beam");
  }
  if (problem === "edge on") {
    const turned = given.last("detector_rotx", "detector_roty", "detector_rotz", "odet_vector", "beam_vector");
    throw new InputError(`${turned?.spelling ?? "-odet_vector"} turns the detector parallel to the beam, which then never strikes it`);
  }
}

/**
 * Pixels of the rectangle that is worked on. The reference program's own default ends one behind the last pixel, so that may be
 * written.
 */
function roiFromFlags(given: Given<SimulateFlag>, fast: number, slow: number): Roi | undefined {
  const numbers = given.last("roi")?.numbers;
  if (numbers === undefined) return undefined;
  const [fastMin, fastMax, slowMin, slowMax] = numbers;
  const check = (axis: string, min: number, max: number, extent: number): void => {
    if (min > max) throw new InputError(`-roi: its ${axis} range ${min} to ${max} ends before it begins`);
    if (min >= extent || max > extent) {
      throw new InputError(`-roi: its ${axis} range ${min} to ${max} leaves the detector's pixels 0 to ${extent - 1}`);
    }
  };
  check("fast", fastMin, fastMax, fast);
  check("slow", slowMin, slowMax, slow);
  return { fastMin, fastMax: Math.min(fastMax, fast - 1), slowMin, slowMax: Math.min(slowMax, slow - 1) };
}

function idleWarnings(given: Given<SimulateFlag>): string[] {
  const below = (["scale", "pgmscale"] as const).filter((name) => (given.number(name) ?? 0) < 0);
  const idle = namesOf(simulateFlags).filter((name) => simulateFlags[name].idle === true && given.has(name));
  return [
    ...below.map((name) => `-${name} is below 0, so the default scale is taken, as in nanoBragg`),
    ...idle.map((name) => `-${name} has no effect, as in nanoBragg`),
  ];
}
