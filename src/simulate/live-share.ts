import { zeros } from "../ndarray/ndarray.js";
import { LiveSteps } from "./live-steps.js";
import { blockPixels, leafPixels } from "./pixel-block.js";
import { panelOf } from "./panel-pixels.js";
import { pixelsOfTile, tileCount, writeCoordinates } from "./pixels.js";
import type { Plan } from "./recordings.js";
import { parametersOn, type RunReach } from "./tiles.js";

/** Steps of so few tiles tell of all. */
const tilesLookedAt = 12;
/** The share of the steps that must be left to work on at the most, so that it pays to find them. */
export const mostLive = 0.7;

/** The share of the steps that have to be worked on; all, where what bounds them cannot be enclosed. */
export function liveShare(reach: RunReach, plan: Plan): number {
  try {
    return liveShareIn(reach, plan);
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

function liveShareIn({ reach, known, negligible }: RunReach, { pixels, inputs, ofPanels, steps }: Plan): number {
  const liveOn = new Map<number, LiveSteps>();
  const [fast, slow, mask] = [blockPixels, blockPixels, (steps * blockPixels) / leafPixels].map((size) => zeros([size]));
  const tiles = tileCount(pixels, blockPixels);
  const looked = Math.min(tiles, tilesLookedAt);
  let [found, all] = [0, 0];
  for (let i = 0; i < looked; i++) {
    const { first: start, count } = pixelsOfTile(pixels, Math.floor(((i + 0.5) * tiles) / looked), blockPixels);
    writeCoordinates(pixels, start, count, fast, slow);
    const panel = panelOf(pixels, start);
    const live = liveOn.get(panel) ?? new LiveSteps(reach, negligible, parametersOn(panel, inputs, ofPanels), known, blockPixels);
    liveOn.set(panel, live);
    found += live.find(fast, slow, count, mask);
    all += Math.ceil(count / leafPixels) * steps;
  }
  return found / all;
}
