import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../physics/vector.js";
import type { PromisedBlock, TurnDeg } from "../block-search.js";
import type { BlockTurn } from "./block-parameters.js";
import type { Boxes } from "./box.js";
import { fitBox, floorPhotons } from "./local-fit.js";
import type { ProfileProgram } from "./profile-program.js";
import { ProjectedRows } from "./projected-rows.js";

/** Parts of all that scatters with which another block may begin. */
const [leastShare, mostShare] = [0.03, 0.4];

/**
 * By how much the misfit of boxes should fall with another block at each of several rotations: half of the square of its score over its
 * information, which a step of Newton's from no such block gains, intensities and backgrounds eliminated. A block of any share is seen so.
 * @param values of the parameters that all blocks share
 * @param squares known |F|² of each box; free unless given
 * @see Rao, Proc. Camb. Phil. Soc. 44, 50 (1948)
 */
export function gainsOfBlocks(program: ProfileProgram, boxes: Boxes, values: readonly number[], blocks: readonly BlockTurn[], rotationsDeg: readonly TurnDeg[], squares?: readonly number[]): PromisedBlock[] {
  const { pixels } = boxes;
  const profiles = (rotationDeg: Vector<number>, share: number, into: Data): void =>
    program.profiles(pixels, values, rotationDeg, (first, count, [profile]) => {
      for (let p = 0; p < count; p++) into[first + p] += share * profile[p];
    });
  const list = (): Data => allocate("float64", pixels.count);
  const [present, own] = [list(), list()];
  for (const { rotationDeg, share } of blocks) profiles(rotationDeg, share, present);
  const fits = boxes.boxes.map(({ first, end }, i) => fitBox({ first, end, slopes: [] }, present, pixels.counts, squares?.[i]));
  const [roots, residual] = [list(), list()];
  for (const [i, { first, end }] of boxes.boxes.entries()) {
    const { intensity, background } = fits[i];
    for (let p = first; p < end; p++) {
      const model = intensity * present[p] + background[0] + floorPhotons;
      roots[p] = 1 / Math.sqrt(model);
      residual[p] = 1 - (pixels.counts[p] + floorPhotons) / model;
    }
  }
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0);
  const rows = new ProjectedRows(1);
  return rotationsDeg.map((rotationDeg) => {
    own.fill(0);
    profiles(rotationDeg, 1, own);
    // As the share of the other block rises, that of those that there are falls.
    for (let p = 0; p < pixels.count; p++) own[p] -= present[p];
    const information = [[0]];
    let score = 0;
    for (const [i, { first, end }] of boxes.boxes.entries()) {
      const { intensity, background } = fits[i];
      for (let p = first; p < end; p++) score += residual[p] * intensity * own[p];
      const rooted = (column: Data): Data => column.subarray(first, end).map((value, p) => value * roots[first + p]);
      rows.begin(end - first);
      rows.setRow(0, own, first, intensity, roots.subarray(first, end));
      if (squares === undefined) rows.addColumn(rooted(present));
      if (background[0] > 0) rows.addColumn(roots.slice(first, end));
      rows.addProducts(information);
    }
    const step = -score / information[0][0];
    if (!(step > 0)) return { gain: 0, weight: 0 };
    const share = Math.min(mostShare, Math.max(leastShare, step));
    return { gain: (step * -score) / 2, weight: (total * share) / (1 - share) };
  });
}
