/** How wide spots are: a step is negligible beyond a distance from its reflection, which is Euclid's in units of its own. */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { CrystalBody, DistanceBound } from "../../physics/lattice-factor.js";
import type { Region } from "./region.js";

export interface SpotWidths {
  /** of its own units, beyond which a step is negligible in the present region */
  readonly radius: number;
  /** the least that it is in any region */
  readonly leastRadius: number;
  /** how far a step extends at the most along h, k and l; unknown if it differs from region to region */
  readonly reach: readonly [number, number, number];
  /** where reflections have units of their own: those */
  readonly ofReflections?: ReflectionWidths;
  /** Finds the widths for a region; returns whether they are nearly the same in all of it. */
  over(region: Region): boolean;
  /** Writes what takes offsets in h, k and l to a step's units, row by row; where reflections have their own, to units in which no spot is smaller than 1. */
  writeUnits(step: number, into: Data): void;
}

/** Widths that differ from reflection to reflection. */
export interface ReflectionWidths {
  /** Looks at a step in all of the present region, from whose centre it is so many pixels to its edges. */
  look(step: number, toX: number, toY: number): void;
  /**
   * Writes what takes offsets in h, k and l to units of a reflection, row by row, for pixels that are so many from a place.
   * @returns the radius there
   */
  writeOwnUnits(h: number, k: number, l: number, x: number, y: number, toX: number, toY: number, into: Data): number;
  /** How far one unit of any reflection of a box extends at the most along a direction; its lowest and highest indices stand from an index on. */
  along(direction: Data, low: ArrayLike<number>, high: ArrayLike<number>, at: number): number;
}

/** Lattice factors that are functions of a distance. */
export function widthsOfShape(distance: DistanceBound, crystal: CrystalBody, limit: number): SpotWidths & { readonly toUnits: Data } {
  const rows = distance.inUnits(crystal);
  const radius = Math.sqrt(distance.squareBeyond(crystal, limit));
  const toUnits = allocate("float64", 9);
  toUnits.set(rows.flat());
  return { toUnits, radius, leastRadius: radius, reach: extents(rows, radius), over: () => true, writeUnits: (_, into) => into.set(toUnits) };
}

/** How far |rows x| <= radius extends along each axis. */
function extents([u, v, w]: readonly (readonly number[])[], radius: number): [number, number, number] {
  const cross = (a: readonly number[], b: readonly number[]): number[] => [0, 1, 2].map((i) => a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3]);
  const columns = [cross(v, w), cross(w, u), cross(u, v)];
  const determinant = columns[0].reduce((sum, x, i) => sum + x * u[i], 0);
  const along = (axis: number): number => (radius * Math.hypot(...columns.map((column) => column[axis]))) / Math.abs(determinant);
  return [along(0), along(1), along(2)];
}
