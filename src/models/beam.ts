import { add, div, mul, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { rotateAxis, type Vector } from "../physics/vector.js";

/** Equally spaced values around a centre. */
export interface Fan<Q = number> {
  /** from the first to the last value */
  readonly range: Q;
  /** number of values */
  readonly count: number;
  /** from one value to the next; range / (count - 1) unless given */
  readonly step?: Q;
}

/** A point that photons come from. */
export interface Source {
  /** from the sample towards the source, of any length */
  readonly direction: Vector<number>;
  /** the beam's wavelength unless given */
  readonly wavelengthA?: number;
  /**
   * its part of the photons, relative to the other sources; 1 unless given. It counts where each term of the sum counts by itself
   * (semantics "physical"); the reference program does not use it
   */
  readonly weight?: number;
}

/** The photons before the sample. */
export interface Beam<Q = number> {
  /** in A */
  readonly wavelengthA: Q;
  /** photons per square metre during the exposure; unless given, the image is in units of one electron's scattering */
  readonly fluence?: Q;
  /** Kahn's polarization factor, from -1 to 1; 0 unless given */
  readonly kahnFactor?: Q;
  /** false leaves the polarization factor out */
  readonly polarized?: boolean;
  /** directions about the vertical, in mrad; one unless given */
  readonly horizontalDivergenceMrad?: Fan<Q>;
  /** directions about the polarization, in mrad; one unless given */
  readonly verticalDivergenceMrad?: Fan<Q>;
  /** true keeps the corners of the divergence that a round beam does not have */
  readonly squareDivergence?: boolean;
  /** wavelengths, in percent of the beam's; one unless given */
  readonly dispersionPercent?: Fan<Q>;
  /** in place of divergence and dispersion */
  readonly sources?: readonly Source[];
  /** of spots in closed form, the relative standard deviation of each source's wavelengths; 0 unless given */
  readonly bandwidthPercent?: Q;
  /** of spots in closed form, the standard deviation of each source's directions, both or horizontal and vertical; 0 unless given */
  readonly beamDivergenceMrad?: Q | readonly [horizontal: Q, vertical: Q];
}

/** Photons per square metre with which a pixel of solid angle 1 counts the square of its electrons: 1 / (classical electron radius)^2. */
export const defaultFluence = 125932015286227086360700780544;

/** Spreads numbers along an axis of the tape; equal ones remain a number. */
export type Along = (values: readonly number[]) => Quantity;

/** Where the beam's own axes point, each of length 1. */
export interface BeamAxes {
  /** from the source to the sample */
  readonly direction: Vector;
  /** of the electric field */
  readonly polarization: Vector;
  /** across both */
  readonly vertical: Vector;
}

/** The beams that strike the sample, spread along the axis of sources. */
export interface IncidentBeams {
  /** of length 1, away from the source */
  readonly direction: Vector;
  /** in Å */
  readonly wavelength: Quantity;
}

const still: Fan = { range: 0, count: 1 };

/** Number of directions and wavelengths of a beam's divergence and dispersion, those in its corners included. */
export function fannedCount({ horizontalDivergenceMrad, verticalDivergenceMrad, dispersionPercent }: Beam<Quantity>): number {
  return [horizontalDivergenceMrad, verticalDivergenceMrad, dispersionPercent].reduce((product, fan) => product * (fan?.count ?? 1), 1);
}

/**
 * The weights of a beam's sources, relative to their mean.
 * @returns one number a source, or 1 where all are the same
 */
export function sourceWeights({ sources }: Beam<Quantity>, along: Along): Quantity {
  const weights = sources?.map(({ weight = 1 }) => weight) ?? [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.every((weight) => weight === weights[0]) ? 1 : along(weights.map((weight) => (weight * weights.length) / total));
}

/** Number of beams that strike the sample from different directions or with different wavelengths. */
export function sourceCount(beam: Beam<Quantity>): number {
  return beam.sources?.length ?? generatedSources(beam).length;
}

/**
 * The beams that strike the sample: from listed sources or, in the reference program's order, from the divergence (horizontal
 * outermost, vertical) and the dispersion.
 */
export function incidentBeams(beam: Beam<Quantity>, axes: BeamAxes, along: Along): IncidentBeams {
  if (beam.sources) return listedBeams(beam, beam.sources, along);
  const chosen = generatedSources(beam);
  const deviation = (fan: Fan<Quantity>, indices: readonly number[]): Quantity => {
    if (fan.range === 0 && fan.step === undefined) return 0;
    return sub(mul(along(indices), stepOf(fan)), div(fan.range, 2));
  };
  const vertical = deviation(beam.verticalDivergenceMrad ?? still, chosen.map(({ v }) => v));
  const horizontal = deviation(beam.horizontalDivergenceMrad ?? still, chosen.map(({ h }) => h));
  const dispersion = deviation(beam.dispersionPercent ?? still, chosen.map(({ wave }) => wave));
  const tilted = rotateAxis(axes.direction, axes.polarization, div(vertical, 1000));
  return {
    direction: rotateAxis(tilted, axes.vertical, div(horizontal, 1000)),
    wavelength: mul(beam.wavelengthA, add(1, mul(dispersion, 1e-2))),
  };
}

function listedBeams(beam: Beam<Quantity>, sources: readonly Source[], along: Along): IncidentBeams {
  const directions = sources.map(({ direction: [x, y, z] }, index) => {
    const length = Math.hypot(x, y, z);
    if (!(length > 0)) throw new InputError(`source ${index + 1} stands at the sample and has no direction`);
    return [-x / length, -y / length, -z / length];
  });
  const component = (axis: number): Quantity => along(directions.map((direction) => direction[axis]));
  const own = along(sources.map(({ wavelengthA }) => (wavelengthA === undefined ? 1 : 0)));
  const listed = along(sources.map(({ wavelengthA }) => wavelengthA ?? 0));
  return {
    direction: [component(0), component(1), component(2)],
    wavelength: own === 1 ? beam.wavelengthA : add(mul(own, beam.wavelengthA), listed),
  };
}

interface GeneratedSource {
  readonly h: number;
  readonly v: number;
  readonly wave: number;
}

function generatedSources(beam: Beam<Quantity>): GeneratedSource[] {
  const { horizontalDivergenceMrad: horizontal = still, verticalDivergenceMrad: vertical = still } = beam;
  const waves = (beam.dispersionPercent ?? still).count;
  const sources: GeneratedSource[] = [];
  for (let h = 0; h < horizontal.count; h++) {
    for (let v = 0; v < vertical.count; v++) {
      // A fan without a range gives 0/0, which is not greater than anything: no corner to cut.
      const outside = 4 * (relativeSquare(horizontal, h) + relativeSquare(vertical, v)) > 1.1;
      if (outside && !beam.squareDivergence) continue;
      for (let wave = 0; wave < waves; wave++) sources.push({ h, v, wave });
    }
  }
  return sources;
}

/** Squared distance from the fan's centre, less that of the innermost of an even number of values, in units of the range. */
function relativeSquare(fan: Fan<Quantity>, index: number): number {
  if (fan.range === 0) return NaN;
  const step = typeof fan.step === "number" && typeof fan.range === "number" ? fan.step / fan.range : 1 / (fan.count - 1);
  return (step * index - 0.5) ** 2 - (step ** 2 / 4) * (1 - (fan.count % 2));
}

function stepOf({ step, range, count }: Fan<Quantity>): Quantity {
  return step ?? (count > 1 ? div(range, count - 1) : 0);
}

