import { known } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { directBasis, reciprocalBasis } from "../physics/lattice.js";
import { dot } from "../physics/vector.js";
import type { Atom, Structure } from "./atomic-model.js";

/** Images of an atom that are nearer than this, in Å, are the atom itself on a special position. */
const nearestImageA = 0.5;

/** Atoms whose occupancy is that of the sum over all operators, and how many of them were not so. */
export interface CountedAtoms {
  readonly atoms: readonly Atom[];
  readonly shared: number;
  /** the first of them */
  readonly label: string | undefined;
}

/**
 * Shares the occupancy of atoms on special positions among the operators that leave them where they are.
 * @param occupancyOf "site": the occupancy is always that of the place; "written": only where all operators together would put more
 *   than one atom there
 */
export function sharedOccupancies({ cell, operators, atoms }: Structure, occupancyOf: "site" | "written"): CountedAtoms {
  const angle = (degrees: number): number => degrees * radiansPerDegree;
  const { a, b, c } = directBasis(reciprocalBasis({ ...cell, alpha: angle(cell.alpha), beta: angle(cell.beta), gamma: angle(cell.gamma) }));
  const [aa, bb, cc, ab, ac, bc] = ([[a, a], [b, b], [c, c], [a, b], [a, c], [b, c]] as const).map(([first, second]) => known(dot(first, second)));
  const toNearest = (x: number): number => x - Math.round(x);
  let shared = 0;
  let label: string | undefined;
  const counted = atoms.map((atom) => {
    const [x, y, z] = atom.position;
    const images = operators.filter(({ rotation: r, translation: t }) => {
      const u = toNearest(r[0] * x + r[1] * y + r[2] * z + t[0] - x);
      const v = toNearest(r[3] * x + r[4] * y + r[5] * z + t[1] - y);
      const w = toNearest(r[6] * x + r[7] * y + r[8] * z + t[2] - z);
      return u * u * aa + v * v * bb + w * w * cc + 2 * (u * v * ab + u * w * ac + v * w * bc) < nearestImageA ** 2;
    }).length;
    if (images < 2 || (occupancyOf === "written" && atom.occupancy * images < 1.01)) return atom;
    shared++;
    label ??= atom.label;
    return { ...atom, occupancy: atom.occupancy / images };
  });
  return { atoms: counted, shared, label };
}
