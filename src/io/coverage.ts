import { flatData, type NdArray } from "../ndarray/ndarray.js";
import type { Reflections } from "./hkl.js";

/** Fewer reflections than these do not show how a list was cut. */
const fewestReflections = 8;
/** The part of a full sphere's reflections that may be missing without a word: real data have gaps. */
const tolerated = 0.2;

/**
 * Why a list of reflections is not that of a full sphere, as a simulation in P 1 needs it: Friedel mates that are missing, or octants
 * of reciprocal space that are empty where others are full.
 * @param name what the sentence calls the list
 * @returns one sentence, or nothing
 */
export function coverageWarnings({ h, k, l }: Pick<Reflections, "h" | "k" | "l">, name: string): string[] {
  const [hs, ks, ls] = [h, k, l].map((index: NdArray) => flatData(index));
  const side = 20001;
  const keyOf = (i: number, sign: 1 | -1): number => ((sign * hs[i] + 10000) * side + (sign * ks[i] + 10000)) * side + (sign * ls[i] + 10000);
  const listed = new Set<number>();
  for (let i = 0; i < hs.length; i++) listed.add(keyOf(i, 1));
  const octants = new Array<number>(8).fill(0);
  let [others, lonely] = [0, 0];
  for (let i = 0; i < hs.length; i++) {
    if (hs[i] === 0 && ks[i] === 0 && ls[i] === 0) continue;
    others++;
    if (!listed.has(keyOf(i, -1))) lonely++;
    if (hs[i] !== 0 && ks[i] !== 0 && ls[i] !== 0) octants[(hs[i] > 0 ? 4 : 0) + (ks[i] > 0 ? 2 : 0) + (ls[i] > 0 ? 1 : 0)]++;
  }
  if (others < fewestReflections) return [];
  const consequence = "every reflection that is not listed scatters with default_F; expand the list to P 1, Friedel mates included";
  if (lonely > tolerated * others) {
    return [`${name}: ${lonely} of ${others} reflections have no Friedel mate in the list, and ${consequence}`];
  }
  // Of an oblique cell the octants are unequal, but only a cut leaves one nearly empty beside a full one.
  const fullest = Math.max(...octants);
  const empty = octants.filter((count) => count < 0.05 * fullest).length;
  if (fullest < fewestReflections || empty === 0) return [];
  return [`${name}: ${empty} of the 8 octants of reciprocal space are empty, and ${consequence}`];
}
