import type { Plan } from "../recordings.js";
import { blockOfTile, type BlockOfPanel } from "./blocked-pixels.js";
import { tilesIn } from "./blocks.js";
import { liveStepsOn } from "./live-steps.js";
import type { RunReach } from "./reach.js";

/** Steps of so few blocks tell of all. */
const blocksLookedAt = 12;
/** The share of the steps that must be left to work on at the most, so that it pays to find them. */
const mostLive = 0.7;
/** The same of pixels of few steps, beside which asking takes long. */
const mostLiveOfFew = 0.15;
const fewSteps = 8;

/** Whether it pays to leave out what is not live. */
export function isWorthAsking(reach: RunReach, plan: Plan): boolean {
  return liveShare(reach, plan) <= (plan.steps < fewSteps ? mostLiveOfFew : mostLive);
}

/** The share of the steps that have to be worked on; all, where what bounds them cannot be enclosed. */
function liveShare(reach: RunReach, plan: Plan): number {
  try {
    return shareIn(reach, plan);
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

function shareIn(reach: RunReach, plan: Plan): number {
  const blocks = someBlocks(plan);
  let [found, all] = [0, 0];
  for (const block of blocks) {
    const live = liveStepsOn(block.panel, reach, { parameters: plan.inputs, ofPanels: plan.ofPanels }, plan.pixels);
    found += live.findAlone(block);
    all += live.mask.length;
  }
  return found / all;
}

/** Blocks from all over the detector. */
function someBlocks({ pixels }: Plan): BlockOfPanel[] {
  const { blocks } = pixels;
  if (blocks === undefined) return [];
  const all = Array.from({ length: tilesIn(blocks) }, (_, tile) => blockOfTile(pixels, blocks, tile)).filter((block) => block !== undefined);
  const count = Math.min(all.length, blocksLookedAt);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]);
}
