/** How far spots are from where a model has them. */
import { known, type Quantity } from "../autodiff/tape.js";
import { detectorFrame, type Detector } from "../models/detector.js";

/** A place on a panel, in pixels from its corner. */
export interface Place {
  readonly fast: number;
  readonly slow: number;
}

/** Distances of observed spots from the predicted ones, in pixels. */
export interface Offsets {
  readonly spots: number;
  readonly rms: number;
  readonly median: number;
  /** away from the direct beam: mean and root mean square */
  readonly radial: { readonly mean: number; readonly rms: number };
  /** around the direct beam, towards slow where fast points: mean and root mean square */
  readonly tangential: { readonly mean: number; readonly rms: number };
}

/** A spot as it was observed and as a model has it. */
export interface SpotPlaces {
  readonly observed: Place;
  readonly modelled: Place;
  /** where the direct beam strikes the plane of its panel */
  readonly beamAt: Place;
}

/** Farther away it is another spot. */
const farthest = 4;

/** @returns undefined where there is no spot */
export function offsetsOf(spots: readonly SpotPlaces[]): Offsets | undefined {
  const found = spots.flatMap(({ observed, modelled, beamAt }) => {
    const [fast, slow] = [observed.fast - modelled.fast, observed.slow - modelled.slow];
    const [x, y] = [modelled.fast - beamAt.fast, modelled.slow - beamAt.slow];
    const length = Math.hypot(x, y);
    const distance = Math.hypot(fast, slow);
    return distance > farthest || length === 0 ? [] : [{ distance, radial: (fast * x + slow * y) / length, tangential: (slow * x - fast * y) / length }];
  });
  if (found.length === 0) return undefined;
  const distances = found.map(({ distance }) => distance).sort((a, b) => a - b);
  const both = (values: readonly number[]): { readonly mean: number; readonly rms: number } => ({ mean: mean(values), rms: rms(values) });
  return {
    spots: found.length,
    rms: rms(distances),
    median: distances[distances.length >> 1],
    radial: both(found.map(({ radial }) => radial)),
    tangential: both(found.map(({ tangential }) => tangential)),
  };
}

/** Where the direct beam strikes the plane of a detector, in pixels. */
export function beamOn(detector: Detector<Quantity>): Place {
  const { beamAt, pixelSize } = detectorFrame(detector);
  return { fast: known(beamAt.fast) / known(pixelSize), slow: known(beamAt.slow) / known(pixelSize) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rms(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => value * value)));
}
