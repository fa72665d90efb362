import type { Cell } from "./mtz.js";
import type { SymmetryOperator } from "./symmetry.js";

/** An atom of the asymmetric unit, as a file lists it. */
export interface AtomRecord {
  /** as messages call it: name, residue, chain and number, or a label */
  readonly label: string;
  /** the element's symbol, "C" or "Fe" */
  readonly element: string;
  /** of the ion, in units of the proton's; 0 unless the file says */
  readonly charge: number;
  /** in fractions of the cell edges */
  readonly position: readonly [x: number, y: number, z: number];
  /** part of the unit cells that hold the atom, 0 to 1 */
  readonly occupancy: number;
  /** of the displacement where it is the same in all directions, B = 8 pi^2 U in A^2; of the others the mean */
  readonly bIso: number;
  /** 11, 22, 33, 12, 13, 23 of U*, so that the atom scatters exp(-2 pi^2 h.U*.h) as much; undefined where only bIso is known */
  readonly uStar: readonly number[] | undefined;
  /** the mark of an alternate conformation, or "" */
  readonly alternate: string;
}

/** A structure as a file lists it. */
export interface Coordinates {
  /** what error messages call the file */
  readonly name: string;
  /** edges in angstrom, angles in degrees */
  readonly cell: Cell;
  /** as the file spells it; "" where it does not */
  readonly spaceGroupName: string;
  /** all of them, those of the centring included */
  readonly operators: readonly SymmetryOperator[];
  /** of the asymmetric unit */
  readonly atoms: readonly AtomRecord[];
  /**
   * "site": an atom on a special position has the occupancy of the place, which several operators share (small molecules);
   * "written": what is summed over all operators, unless that is more than one atom
   */
  readonly occupancyOf: "site" | "written";
  /** sentences on what was assumed or left out */
  readonly warnings: readonly string[];
}
