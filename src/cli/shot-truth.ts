import { known } from "../autodiff/tape.js";
import { orientedLattice } from "../models/crystal.js";
import type { Experiment } from "../models/experiment.js";
import { radiansPerDegree } from "../physics/constants.js";
import { dot, norm, type Vector } from "../physics/vector.js";
import type { SeriesScatter } from "../simulate/series.js";
import { version } from "./version.js";

/** What a shot was drawn with. */
export interface ShotTruth {
  readonly image: string;
  /** from 0 */
  readonly shot: number;
  /** turns about X, Y and Z of the options' frame */
  readonly missetDeg: readonly number[];
  /** edges in Å, angles in degrees */
  readonly cell: readonly number[];
  /** along a, b and c */
  readonly cells: readonly number[];
  readonly wavelengthA: number;
  /** photons per square metre, before the flicker of -flicker */
  readonly fluence: number | undefined;
}

export function truthOf({ beam, crystal }: Experiment, image: string, shot: number): ShotTruth {
  const { a, b, c } = orientedLattice(crystal).direct;
  const length = (vector: Vector): number => known(norm(vector));
  const angle = (first: Vector, second: Vector): number => Math.acos(known(dot(first, second)) / (length(first) * length(second))) / radiansPerDegree;
  const rounded = (x: number): number => Number(x.toPrecision(12));
  return {
    image,
    shot,
    missetDeg: [...(crystal.missetDeg ?? [0, 0, 0])],
    cell: [length(a), length(b), length(c), angle(b, c), angle(a, c), angle(a, b)].map(rounded),
    cells: [...(crystal.cells ?? [1, 1, 1])],
    wavelengthA: beam.wavelengthA,
    fluence: beam.fluence,
  };
}

/** The truth of a series as JSON, a line a shot. */
export function truthText(shots: readonly ShotTruth[], scatter: SeriesScatter, noiseSeed: number): string {
  const head = JSON.stringify({ program: `braggtape ${version()}`, noiseSeed, scatter }).slice(0, -1);
  return `${head},"shots":[\n${shots.map((shot) => JSON.stringify(shot)).join(",\n")}\n]}\n`;
}
