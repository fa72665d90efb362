import { known, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import type { Vector } from "../../physics/vector.js";

/** A block's turns in degrees, and its part of all that scatters. */
export interface BlockTurn {
  readonly rotationDeg: Vector<number>;
  readonly weight: number;
  readonly share: number;
}

/** The blocks of an experiment of numbers; a crystal without any is one. */
export function turnsOf({ crystal: { blocks = [{}] } }: Pick<Experiment<Quantity>, "crystal">): BlockTurn[] {
  const weights = blocks.map(({ weight = 1 }) => known(weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return blocks.map(({ rotationDeg: [x, y, z] = [0, 0, 0] }, i) => ({
    rotationDeg: [known(x), known(y), known(z)],
    weight: weights[i],
    share: weights[i] / total,
  }));
}

/** What a parameter of a block moves. */
export interface BlockPart {
  /** number of the block, from 0 */
  readonly block: number;
  readonly part: 0 | 1 | 2 | "weight";
}

/** Which part of a block a parameter is; undefined for those that all blocks share. */
export function blockPartOf(name: string): BlockPart | undefined {
  const [, number, part] = /^block_(\d+)_(x|y|z|weight)$/.exec(name) ?? [];
  if (number === undefined) return undefined;
  return { block: Number(number) - 1, part: part === "x" ? 0 : part === "y" ? 1 : part === "z" ? 2 : "weight" };
}
