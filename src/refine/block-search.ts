/**
 * How many blocks a crystal consists of. They are added one after another, where what the model leaves unexplained asks for them, and the
 * search ends where data that were kept aside are no longer explained better. What is fitted, whole images or boxes around reflections, is
 * the caller's.
 */
import type { Block } from "../models/crystal.js";
import { InputError } from "../ndarray/errors.js";
import type { Awaitable } from "../optim/objective.js";

/** Turns about X, then Y, then Z, in degrees. */
export type TurnDeg = readonly [x: number, y: number, z: number];

/** A block of a crystal, with everything that tells it from the others. */
export interface TurnedBlock extends Block {
  readonly rotationDeg: TurnDeg;
  /** what scatters in it, relative to the others */
  readonly weight: number;
}

/** Where a fit of so many blocks has ended. */
export interface BlockFit {
  /** refined; the first one's rotation is that of the crystal's misset, and its weight the others' unit */
  readonly blocks: readonly TurnedBlock[];
  /** misfit of the data that were fitted: half the deviance, or half of chi-square */
  readonly fittedLoss: number;
  /** misfit of the data that were kept aside */
  readonly keptLoss: number;
}

/** What a block promises before it is refined. */
export interface PromisedBlock {
  /** by how much the misfit of the fitted data should fall; 0 or less where there should be no such block */
  readonly gain: number;
  /** weight to begin with */
  readonly weight: number;
  /** where to begin, if that is known better than by the rotation that was asked for */
  readonly rotationDeg?: TurnDeg;
}

/** What a search needs to know of what is fitted, and how far it goes. */
export interface BlockSearch<Fit extends BlockFit> {
  /**
   * Refines all blocks together, with whatever they share.
   * @param blocks to begin with
   * @param before the fit that these blocks extend; undefined for the first
   */
  readonly fit: (blocks: readonly TurnedBlock[], before: Fit | undefined) => Awaitable<Fit>;
  /**
   * What another block would promise at each of several rotations. What the blocks share should be free to answer: a mosaicity that has grown
   * to cover several blocks would hide all of them.
   */
  readonly gains: (rotationsDeg: readonly TurnDeg[], found: Fit) => Awaitable<readonly PromisedBlock[]>;
  /** by how much a further block is turned at most against the nearest one that there is, in degrees; 0.15 unless given */
  readonly reachDeg?: number;
  /** from one rotation that is tried to the next, in degrees: about the width of a spot; 0.05 unless given */
  readonly spacingDeg?: number;
  /** number of blocks at which the search ends; 8 unless given */
  readonly most?: number;
  /** of the most promising rotations, so many are refined in turn before no further block is believed; 3 unless given */
  readonly tries?: number;
  /** so many further blocks are added to a fit that is no advance, before the search ends: two may explain what one does not; 0 unless given */
  readonly ahead?: number;
  /** by how much the misfit of the data kept aside has to fall for further blocks; 3 unless given, which noise alone does not do */
  readonly leastGain?: number;
  /** whether to end with what has been found so far */
  readonly isOver?: () => boolean;
  /** told of each fit, and whether it is an advance; waited for */
  readonly onFit?: (found: Fit, isKept: boolean) => void | Promise<void>;
}

/**
 * Adds blocks to a crystal while data that are kept aside gain by it.
 * @returns the last fit that was an advance: of one block where there is no other
 * @throws InputError when reach or spacing cannot be
 */
export async function searchBlocks<Fit extends BlockFit>({
  fit, gains, reachDeg = 0.15, spacingDeg = 0.05, most = 8, tries = 3, ahead = 0, leastGain = 3, isOver = () => false, onFit,
}: BlockSearch<Fit>): Promise<Fit> {
  if (!(spacingDeg > 0 && reachDeg >= spacingDeg)) throw new InputError(`blocks are looked for within ${reachDeg} degrees, ${spacingDeg} from each other; both must be above 0, and the first not smaller`);
  const around = rotationsWithin(reachDeg, spacingDeg);
  let best = await fit([{ rotationDeg: [0, 0, 0], weight: 1 }], undefined);
  await onFit?.(best, true);
  while (best.blocks.length < most && !isOver()) {
    const further = await advanceOver(best);
    if (further === undefined) break;
    best = further;
  }
  return best;

  /** The first fit with more blocks that is an advance over one. */
  async function advanceOver(before: Fit): Promise<Fit | undefined> {
    let from = before;
    for (let further = 0; further <= ahead && from.blocks.length < most; further++) {
      let nearest: Fit | undefined;
      for (const block of (await promising(from)).slice(0, further === 0 ? tries : 1)) {
        if (isOver()) return undefined;
        const found = await fit([...from.blocks, block], from);
        const isKept = before.keptLoss - found.keptLoss > leastGain && found.fittedLoss < before.fittedLoss;
        await onFit?.(found, isKept);
        if (isKept) return found;
        if (found.fittedLoss < (nearest ?? from).fittedLoss) nearest = found;
      }
      if (nearest === undefined) return undefined;
      from = nearest;
    }
    return undefined;
  }

  /** The most promising blocks, the best first, none of which is the neighbour of another one or of a block that there is. */
  async function promising(before: Fit): Promise<TurnedBlock[]> {
    const free: TurnDeg[] = [];
    for (const { rotationDeg: [x, y, z] } of before.blocks) {
      for (const [dx, dy, dz] of around) {
        const rotation: TurnDeg = [x + dx, y + dy, z + dz];
        if (before.blocks.every(({ rotationDeg }) => distance(rotation, rotationDeg) > spacingDeg / 2) && free.every((other) => distance(rotation, other) > spacingDeg * leastDistance)) free.push(rotation);
      }
    }
    const promised = (await gains(free, before)).map(({ gain, weight, rotationDeg }, i) => ({ gain, block: { rotationDeg: rotationDeg ?? free[i], weight } }));
    const ordered = promised.filter(({ gain, block }) => gain > 0 && block.weight > 0).sort((one, other) => other.gain - one.gain);
    const chosen: TurnedBlock[] = [];
    for (const { block } of ordered) {
      if (chosen.length === tries) break;
      if (chosen.every(({ rotationDeg }) => distance(rotationDeg, block.rotationDeg) > neighbours * spacingDeg)) chosen.push(block);
    }
    return chosen;
  }
}

/** Rotations that are tried stand no nearer to each other, in spacings of the grid. */
const leastDistance = 0.9;

/** A block that begins so near to another one, in spacings of the grid, is refined to the same place. */
const neighbours = 1.8;

/** A cubic grid of rotations by no more than an angle. */
function rotationsWithin(reachDeg: number, spacingDeg: number): TurnDeg[] {
  const steps = Math.floor(reachDeg / spacingDeg + 1e-9);
  const along = Array.from({ length: 2 * steps + 1 }, (_, i) => (i - steps) * spacingDeg);
  const all = along.flatMap((x) => along.flatMap((y) => along.map((z): TurnDeg => [x, y, z])));
  return all.filter((rotation) => Math.hypot(...rotation) <= reachDeg * (1 + 1e-9));
}

function distance(one: TurnDeg, other: TurnDeg): number {
  return Math.hypot(...one.map((angle, axis) => angle - other[axis]));
}
