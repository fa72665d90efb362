import type { ListedSource } from "../io/source-list.js";
import { defaultFluence, fannedCount, type Beam, type Source } from "../models/beam.js";
import { mostSources } from "../models/validity.js";
import type { Vector } from "../physics/vector.js";
import { formatG } from "../io/c-format.js";
import { InputError } from "../ndarray/errors.js";
import type { SimulateFlag } from "./flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";
import { fanOf, wholeDivergenceMrad, type StepRequest } from "./steps-from-flags.js";
import { wavelengthOf } from "./wavelength.js";

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
      warnings.push(`-${count} without -${range}: the range is ${wholeDivergenceMrad} mrad, as in nanoBragg`);
    }
    return request;
  };
  const dispersion = given.number("dispersion") ?? 0;
  if (dispersion >= 200) throw new InputError(`-dispersion is ${dispersion} percent; below 200 all wavelengths are above 0`);
  const wavelengthA = wavelengthOf(given, files);
  const stated = files.mtz?.wavelengthA;
  if (stated !== undefined && !given.has("lambda", "energy") && Math.abs(stated / wavelengthA - 1) > 0.001) {
    warnings.push(`${files.mtz?.name} was measured at ${formatG(stated)} A, and ${formatG(wavelengthA)} A is taken; -lambda gives the wavelength`);
  }
  const physical = given.word("semantics") === "physical" || given.word("spots") === "closed";
  const beam: Beam = {
    wavelengthA,
    fluence: fluenceOf(given),
    kahnFactor: given.number("polar") ?? files.geometry?.record.beam.kahnFactor ?? 0,
    polarized: given.last("polar", "nopolar")?.name !== "nopolar",
    horizontalDivergenceMrad: fanOf(divergence("hdivrange", "hdivstep", "hdivsteps")),
    verticalDivergenceMrad: fanOf(divergence("vdivrange", "vdivstep", "vdivsteps")),
    dispersionPercent: fanOf({ range: dispersion, step: undefined, count: given.number("dispsteps") }),
    squareDivergence: given.last("square_div", "round_div")?.name === "square_div",
    ...(files.sources && { sources: files.sources.map((source) => listedSource(source, towards, physical)) }),
  };
  if (files.sources) warnings.push(...weightWarnings(given.word("sourcefile") ?? "", files.sources, physical), ...sourceWarnings(given.word("sourcefile") ?? "", beam, towards));
  const sources = fannedCount(beam);
  if (sources > mostSources) {
    throw new InputError(`-hdivsteps, -vdivsteps and -dispsteps make ${sources} sources, and at most ${mostSources} fit into memory`);
  }
  return { beam, warnings };
}

function fluenceOf(given: Flags): number {
  const flux = given.number("flux") ?? 0;
  if (flux === 0) return given.number("fluence") ?? defaultFluence;
  const size = (given.number("beamsize") ?? defaultBeamSizeMm) / 1000;
  return (flux * (given.number("exposure") ?? 1)) / size / size;
}

function listedSource({ xM, yM, zM, weight, wavelengthM }: ListedSource, [x, y, z]: Vector<number>, physical: boolean): Source {
  const distanceM = 10;
  return {
    direction: [xM ?? -distanceM * x, yM ?? -distanceM * y, zM ?? -distanceM * z],
    ...(wavelengthM !== undefined && { wavelengthA: wavelengthM * 1e10 }),
    ...(physical && weight !== undefined && { weight }),
  };
}

/** Sentences on sources that stand behind the sample, and on wavelengths that are far from the beam's. */
function sourceWarnings(name: string, { sources = [], wavelengthA }: Beam, towards: Vector<number>): string[] {
  const behind = sources.findIndex(({ direction }) => direction.reduce((sum: number, x, axis) => sum + x * towards[axis], 0) > 0);
  const stated = sources.map((source) => source.wavelengthA ?? wavelengthA);
  const [low, high] = [Math.min(...stated), Math.max(...stated)];
  const isOther = wavelengthA < low * (1 - otherWavelength) || wavelengthA > high * (1 + otherWavelength);
  return [
    ...(behind < 0 ? [] : [`${name}: source ${behind + 1} stands behind the sample as the beam sees it, so that its photons run against the beam`]),
    ...(isOther ? [`${name}: its wavelengths, ${formatG(low)} to ${formatG(high)} A, count, and the beam's ${formatG(wavelengthA)} A is only that of headers and of -mat`] : []),
  ];
}

/** A wavelength that is farther from those of the sources, as a part of it, is another one. */
const otherWavelength = 0.01;

/**
 * What becomes of the weights of a source list.
 * @throws InputError where they are used and cannot be
 */
function weightWarnings(name: string, sources: readonly ListedSource[], physical: boolean): string[] {
  const weights = sources.map(({ weight }) => weight ?? 1);
  if (!physical) {
    const differ = weights.some((weight) => weight !== weights[0] || weight <= 0);
    const told = `${name}: the weights of its sources (${weights.slice(0, 4).join(", ")}${weights.length > 4 ? ", ..." : ""}) are not used, as in nanoBragg`;
    return differ ? [`${told}; -semantics physical and -spots closed use them`] : [];
  }
  const negative = weights.findIndex((weight) => weight < 0);
  if (negative >= 0) throw new InputError(`${name}: source ${negative + 1} has the weight ${weights[negative]}; a weight is a part of the photons, at least 0`);
  if (weights.every((weight) => weight === 0)) throw new InputError(`${name}: all weights are 0, so no source sends photons`);
  const dark = weights.filter((weight) => weight === 0).length;
  return dark > 0 ? [`${name}: ${dark} of ${weights.length} sources have the weight 0 and send no photons`] : [];
}
