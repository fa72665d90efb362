import { array, type NdArray } from "../ndarray/ndarray.js";
import type { Structure } from "./atomic-model.js";
import { fitScale, solventRows, someOf, type FitOptions, type Parts } from "./scale.js";
import { SolventMask, type SolventConvention, type SolventRadii } from "./solvent-mask.js";
import type { Symmetry } from "./symmetry.js";

/** Closed cavities that hold one or two molecules of water, or none, are no bulk solvent. Source: that of REFMAC as gemmi states it. */
const cavityA3 = 50;

/** Grid of the searched masks, Å. */
const stepA = 0.4;

const probesA = [0.7, 0.8, 0.9, 1, 1.1, 1.2];
const usualDifferenceA = 0.2;
const otherDifferencesA = [0.1, 0.3];

/** A searched edge of the solvent. */
export interface SearchedEdge {
  /** of the mask */
  readonly edge: SolventRadii;
  /** of that edge */
  readonly mask: SolventMask;
}

/**
 * Places the edge of the solvent where it explains measured amplitudes best: the probe, and by how much the solvent comes back, are
 * tried in steps of 0.1 Å, and the smallest R factor of the reflections to which it scatters is taken. Closed cavities hold no solvent.
 * @param bare hkl and the atoms' structure factors, without a solvent
 * @param measured shape [n]
 * Source: the searches that REFMAC (G. N. Murshudov et al., Acta Cryst. D67, 355, 2011) and phenix.refine have as an option.
 */
export async function searchedEdge(structure: Structure, bare: Parts<NdArray>, symmetry: Symmetry, measured: NdArray, fixed: FitOptions = {}): Promise<SearchedEdge> {
  const usable = [...measured.data.keys()].filter((i) => Number.isFinite(measured.get(i)));
  const known = someOf(bare, usable);
  const chosen = solventRows(known);
  const some = someOf(known, chosen);
  const wanted = array(chosen.map((row) => measured.get(usable[row])));
  const tried = async (probeA: number, differenceA: number): Promise<SearchedEdge & { readonly rFactor: number; readonly probeA: number }> => {
    const edge = { probeA, shrinkA: Math.round(100 * (probeA - differenceA)) / 100, cavityA3, stepA };
    const mask = new SolventMask(structure, edge);
    const { rFactor } = await fitScale({ ...some, solvent: mask.structureFactors(some.hkl) }, symmetry, wanted, fixed);
    return { edge, mask, rFactor, probeA };
  };
  let best = await tried(probesA[0], usualDifferenceA);
  const keep = (other: typeof best): void => {
    if (other.rFactor < best.rFactor) best = other;
  };
  for (const probeA of probesA.slice(1)) keep(await tried(probeA, usualDifferenceA));
  const { probeA } = best;
  for (const differenceA of otherDifferencesA) keep(await tried(probeA, differenceA));
  return best;
}

/** How messages call the edge of the solvent. */
export function edgeInWords(edge: SolventConvention | SolventRadii): string {
  if (typeof edge === "string") return `whose edge is placed as ${edge} places it`;
  const { probeA, shrinkA, cavityA3: volume = 0 } = edge;
  const radii = [probeA === undefined ? [] : [`a probe of ${probeA} A`], shrinkA === undefined ? [] : [`shrunk by ${shrinkA} A`], volume > 0 ? [`without cavities up to ${volume} A^3`] : []].flat();
  return `whose edge is placed by ${radii.length === 0 ? "the usual radii" : radii.join(", ")}`;
}
