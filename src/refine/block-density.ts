/** How what scatters is spread over orientations, as few sharp blocks on a grid that explain data together. */
import type { Vector } from "../optim/vector.js";
import type { TurnDeg } from "./block-search.js";

/** Sweeps over all weights; what is left to gain by then decides nothing. */
const sweeps = 300;
/** Weights on the grid belong to one block up to so many of its spacings from the heaviest. */
const reachOfBlock = 1.5;
/** Of all weights together, less than this part is no block. */
const leastPart = 0.02;

/**
 * The weights of at least 0 that minimise w' G w / 2 - b' w, one after another in turn.
 * @param gram G, of the products of what each block scatters, row by row
 * @param right b, of the products with the data
 */
export function weightsOf(gram: readonly Vector[], right: Vector): number[] {
  const weights = right.map(() => 0);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let i = 0; i < weights.length; i++) {
      const row = gram[i];
      if (!(row[i] > 0)) continue;
      let slope = -right[i];
      for (let j = 0; j < weights.length; j++) slope += row[j] * weights[j];
      weights[i] = Math.max(0, weights[i] - slope / row[i]);
    }
  }
  return weights;
}

/** A block that weights on a grid make up. */
export interface DensityPeak {
  /** the mean of the rotations */
  readonly rotationDeg: TurnDeg;
  /** part of all weights */
  readonly part: number;
  /** of the heaviest weight, in the grid */
  readonly heaviest: number;
}

/** The blocks that weights on a grid of rotations make up, the heaviest first. */
export function peaksOf(rotationsDeg: readonly TurnDeg[], weights: Vector, spacingDeg: number): DensityPeak[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const left = new Set([...weights.keys()].filter((i) => weights[i] > 0));
  const peaks: DensityPeak[] = [];
  while (left.size > 0) {
    const heaviest = [...left].reduce((most, i) => (weights[i] > weights[most] ? i : most));
    const isNear = (i: number): boolean => Math.hypot(...rotationsDeg[i].map((angle, axis) => angle - rotationsDeg[heaviest][axis])) <= reachOfBlock * spacingDeg;
    const members = [...left].filter(isNear);
    for (const i of members) left.delete(i);
    const weight = members.reduce((sum, i) => sum + weights[i], 0);
    const mean = (axis: 0 | 1 | 2): number => members.reduce((sum, i) => sum + weights[i] * rotationsDeg[i][axis], 0) / weight;
    if (weight >= leastPart * total) peaks.push({ rotationDeg: [mean(0), mean(1), mean(2)], part: weight / total, heaviest });
  }
  return peaks.sort((one, other) => other.part - one.part);
}
