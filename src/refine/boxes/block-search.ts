import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../physics/vector.js";
import type { BlockTurn } from "./block-parameters.js";
import type { Boxes } from "./box.js";
import { fitBox, type LocalFit } from "./local-fit.js";
import type { ProfileProgram } from "./profile-program.js";

/** A block that would lower the misfit. */
export interface BlockCandidate {
  readonly rotationDeg: Vector<number>;
  /** its part of all that scatters */
  readonly share: number;
  /** by how much the misfit of the boxes falls */
  readonly gain: number;
}

/** How far from the blocks that are known another one is looked for, and how finely, in degrees. */
export interface SearchGrid {
  readonly reachDeg: number;
  readonly stepDeg: number;
}

const shares = [0.12, 0.35];

/**
 * Looks for another block: for each turn of a grid, intensities and backgrounds are fitted again with such a block added.
 * @param values of the parameters that all blocks share
 * @param squares known |F|² of each box; free unless given
 */
export function findBlock(program: ProfileProgram, boxes: Boxes, values: readonly number[], blocks: readonly BlockTurn[], { reachDeg, stepDeg }: SearchGrid, squares?: readonly number[]): BlockCandidate {
  const { pixels } = boxes;
  const present = allocate("float64", pixels.count);
  const own = allocate("float64", pixels.count);
  const mixed = allocate("float64", pixels.count);
  const collect = (rotationDeg: Vector<number>, share: number, into: Data): void =>
    program.profiles(pixels, values, rotationDeg, (first, count, [profile]) => {
      for (let p = 0; p < count; p++) into[first + p] += share * profile[p];
    });
  for (const { rotationDeg, share } of blocks) collect(rotationDeg, share, present);
  let before: (LocalFit | undefined)[] = boxes.boxes.map(() => undefined);
  const costWith = (share: number): { readonly cost: number; readonly fits: LocalFit[] } => {
    for (let p = 0; p < pixels.count; p++) mixed[p] = (1 - share) * present[p] + share * own[p];
    const fits = boxes.boxes.map(({ first, end }, i) => fitBox({ first, end, slopes: [] }, mixed, pixels.counts, squares?.[i], before[i]));
    return { cost: fits.reduce((sum, { cost }) => sum + cost, 0), fits };
  };
  const start = costWith(0);
  before = start.fits;
  let best: BlockCandidate = { rotationDeg: [0, 0, 0], share: shares[0], gain: 0 };
  const tryTurn = (rotationDeg: Vector<number>): void => {
    own.fill(0);
    collect(rotationDeg, 1, own);
    for (const share of shares) {
      const gain = start.cost - costWith(share).cost;
      if (gain > best.gain) best = { rotationDeg, share, gain };
    }
  };
  const [cx, cy, cz] = meanTurn(blocks);
  const most = Math.round(reachDeg / stepDeg);
  for (let i = -most; i <= most; i++) for (let j = -most; j <= most; j++) for (let k = -most; k <= most; k++) {
    if (i * i + j * j + k * k <= most * most) tryTurn([cx + i * stepDeg, cy + j * stepDeg, cz + k * stepDeg]);
  }
  // Between the points of the grid.
  for (let step = stepDeg / 2; step > stepDeg / 5; step /= 2) {
    const [x, y, z] = best.rotationDeg;
    for (const [i, j, k] of neighbours) tryTurn([x + i * step, y + j * step, z + k * step]);
  }
  return best;
}

const neighbours = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]] as const;

function meanTurn(blocks: readonly BlockTurn[]): Vector<number> {
  const mean = (axis: 0 | 1 | 2): number => blocks.reduce((sum, { rotationDeg, share }) => sum + share * rotationDeg[axis], 0);
  return [mean(0), mean(1), mean(2)];
}

/** An experiment with one block more. */
export function withBlock(experiment: Experiment, { rotationDeg, share }: Pick<BlockCandidate, "rotationDeg" | "share">): Experiment {
  const { blocks = [{ rotationDeg: [0, 0, 0] as const, weight: 1 }] } = experiment.crystal;
  const total = blocks.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return { ...experiment, crystal: { ...experiment.crystal, blocks: [...blocks, { rotationDeg, weight: (total * share) / (1 - share) }] } };
}
