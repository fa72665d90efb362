import type { Pixels } from "../pixels.js";
import type { Question } from "../question.js";
import type { Plan } from "../recordings.js";
import { blockOfTile, type BlockOfPanel } from "./blocked-pixels.js";
import { tilesIn, type Blocks } from "./blocks.js";
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

/**
 * Whether it pays to leave out what is not live.
 * @param kind of the question
 */
export function isWorthAsking(reach: RunReach, plan: Plan, kind: Question["kind"]): boolean {
  const looked = plan.sampling.closed ? plan.steps * (kind === "gradient" ? mostLookedOfGradient : mostLooked) : Infinity;
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
    const pairs = live.findAlone(block);
    found += pairs.live;
    all += pairs.all;
    seen += live.looked - before;
    if (i > 0 && (found > share * all || seen > looked * (i + 1))) return false;
    // Even if all of the blocks that are left were live.
    const left = (blocks.length - 1 - i) * plan.steps * groupsOfBlock;
    if (looked === Infinity && found + left <= share * (all + left)) return true;
  }
  return found <= share * all && !(seen > looked * blocks.length);
}

/** Blocks from all over the detector. */
function someBlocks({ pixels }: Plan): BlockOfPanel[] {
  const { blocks, roi } = pixels;
  if (blocks === undefined) return [];
  const along = (length: number): number => Math.ceil(length / blockEdge);
  const all = blocks.panels * along(blocks.rows) * along(roi.fastMax - roi.fastMin + 1);
  const count = Math.min(Math.ceil(all / blocksForEach), blocksLookedAt);
  const tiles = tilesIn(blocks);
  return Array.from({ length: count }, (_, i) => firstBlock(pixels, blocks, Math.floor(((i + 0.5) * tiles) / count), tiles)).filter((block) => block !== undefined);
}

/** The first block with pixels from a tile on. */
function firstBlock(pixels: Pixels, blocks: Blocks, from: number, end: number): BlockOfPanel | undefined {
  for (let tile = from; tile < end; tile++) {
    const block = blockOfTile(pixels, blocks, tile);
    if (block) return block;
  }
  return undefined;
}
