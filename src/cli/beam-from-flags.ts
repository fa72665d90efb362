import type { ListedSource } from "../io/source-list.js";
import { defaultFluence, fannedCount, type Beam, type Source } from "../models/beam.js";
import { mostSources } from "../models/validity.js";
import type { Vector } from "../physics/vector.js";
import { InputError } from "../ndarray/errors.js";
import { electronVoltAngstrom } from "../physics/constants.js";
import type { SimulateFlag } from "./flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";
import { fanOf, wholeDivergenceMrad, type StepRequest } from "./steps-from-flags.js";

type Flags = Given<SimulateFlag>;

/** Edge of the beam in mm where no option says it. */
export const defaultBeamSizeMm = 0.1;

/** A beam, and what is to be warned of. */
export interface BeamRequest {
  readonly beam: Beam;
  readonly warnings: readonly string[];
}

/**
 * The beam that options and image headers describe.
 * @param towards direction of the beam, for listed sources without a place
 */
export function beamFromFlags(given: Flags, files: InputFiles, towards: Vector<number>): BeamRequest {
  const warnings: string[] = [];
  const divergence = (range: SimulateFlag, step: SimulateFlag, count: SimulateFlag): StepRequest => {
    const request = { range: given.number(range, "divergence"), step: given.number(step), count: given.number(count, "divsteps") };
    if (request.range === undefined && request.step === undefined && request.count !== undefined) {
      warnings.push(`-${count} without -${range}: the range is ${wholeDivergenceMrad} mrad, as in the reference program`);
    }
    return request;
  };
  const dispersion = given.number("dispersion") ?? 0;
  if (dispersion >= 200) throw new InputError(`-dispersion is ${dispersion} percent; below 200 all wavelengths are above 0`);
  const beam: Beam = {
    wavelengthA: wavelengthOf(given, files),
    fluence: fluenceOf(given),
    kahnFactor: given.number("polar") ?? 0,
    polarized: given.last("polar", "nopolar")?.name !== "nopolar",
    horizontalDivergenceMrad: fanOf(divergence("hdivrange", "hdivstep", "hdivsteps")),
    verticalDivergenceMrad: fanOf(divergence("vdivrange", "vdivstep", "vdivsteps")),
    dispersionPercent: fanOf({ range: dispersion, step: undefined, count: given.number("dispsteps") }),
    squareDivergence: given.last("square_div", "round_div")?.name === "square_div",
    ...(files.sources && { sources: files.sources.map((source) => listedSource(source, towards)) }),
  };
  const sources = fannedCount(beam);
  if (sources > mostSources) {
    throw new InputError(`-hdivsteps, -vdivsteps and -dispsteps make ${sources} sources, and at most ${mostSources} fit into memory`);
  }
  return { beam, warnings };
}

function wavelengthOf(given: Flags, { maskHeader, imageHeader }: InputFiles): number {
  const last = given.last("lambda", "energy");
  if (last === undefined) return imageHeader?.wavelengthA ?? maskHeader?.wavelengthA ?? 1;
  return last.name === "energy" ? electronVoltAngstrom / last.numbers[0] : last.numbers[0];
}

function fluenceOf(given: Flags): number {
  const flux = given.number("flux") ?? 0;
  if (flux === 0) return given.number("fluence") ?? defaultFluence;
  const size = (given.number("beamsize") ?? defaultBeamSizeMm) / 1000;
  return (flux * (given.number("exposure") ?? 1)) / size / size;
}

function listedSource({ xM, yM, zM, wavelengthM }: ListedSource, [x, y, z]: Vector<number>): Source {
  const distanceM = 10;
  return {
    direction: [xM ?? -distanceM * x, yM ?? -distanceM * y, zM ?? -distanceM * z],
    ...(wavelengthM !== undefined && { wavelengthA: wavelengthM * 1e10 }),
  };
}
