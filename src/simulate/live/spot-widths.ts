/** How wide spots are: a step is negligible beyond a distance from its reflection, which is Euclid's in units of its own. */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { bentSpread, straightSpread, type Enclosed } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { CrystalBody, DistanceBound } from "../../physics/lattice-factor.js";
import type { Negligible } from "./reach.js";
import type { Region } from "./region.js";

export interface SpotWidths {
  /** what takes offsets in h, k and l to these units, row by row, of each step; one for all of them if there is only one */
  readonly toUnits: Data;
  /** beyond which distance a step is negligible, likewise */
  readonly radii: Data;
  readonly isShared: boolean;
  /** how far a step extends at the most along h, k and l; unknown if it differs from region to region */
  readonly reach: readonly [number, number, number];
  /** Finds them for a region; returns by how much they vary in it, in parts. */
  over(region: Region): number;
}

/** Lattice factors that are functions of a distance. */
export function widthsOfShape(distance: DistanceBound, crystal: CrystalBody, limit: number): SpotWidths {
  const rows = distance.inUnits(crystal);
  const radius = Math.sqrt(distance.squareBeyond(crystal, limit));
  return { toUnits: numbers(rows.flat()), radii: numbers([radius]), isShared: true, reach: extents(rows, radius), over: () => 0 };
}

function numbers(values: readonly number[]): Data {
  const data = allocate("float64", values.length);
  data.set(values);
  return data;
}

/** How far |rows x| <= radius extends along each axis. */
function extents([u, v, w]: readonly (readonly number[])[], radius: number): [number, number, number] {
  const cross = (a: readonly number[], b: readonly number[]): number[] => [0, 1, 2].map((i) => a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3]);
  const columns = [cross(v, w), cross(w, u), cross(u, v)];
  const determinant = columns[0].reduce((sum, x, i) => sum + x * u[i], 0);
  const along = (axis: number): number => (radius * Math.hypot(...columns.map((column) => column[axis]))) / Math.abs(determinant);
  return [along(0), along(1), along(2)];
}

/**
 * Spots in closed form: where ½ d' S⁻¹ d is large for all pixels. In the domain's own units S is 1 at least, so that a covariance that
 * differs from the one at a region's centre by no more than ρ is at most (1 + ρ) times that one.
 */
export class ClosedWidths implements SpotWidths {
  readonly toUnits: Data;
  readonly radii: Data;
  readonly isShared = false;
  readonly reach = [Infinity, Infinity, Infinity] as const;
  readonly #exponent: number;

  /** @param enclosure of the covariance, and of the matrix to the domain's own units */
  constructor(
    readonly enclosure: Enclosure,
    readonly steps: number,
    { exponent, part }: Negligible,
  ) {
    this.toUnits = allocate("float64", 9 * steps);
    this.radii = allocate("float64", steps);
    this.#exponent = Math.min(exponent, -Math.log(part));
  }

  over({ fast, slow, half }: Region): number {
    const { enclosure, toUnits, radii } = this;
    enclosure.over(fast, slow, half, half);
    const ofIndices = enclosure.outputs.slice(0, 9).map(({ centre }) => centre[0]);
    const [sxx, syy, szz, sxy, sxz, syz] = enclosure.outputs.slice(9);
    const spread = (entry: Enclosed, step: number): number => straightSpread(entry, step, enclosure.half) + bentSpread(entry, step, enclosure.half);
    let largest = 0;
    for (let step = 0; step < this.steps; step++) {
      const [mixedXy, mixedXz, mixedYz] = [spread(sxy, step), spread(sxz, step), spread(syz, step)];
      const change = Math.max(spread(sxx, step) + mixedXy + mixedXz, spread(syy, step) + mixedXy + mixedYz, spread(szz, step) + mixedXz + mixedYz);
      if (!(change <= largest)) largest = change;
      radii[step] = Math.sqrt(2 * this.#exponent * (1 + change));
      // S = L L': the rows of L⁻¹ times the matrix to own units.
      const l11 = Math.sqrt(sxx.centre[step]);
      const l21 = sxy.centre[step] / l11;
      const l31 = sxz.centre[step] / l11;
      const l22 = Math.sqrt(syy.centre[step] - l21 * l21);
      const l32 = (syz.centre[step] - l21 * l31) / l22;
      const l33 = Math.sqrt(szz.centre[step] - l31 * l31 - l32 * l32);
      for (let axis = 0; axis < 3; axis++) {
        const first = ofIndices[axis] / l11;
        const second = (ofIndices[3 + axis] - l21 * first) / l22;
        toUnits[9 * step + axis] = first;
        toUnits[9 * step + 3 + axis] = second;
        toUnits[9 * step + 6 + axis] = (ofIndices[6 + axis] - l31 * first - l32 * second) / l33;
      }
    }
    return largest;
  }
}
