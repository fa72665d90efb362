import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../physics/vector.js";
import type { PromisedBlock, TurnDeg } from "../block-search.js";
import type { BlockTurn } from "./block-parameters.js";
import type { Boxes } from "./box.js";
import { fitBox, floorPhotons, type LocalFit } from "./local-fit.js";
import type { ProfileProgram } from "./profile-program.js";
import { ProjectedRows } from "./projected-rows.js";

/** Parts of all that scatters with which another block is tried, besides a smaller one that the boxes ask for. */
const shares = [0.12, 0.35];
/** The smallest part that is tried. */
const leastShare = 0.01;
/** Rotations with the best scores that are tried: a fit of all boxes takes ten times as long as a score. */
const mostTried = 60;

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
  const scoreOf = scores(boxes, present, start, squares !== undefined);
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0);
  const profileOf = (rotationDeg: TurnDeg): Data => {
    own.fill(0);
    profiles(rotationDeg, 1, own);
    return own;
  };
  const asked = rotationsDeg.map((rotationDeg) => scoreOf(profileOf(rotationDeg)));
  const leastGain = [...asked].sort((one, other) => other.gain - one.gain)[Math.min(mostTried, asked.length) - 1]?.gain;
  return rotationsDeg.map((rotationDeg, i) => {
    const { gain, share: small } = asked[i];
    if (gain < leastGain) return { gain: 0, weight: 0 };
    profileOf(rotationDeg);
    const tried = [...(small > leastShare && small < shares[0] ? [small] : []), ...shares].map((share) => {
      for (let p = 0; p < pixels.count; p++) mixed[p] = (1 - share) * present[p] + share * own[p];
      return { gain: before - costOfAll(fitted(mixed, start)), weight: (total * share) / (1 - share) };
    });
    return tried.reduce((best, other) => (other.gain > best.gain ? other : best));
  });
}

/** What the score of another block asks for: a share, and by how much the misfit should fall. */
interface Score {
  readonly share: number;
  readonly gain: number;
}

/**
 * The score of another block, of a step of Newton's from none, intensities and backgrounds eliminated.
 * @param present profile of the blocks that there are, to which boxes were fitted
 * @see Rao, Proc. Camb. Phil. Soc. 44, 50 (1948)
 */
function scores({ boxes, pixels }: Boxes, present: Data, fits: readonly LocalFit[], isKnown: boolean): (own: Data) => Score {
  const list = (): Data => allocate("float64", pixels.count);
  const [roots, residual, difference] = [list(), list(), list()];
  for (const [i, { first, end }] of boxes.entries()) {
    const { intensity, background } = fits[i];
    for (let p = first; p < end; p++) {
      const model = intensity * present[p] + background[0] + floorPhotons;
      roots[p] = 1 / Math.sqrt(model);
      residual[p] = 1 - (pixels.counts[p] + floorPhotons) / model;
    }
  }
  const rows = new ProjectedRows(1);
  return (own) => {
    // As the share of the other block rises, that of those that there are falls.
    for (let p = 0; p < pixels.count; p++) difference[p] = own[p] - present[p];
    const information = [[0]];
    let score = 0;
    for (const [i, { first, end }] of boxes.entries()) {
      const { intensity, background } = fits[i];
      for (let p = first; p < end; p++) score += residual[p] * intensity * difference[p];
      const own = roots.subarray(first, end);
      rows.begin(end - first);
      rows.setRow(0, difference, first, intensity, own);
      if (!isKnown) rows.addColumn(own.map((root, p) => root * present[first + p]));
      if (background[0] > 0) rows.addColumn(own.slice());
      rows.addProducts(information);
    }
    const share = information[0][0] > 0 ? -score / information[0][0] : 0;
    return { share, gain: (-score * Math.max(0, share)) / 2 };
  };
}
