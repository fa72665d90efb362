import { add, div, equal, less, mul, round, sub, where } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, sum } from "../autodiff/primitives/sum.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import { sourceWeights } from "../models/beam.js";
import { blockWeights, orientationCount, orientedLattice, restingLattices, scatteringLattices, type Crystal } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import { photonsPerElectron, waterBackground, type Experiment } from "../models/experiment.js";
import { smoothBackground } from "../models/background.js";
import { leavesGrid, nearestF, tricubicF, type Indices } from "../models/structure-factors.js";
import { zeros } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { shapeNamed, type CrystalShape, type Offsets } from "../physics/lattice-factor.js";
import type { DirectBasis, ReciprocalBasis } from "../physics/lattice.js";
import { scatteringVector } from "../physics/scattering.js";
import { crystalFrame, latticePoint, temperatureFactor } from "../physics/spots.js";
import { dot, norm, type Vector } from "../physics/vector.js";
import { recordAmorphous } from "./amorphous-image.js";
import { recordClosedSpots, type ClosedSampling } from "./closed-image.js";
import { DrawAxis, recordDraws } from "./drawn.js";
import { beamsIn, polarizationOf, recordRay, type PixelIndices } from "./ray.js";
import { referenceSum, type EveryStep } from "./reference-sum.js";
import { along, pixelPoints, recorded, stepCounts, whereLive } from "./steps.js";

/**
 * Which of a pixel's factors (solid angle, polarization, capture) meets which of its steps:
 * - "physical": each term of the sum has its own;
 * - "nanobragg": as the reference program, one of each for the whole pixel, or, where an option says so, each step's factor times
 *   the running sum.
 */
export type Semantics = "physical" | "nanobragg";

/** How structure factors are read: "latched" changes from tricubic to nearest at a step that is an argument of the run. */
export type LookupMode = "nearest" | "tricubic" | "latched";

export interface Sampling extends EveryStep {
  /** sub-pixels along each edge of a pixel */
  readonly oversample: number;
  readonly semantics: Semantics;
  readonly lookup: LookupMode;
  /** resolution in Å beyond which nothing scatters; 0 for no limit */
  readonly dminA: number;
  /** with spots in closed form in place of sampled ones */
  readonly closed?: ClosedSampling;
  /** whether an argument of the tiles says for which leaves each step is worked on */
  readonly isMasked?: boolean;
}

/** Arguments of a run: indices of the pixels along fast and slow, shape [P, 1, 1, 1]. */
export interface PixelInputs extends PixelIndices {
  /** with "latched": for each pixel, the number of its first step whose lookup is a nearest one */
  readonly latch?: Variable;
  /** 1 where a step is worked on, for each leaf of the tile, else 0; shape [points, sources, orientations, leaves] */
  readonly live?: Variable | undefined;
}

export interface RecordedImage {
  /** photons in each pixel, shape [P, 1, 1, 1] */
  readonly image: Variable;
  /** 1 for each step whose neighbourhood leaves the structure factors, shape [P, points, sources, orientations] */
  readonly leaving: Variable | undefined;
  /** what bounds the steps */
  readonly reach: RecordedReach;
  /** whether a pixel is 0 where no step is worked on */
  readonly leavesZero: boolean;
}

/** A reach, before its values are a program. */
export interface RecordedReach {
  readonly bounds: { readonly kind: "sampled"; readonly shape: CrystalShape } | { readonly kind: "closed"; readonly reflections: readonly [number, number, number] };
  /** q, in Å⁻¹ */
  readonly scattering: Vector;
  /** the direct vectors of the steps, in Å */
  readonly lattice: DirectBasis;
  /** of the crystal, which all steps share */
  readonly crystal: readonly Quantity[];
  /** of spots in closed form, the covariance that all reflections share */
  readonly covariance: readonly Quantity[];
  /** and what records that of a reflection, six numbers of its indices, which is added */
  readonly ofReflection: ((hkl: Vector) => readonly Quantity[]) | undefined;
  /** pixels, points, sources, orientations times reflections */
  readonly shape: Shape;
}

/**
 * Records the image of some pixels: everything from the parameters to the photons.
 *
 * Source: the reference program's main loop.
 */
export function recordImage(experiment: Experiment<Quantity>, sampling: Sampling, pixels: PixelInputs): RecordedImage {
  return sampling.closed ? recordClosedImage(experiment, { ...sampling, ...sampling.closed }, pixels) : recordSampledImage(experiment, sampling, pixels);
}

function recordClosedImage(experiment: Experiment<Quantity>, { lookup, ...sampling }: Sampling & ClosedSampling, pixels: PixelInputs): RecordedImage {
  const mode = lookup === "tricubic" ? "tricubic" : "nearest";
  const { electrons, leaving, shape, scattering, lattice, covariance, ofIndices, ofReflection } = recordClosedSpots(experiment, { ...sampling, lookup: mode }, pixels);
  return {
    reach: { bounds: { kind: "closed", reflections: sampling.reflections }, scattering, lattice, crystal: ofIndices.flat(), covariance, ofReflection, shape },
    leavesZero: isDark(experiment),
    image: photonsOf(experiment, electrons, sampling.oversample, pixels),
    leaving: mode === "tricubic" ? broadcastTo(recorded(leaving, pixels.fast), shape) : undefined,
  };
}

/** Photons in each pixel: from electrons summed over its steps, in the layers of the sensor or one of them, and from all that is no crystal. */
function photonsOf(experiment: Experiment<Quantity>, electrons: Quantity, oversample: number, pixels: PixelInputs): Variable {
  const { fast, slow } = pixels;
  const { sources, orientations } = stepCounts(experiment, oversample);
  const spots = mul(electrons, div(photonsPerElectron(experiment.beam), oversample ** 2 * sources * orientations));
  const scattered = add(spots, recordAmorphous(experiment, oversample, pixels));
  const image = experiment.background ? add(scattered, smoothBackground(experiment.background, fast, slow, experiment.detector.pixels)) : scattered;
  return broadcastTo(recorded(image, fast), [fast.shape[0], 1, 1, 1]);
}

function recordSampledImage(experiment: Experiment<Quantity>, sampling: Sampling, pixels: PixelInputs): RecordedImage {
  const { beam, crystal, detector } = experiment;
  const { fast } = pixels;
  const frame = detectorFrame(detector);
  const points = pixelPoints(sampling.oversample, detector.sensor?.layers ?? 1);
  const counts = stepCounts(experiment, sampling.oversample);
  const shape = [fast.shape[0], counts.points, counts.sources, counts.orientations];

  const ray = recordRay(detector, frame, points, pixels, along(fast, "point"));
  const incident = beamsIn(frame, beam, along(fast, "source"));
  const lattice = orientedLattice(crystal);
  const overOrientations = along(fast, "orientation");
  const axis = experiment.draws && new DrawAxis(experiment.draws, orientationCount(crystal), overOrientations);
  const undrawn = scatteringLattices(crystal, lattice.direct, frame.spindle, axis?.each ?? overOrientations);
  const drawn = axis && recordDraws(experiment, frame, undrawn, incident, axis);
  // A draw is seen from elsewhere on the detector; solid angle, polarization and capture are those of the pixel.
  const shifted = drawn && { fast: recorded(add(fast, drawn.shift.fast), fast), slow: recorded(add(pixels.slow, drawn.shift.slow), fast) };
  const seen = shifted ? recordRay(detector, frame, points, shifted, along(fast, "point")) : ray;
  const struck = drawn?.incident ?? incident;
  const turned = drawn?.lattice ?? undrawn;
  const q = scatteringVector(seen.direction, struck.direction, struck.wavelength);
  const kept = sampling.dminA > 0 ? sub(1, less(1, mul(sampling.dminA, norm(q)))) : 1;

  const index = (edge: Vector): Variable => recorded(dot(edge, q), fast);
  const hkl: Indices = [index(turned.a), index(turned.b), index(turned.c)];
  const beforeLatch = pixels.latch && less(stepIndices(fast, shape), pixels.latch);
  const basis = restingLattices(crystal, axis?.each ?? overOrientations);
  const shapeTransform = latticeFactor(crystal, hkl, basis);
  const temperature = temperatureAt(crystal, basis, sampling.lookup, hkl, beforeLatch);
  const amplitude = mul(structureFactor(experiment, sampling.lookup, hkl, beforeLatch), temperature, shapeTransform);
  const intensity = mul(amplitude, amplitude, kept, blockWeights(crystal, axis?.each ?? overOrientations));

  const isPhysical = sampling.semantics === "physical";
  const isPolarized = beam.polarized !== false || (sampling.oversamplePolar && !isPhysical);
  const polarization = polarizationOf({ ...beam, polarized: isPolarized }, frame, ray.direction, incident.direction);
  const background = waterBackground(experiment);
  const counted = isPhysical || background !== 0 ? kept : mul(kept, scatters(crystal, shapeTransform));
  const electrons =
    isPhysical
      ? physicalSum(intensity, background, mul(ray.omega, polarization, ray.capture, sourceWeights(beam, along(fast, "source"))), pixels, shape)
      : referenceSum(experiment, frame, points, pixels, sampling, sampling.oversample, { ...ray, intensity, polarization, kept, counted, shape, live: pixels.live }, background);
  const leaving = sampling.lookup === "tricubic" ? mul(recordLeaving(experiment, hkl), counted) : undefined;
  const { cells = [1, 1, 1], shape: shapeName = "square", fudge = 1 } = crystal;
  const { aStar, bStar, cStar } = lattice.reciprocal;
  return {
    image: photonsOf(experiment, electrons, sampling.oversample, pixels),
    leaving: leaving === undefined ? undefined : broadcastTo(recorded(leaving, fast), shape),
    reach: {
      bounds: { kind: "sampled", shape: shapeName },
      scattering: q,
      lattice: turned,
      crystal: [...cells, ...aStar, ...bStar, ...cStar, fudge],
      covariance: [],
      ofReflection: undefined,
      shape,
    },
    leavesZero: isDark(experiment),
  };
}

/** Whether nothing but the crystal scatters. */
function isDark(experiment: Experiment<Quantity>): boolean {
  return waterBackground(experiment) === 0 && experiment.background === undefined && (experiment.amorphous ?? []).length === 0;
}

/** The sum over a pixel's steps, each with its own solid angle, polarization and capture. */
function physicalSum(intensity: Quantity, background: Quantity, factors: Quantity, { fast, live }: PixelInputs, shape: Shape): Variable {
  const whole = (x: Quantity): Variable => broadcastTo(recorded(x, fast), shape);
  const terms = whole(mul(intensity, factors));
  const scattered = sum(whereLive(terms, live), 1, 2, 3);
  return background === 0 ? scattered : add(scattered, sum(whole(mul(background, factors)), 1, 2, 3));
}

/** The number of each step in its pixel, in the order of the loops. */
function stepIndices({ tape, dtype }: Variable, [, ...steps]: Shape): Variable {
  const indices = zeros([1, ...steps], dtype);
  for (let i = 0; i < indices.size; i++) indices.data[i] = i;
  return tape.literal(indices);
}

function latticeFactor({ cells = [1, 1, 1], shape = "square", fudge = 1 }: Crystal<Quantity>, hkl: Indices, basis: ReciprocalBasis): Quantity {
  const [h, k, l] = hkl;
  const offsets: Offsets = [sub(h, round(h)), sub(k, round(k)), sub(l, round(l))];
  return shapeNamed(shape).factor({ counts: cells, basis, fudge }, offsets);
}

/** 0 where spots end, else 1. */
function scatters({ shape = "square" }: Crystal<Quantity>, shapeTransform: Quantity): Quantity {
  return shapeNamed(shape).ends ? sub(1, equal(shapeTransform, 0)) : 1;
}

function structureFactor(
  { structureFactors, amplitudes }: Experiment<Quantity>,
  mode: LookupMode,
  hkl: Indices,
  beforeLatch: Variable | undefined,
): Quantity {
  if (typeof structureFactors === "number") return structureFactors;
  if (mode === "nearest") return nearestF(structureFactors, hkl, amplitudes);
  const between = tricubicF(structureFactors, hkl, amplitudes);
  return beforeLatch === undefined ? between : where(beforeLatch, between, nearestF(structureFactors, hkl, amplitudes));
}

/** The overall temperature factor of what the lookup finds: of the nearest reflection, or of the place between reflections. */
function temperatureAt(crystal: Crystal<Quantity>, basis: ReciprocalBasis, mode: LookupMode, hkl: Indices, beforeLatch: Variable | undefined): Quantity {
  if (crystal.bFactorA2 === undefined) return 1;
  const [h, k, l] = hkl.map((index): Quantity => {
    if (mode === "nearest") return round(index);
    return beforeLatch === undefined ? index : where(beforeLatch, index, round(index));
  });
  return temperatureFactor(crystal.bFactorA2, latticePoint([h, k, l], crystalFrame(basis)));
}

function recordLeaving({ structureFactors }: Experiment<Quantity>, hkl: Indices): Quantity {
  return typeof structureFactors === "number" ? 0 : leavesGrid(structureFactors, hkl);
}

