import { add, ceil, div, less, mul, sub, where } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, sum } from "../autodiff/primitives/sum.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import { sourceWeights, type Along } from "../models/beam.js";
import { blockWeights, orientedLattice, scatteringLattices } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import { waterBackground, type Experiment } from "../models/experiment.js";
import { indicesOf, sharedCovariance, spotCovariance, spotWidths } from "../models/spots.js";
import { leavesGrid, nearestF, tricubicF, type Indices } from "../models/structure-factors.js";
import type { Shape } from "../ndarray/shape.js";
import type { DirectBasis } from "../physics/lattice.js";
import { scatteringVector } from "../physics/scattering.js";
import { closedSpot, latticePoint, offsetsAt, reflectionOf, temperatureFactor } from "../physics/spots.js";
import type { Symmetric } from "../physics/symmetric.js";
import { minus, norm, plus, scale, transform, type Matrix, type Vector } from "../physics/vector.js";
import { beamsIn, polarizationOf, recordRay, recordTangents, type PixelIndices } from "./ray.js";
import { along, pixelPoints, recorded, stepCounts, whereLive } from "./steps.js";

/** Which spots are summed at a pixel, and of what. */
export interface ClosedSampling {
  /** so many whole numbers nearest to a pixel's h, k and l are those of reflections that can reach it */
  readonly reflections: readonly [h: number, k: number, l: number];
  /** whether a pixel's own size widens the spots; else they are summed over points in it */
  readonly hasPixels: boolean;
}

export interface ClosedSteps extends ClosedSampling {
  /** points along each edge of a pixel */
  readonly oversample: number;
  readonly lookup: "nearest" | "tricubic";
  /** resolution in Å beyond which nothing scatters; 0 for no limit */
  readonly dminA: number;
}

export interface ClosedImage {
  /** what scatters into each pixel, in electrons, summed over points, sources and orientations, shape [P, 1, 1, 1] */
  readonly electrons: Quantity;
  /** 1 for each step whose neighbourhood leaves the structure factors, else 0 */
  readonly leaving: Quantity;
  /** of the steps: pixels, points, sources, orientations times reflections */
  readonly shape: Shape;
  /** q in Å⁻¹, and the direct vectors of the orientations times reflections, in Å */
  readonly scattering: Vector;
  readonly lattice: DirectBasis;
  /** covariance that all reflections share at a pixel, in the domain's own units, to which a matrix takes indices */
  readonly covariance: Symmetric;
  readonly ofIndices: Matrix;
  /** records what is added for a reflection */
  ofReflection(hkl: Vector): Symmetric;
}

const none: Symmetric<number> = [0, 0, 0, 0, 0, 0];

/** Records the sum of all spots that reach each pixel, in closed form. */
export function recordClosedSpots(experiment: Experiment<Quantity>, sampling: ClosedSteps, pixels: PixelIndices & { readonly live?: Variable | undefined }): ClosedImage {
  const { beam, crystal, detector } = experiment;
  const { fast } = pixels;
  const frame = detectorFrame(detector);
  const { points, sources, orientations } = stepCounts(experiment, sampling.oversample);
  const ray = recordRay(detector, frame, pixelPoints(sampling.oversample, detector.sensor?.layers ?? 1), pixels, along(fast, "point"));
  const incident = beamsIn(frame, beam, along(fast, "source"));
  const reflections = new Reflections(sampling, orientations, along(fast, "orientation"));

  const lattice = scatteringLattices(crystal, orientedLattice(crystal).direct, frame.spindle, reflections.each);
  const widths = spotWidths(experiment, frame, sampling.hasPixels, reflections.each);
  const { domain, basis } = widths;
  const inDomain = (indices: Vector): Vector => transform(domain.ofIndices, indices);
  const diffracted = indicesOf(lattice, ray.direction);
  const hkl = scale(minus(diffracted, indicesOf(lattice, incident.direction)), div(1, incident.wavelength));
  const nearby = recordedIndices(reflections.near(hkl), fast);
  const tangents = recordTangents(detector, frame, ray, pixels, (vector) => inDomain(indicesOf(lattice, vector)), inDomain(diffracted));
  const shared = sharedCovariance(widths, lattice, { wavelength: incident.wavelength, scattering: inDomain(hkl), ...tangents });
  const covariance = spotCovariance(widths, shared, reflectionOf(nearby, basis));
  const { strength, reaches, origin } = closedSpot(inDomain(minus(hkl, nearby)), covariance);

  // Between reflections, the amplitude is that of the place in the domain's own spot from which the pixel is reached.
  const isBetween = sampling.lookup === "tricubic";
  const at = isBetween ? recordedIndices(plus(nearby, offsetsAt(origin(), domain)), fast) : nearby;
  const temperature = crystal.bFactorA2 === undefined ? 1 : temperatureFactor(crystal.bFactorA2, latticePoint(at, basis));
  const amplitude = mul(structureFactorAt(experiment, at, isBetween), temperature, domain.cells);
  const q = scatteringVector(ray.direction, incident.direction, incident.wavelength);
  const kept = sampling.dminA > 0 ? sub(1, less(1, mul(sampling.dminA, norm(q)))) : 1;

  const polarization = polarizationOf(beam, frame, ray.direction, incident.direction);
  const factors = mul(ray.omega, polarization, ray.capture, sourceWeights(beam, along(fast, "source")));
  const overSteps = (x: Quantity, steps: number): Variable => sum(broadcastTo(recorded(x, fast), [fast.shape[0], points, sources, steps]), 1, 2, 3);
  const shape = [fast.shape[0], points, sources, orientations * reflections.count];
  // All of a term stands behind the choice, so that loops compute nothing of it where no spot reaches.
  const term = where(reaches, mul(amplitude, amplitude, strength, kept, factors, blockWeights(crystal, reflections.each)), 0);
  const terms = broadcastTo(recorded(term, fast), shape);
  const spots = sum(whereLive(terms, pixels.live), 1, 2, 3);
  const background = waterBackground(experiment);
  return {
    electrons: background === 0 ? spots : add(spots, mul(overSteps(factors, 1), background, orientations)),
    leaving: isBetween && typeof experiment.structureFactors !== "number" ? leavesGrid(experiment.structureFactors, at) : 0,
    shape,
    scattering: q,
    lattice,
    covariance: shared,
    ofIndices: domain.ofIndices,
    ofReflection: (indices) => spotCovariance(widths, none, reflectionOf(indices, basis)),
  };
}

/** The reflections that can reach a pixel, as an axis of the tape inside of that of the orientations. */
class Reflections {
  readonly count: number;

  constructor(
    readonly sampling: ClosedSampling,
    readonly orientations: number,
    readonly along: Along,
  ) {
    const [nh, nk, nl] = sampling.reflections;
    this.count = nh * nk * nl;
  }

  /** Spreads numbers of orientations, each over its reflections. */
  readonly each: Along = (values) => this.along(values.flatMap((value) => Array.from({ length: this.count }, () => value)));

  /** The whole numbers around fractional indices. */
  near(hkl: Vector): Vector {
    const [nh, nk, nl] = this.sampling.reflections;
    const offset = (of: (i: number) => number): Quantity => this.along(Array.from({ length: this.orientations * this.count }, (_, i) => of(i % this.count)));
    const first = (axis: 0 | 1 | 2, count: number): Quantity => ceil(sub(hkl[axis], count / 2));
    return [
      add(first(0, nh), offset((i) => Math.floor(i / (nk * nl)))),
      add(first(1, nk), offset((i) => Math.floor(i / nl) % nk)),
      add(first(2, nl), offset((i) => i % nl)),
    ];
  }
}

function recordedIndices([h, k, l]: Vector, like: Variable): Indices {
  return [recorded(h, like), recorded(k, like), recorded(l, like)];
}

function structureFactorAt({ structureFactors, amplitudes }: Experiment<Quantity>, at: Indices, isBetween: boolean): Quantity {
  if (typeof structureFactors === "number") return structureFactors;
  return isBetween ? tricubicF(structureFactors, at, amplitudes) : nearestF(structureFactors, at, amplitudes);
}
