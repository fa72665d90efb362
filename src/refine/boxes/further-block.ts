import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../physics/vector.js";
import type { PromisedBlock, TurnDeg } from "../block-search.js";
import type { BlockTurn } from "./block-parameters.js";
import type { Boxes } from "./box.js";
import { fitBox, type LocalFit } from "./local-fit.js";
import type { ProfileProgram } from "./profile-program.js";

/** Parts of all that scatters with which another block is tried. */
const shares = [0.12, 0.35];

/**
 * By how much the misfit of boxes falls with another block at each of several rotations, intensities and backgrounds fitted anew.
 * @param values of the parameters that all blocks share
 * @param squares known |F|² of each box; free unless given
 */
export function gainsOfBlocks(program: ProfileProgram, boxes: Boxes, values: readonly number[], blocks: readonly BlockTurn[], rotationsDeg: readonly TurnDeg[], squares?: readonly number[]): PromisedBlock[] {
  const { pixels } = boxes;
  const profiles = (rotationDeg: Vector<number>, share: number, into: Data): void =>
    program.profiles(pixels, values, rotationDeg, (first, count, [profile]) => {
      for (let p = 0; p < count; p++) into[first + p] += share * profile[p];
    });
  const list = (): Data => allocate("float64", pixels.count);
  const [present, own, mixed] = [list(), list(), list()];
  for (const { rotationDeg, share } of blocks) profiles(rotationDeg, share, present);
  const fitted = (profile: Data, before?: readonly LocalFit[]): LocalFit[] =>
    boxes.boxes.map(({ first, end }, i) => fitBox({ first, end, slopes: [] }, profile, pixels.counts, squares?.[i], before?.[i]));
  const costOfAll = (fits: readonly LocalFit[]): number => fits.reduce((sum, { cost }) => sum + cost, 0);
  const start = fitted(present);
  const before = costOfAll(start);
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0);
  return rotationsDeg.map((rotationDeg) => {
    own.fill(0);
    profiles(rotationDeg, 1, own);
    const tried = shares.map((share) => {
      for (let p = 0; p < pixels.count; p++) mixed[p] = (1 - share) * present[p] + share * own[p];
      return { gain: before - costOfAll(fitted(mixed, start)), weight: (total * share) / (1 - share) };
    });
    return tried.reduce((best, other) => (other.gain > best.gain ? other : best));
  });
}
