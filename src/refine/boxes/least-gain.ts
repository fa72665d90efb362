import type { Selection } from "./selection.js";
import { isKeptAside } from "./test-set.js";

/**
 * By how much the misfit of reflections that are kept aside has to fall for another block or freedom to stay, in units of half the misfit
 * per pixel that noise alone makes: where spots have shapes that no block has, misfits are larger, and fall by more by accident.
 */
const worthwhile = 10;
/** And by which part of what noise does not explain at one block. */
const partWorthwhile = 0.03;

/** By how much the misfit of reflections kept aside has to fall. */
export function leastGain(keptLoss: number, pixels: number): number {
  return worthwhile * Math.max(0.5, pixels > 0 ? keptLoss / pixels : 0);
}

/** The same of another block: a few of them explain what there is, and many more each a little of the rest, at a cost that grows with each. */
export function leastGainOfBlock(keptLoss: number, pixels: number): number {
  return Math.max(leastGain(keptLoss, pixels), partWorthwhile * (keptLoss - pixels / 2));
}

/** Pixels in the boxes of the reflections that are kept aside. */
export function pixelsKeptAside({ boxes: { boxes } }: Selection): number {
  return boxes.reduce((sum, { reflection, first, end }) => (isKeptAside(reflection.hkl) ? sum + end - first : sum), 0);
}
