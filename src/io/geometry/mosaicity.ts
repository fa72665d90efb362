/** The mosaicity that a model file states. */
import type { CrystalRecord } from "./record.js";

/** Half of the spread of turns that are evenly distributed, over their standard deviation. */
export const halfOfDeviation = Math.sqrt(3);

/** Whether a file states an even spread of the domains' turns, which goes with their size. */
export function hasEvenSpread({ halfMosaicityDeg, domainSizeA }: CrystalRecord): boolean {
  return halfMosaicityDeg !== undefined && domainSizeA !== undefined;
}

/**
 * Standard deviation of the domains' turns about every axis in degrees; undefined where nothing states it.
 *
 * Source: a still whose reflections are recorded within half of the mosaicity, Sauter et al., Acta Cryst. D70, 3299 (2014); the standard
 * deviation of the reflecting range, Kabsch, Acta Cryst. D66, 133 (2010).
 */
export function statedMosaicityDeg(crystal: CrystalRecord): number | undefined {
  const { mosaicityDeg, halfMosaicityDeg } = crystal;
  const even = halfMosaicityDeg === undefined ? undefined : halfMosaicityDeg / halfOfDeviation;
  return hasEvenSpread(crystal) ? even : (mosaicityDeg ?? even);
}
