import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { ReflectionPlaces } from "./reflection-places.js";

/** Fewer reflections than these do not show how a list was cut. */
const fewestReflections = 8;
/** The part of a full sphere's reflections that may be missing without a word: real data have gaps. */
const tolerated = 0.2;

/**
 * Why a list of reflections is not that of a full sphere, as a simulation in P 1 needs it: Friedel mates that are missing, or octants
 * of reciprocal space that are empty where others are full.
 * @param name what the sentence calls the list
 * @param known the places of all reflections, where they are known already
 * @returns one sentence, or nothing
 */
export function coverageWarnings({ h, k, l }: { readonly h: NdArray; readonly k: NdArray; readonly l: NdArray }, name: string, known?: ReflectionPlaces): string[] {
  const [hs, ks, ls] = [flatData(h), flatData(k), flatData(l)];
  const places = known ?? new ReflectionPlaces(hs, ks, ls);
  for (let i = 0; known === undefined && i < hs.length; i++) places.set(hs[i], ks[i], ls[i], i);
  const octants = new Array<number>(8).fill(0);
  let [others, lonely] = [0, 0];
  for (let i = 0; i < hs.length; i++) {
    if (hs[i] === 0 && ks[i] === 0 && ls[i] === 0) continue;
    others++;
    if (places.find(-hs[i], -ks[i], -ls[i]) < 0) lonely++;
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
