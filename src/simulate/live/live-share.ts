import type { Question } from "../question.js";
import type { Plan } from "../recordings.js";
import { patchEdge, type BlockOfPanel } from "./blocked-pixels.js";
import { liveStepsOn } from "./live-steps.js";
import { blockEdge, groupsOfBlock } from "./pixel-block.js";
import type { RunReach } from "./reach.js";

/** Steps of so few blocks tell of all; and of fewer where there are few blocks, or looking would cost as much as it can save. */
const blocksLookedAt = 12;
const blocksForEach = 32;
/** The share of the steps that must be left to work on at the most, so that it pays to find them: with 20 domains, 0.55 are worth 1.3 times the time. */
const mostLive = 0.7;
/** The same of pixels of few steps, of which leaves have a larger share; with one domain, 0.39 are worth 1.2 times the time. */
const mostLiveOfFew = 0.35;
const fewSteps = 8;
/** The same of spots in closed form, beside which asking takes long. */
const mostLiveOfClosed = 0.15;

/**
 * Spots in closed form cost little where they have ended: to work on all pixels of a block, for a step, takes as long as to look at so many
 * reflections. Of a gradient, pixels that nothing reaches cost nearly as much as others, by what a loss says of them.
 */
const [mostLooked, mostLookedOfGradient] = [4, 1.2];
/** The same of sampled spots: reflections for each step, and for the block. Where pixels are coarse, a block has more of them. */
const [mostLookedOfSampled, lookedAtLeast] = [3, 8];

/**
 * Whether it pays to leave out what is not live.
 * @param kind of the question
 */
export function isWorthAsking(reach: RunReach, plan: Plan, kind: Question["kind"]): boolean {
  const ofClosed = plan.steps * (kind === "gradient" ? mostLookedOfGradient : mostLooked);
  const looked = plan.sampling.closed ? ofClosed : lookedAtLeast + mostLookedOfSampled * plan.steps;
  try {
    const few = plan.steps < fewSteps ? mostLiveOfFew : mostLive;
    return isLiveAtMost(plan.sampling.closed ? mostLiveOfClosed : few, looked, reach, plan);
  } catch (error) {
    // What bounds the steps cannot be enclosed.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether at most this share of the steps has to be worked on, and so many reflections of a block are looked at. Two blocks with more of them are enough to say no. */
function isLiveAtMost(share: number, looked: number, reach: RunReach, plan: Plan): boolean {
  let [found, all, seen] = [0, 0, 0];
  const blocks = someBlocks(plan);
  for (const [i, block] of blocks.entries()) {
    const live = liveStepsOn(block.panel, reach, { parameters: plan.inputs, ofPanels: plan.ofPanels }, plan.pixels);
    const before = live.looked;
    const pairs = live.findAlone(block, looked * blocks.length - seen);
    found += pairs.live;
    all += pairs.all;
    seen += live.looked - before;
    if (i > 0 && (found > share * all || seen > looked * (i + 1))) return false;
    // Even if all of the blocks that are left were live, and where no more than half as much is looked at.
    const left = (blocks.length - 1 - i) * plan.steps * groupsOfBlock;
    if (i > 0 && seen <= (looked * (i + 1)) / 2 && found + left <= share * (all + left)) return true;
  }
  return found <= share * all && !(seen > looked * blocks.length);
}

/** Blocks from all over the detector. */
function someBlocks({ pixels }: Plan): BlockOfPanel[] {
  const { blocks, roi } = pixels;
  if (blocks === undefined) return [];
  const along = (length: number): number => Math.ceil(length / blockEdge);
  const [rows, columns] = [along(blocks.rows), along(roi.fastMax - roi.fastMin + 1)];
  const all = blocks.panels * rows * columns;
  const count = Math.min(Math.ceil(all / blocksForEach), blocksLookedAt);
  return Array.from({ length: count }, (_, i) => {
    const number = Math.floor(((i + 0.5) * all) / count);
    const panel = Math.floor(number / (rows * columns));
    const row = Math.floor(number / columns) % rows;
    const column = number % columns;
    const patch = Math.floor(row / patchEdge) * blocks.columns + Math.floor(column / patchEdge);
    return { panel, patch, row: row % patchEdge, column: column % patchEdge };
  });
}
