import type { Plan } from "../recordings.js";
import { blockOfTile, type BlockOfPanel } from "./blocked-pixels.js";
import { tilesIn } from "./blocks.js";
import { liveStepsOn } from "./live-steps.js";
import type { RunReach } from "./reach.js";

/** Steps of so few blocks tell of all; and of fewer where there are few blocks, or looking would cost as much as it can save. */
const blocksLookedAt = 12;
const blocksForEach = 32;
/** The share of the steps that must be left to work on at the most, so that it pays to find them. */
const mostLive = 0.7;
/** The same of pixels of few steps, and of spots in closed form, beside which asking takes long. */
const mostLiveOfFew = 0.15;
const fewSteps = 8;

/** Whether it pays to leave out what is not live. */
export function isWorthAsking(reach: RunReach, plan: Plan): boolean {
  try {
    return isLiveAtMost(plan.steps < fewSteps || plan.sampling.closed ? mostLiveOfFew : mostLive, reach, plan);
  } catch (error) {
    // What bounds the steps cannot be enclosed.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether at most this share of the steps has to be worked on. Two blocks with more of them are enough to say no. */
function isLiveAtMost(share: number, reach: RunReach, plan: Plan): boolean {
  let [found, all] = [0, 0];
  for (const [i, block] of someBlocks(plan).entries()) {
    const live = liveStepsOn(block.panel, reach, { parameters: plan.inputs, ofPanels: plan.ofPanels }, plan.pixels);
    found += live.findAlone(block);
    all += live.pairs;
    if (i > 0 && found > share * all) return false;
  }
  return found <= share * all;
}

/** Blocks from all over the detector. */
function someBlocks({ pixels }: Plan): BlockOfPanel[] {
  const { blocks } = pixels;
  if (blocks === undefined) return [];
  const all = Array.from({ length: tilesIn(blocks) }, (_, tile) => blockOfTile(pixels, blocks, tile)).filter((block) => block !== undefined);
  const count = Math.min(Math.ceil(all.length / blocksForEach), blocksLookedAt);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]);
}
