import type { UnitCell } from "../models/crystal.js";
import { InputError } from "../ndarray/errors.js";

/** Names of the crystal systems, the trigonal one by its two cells. */
export type CrystalSystem = "cubic" | "tetragonal" | "orthorhombic" | "hexagonal" | "rhombohedral" | "monoclinic" | "triclinic";
/** The crystal systems, the one of highest symmetry first. */
export const crystalSystems: readonly CrystalSystem[] = [
  "cubic", "tetragonal", "orthorhombic", "hexagonal", "rhombohedral", "monoclinic", "triclinic",
];

/** Names of a cell's numbers. */
export type CellParameter = keyof UnitCell;

/** A number of the cell that is free, and those that follow it. */
export interface CellTie {
  /** the number that is free */
  readonly name: CellParameter;
  /** those that are equal to it */
  readonly followers: readonly CellParameter[];
}

const tie = (name: CellParameter, ...followers: CellParameter[]): CellTie => ({ name, followers });
const edges = [tie("a"), tie("b"), tie("c")];

const equal = (...values: readonly number[]): boolean => values.every((value) => Math.abs(value - values[0]) <= 1e-6 * Math.abs(values[0]));

/**
 * The system of highest symmetry that a cell has the shape of.
 *
 * A caution: a cell of low symmetry can have that shape by chance.
 */
export function crystalSystemOf(cell: UnitCell): CrystalSystem {
  return crystalSystems.find((system) => isOf(system, cell)) ?? "triclinic";
}

function isOf(system: CrystalSystem, { a, b, c, alpha, beta, gamma }: UnitCell): boolean {
  switch (system) {
    case "cubic":
      return equal(a, b, c) && equal(90, alpha, beta, gamma);
    case "tetragonal":
      return equal(a, b) && equal(90, alpha, beta, gamma);
    case "orthorhombic":
      return equal(90, alpha, beta, gamma);
    case "hexagonal":
      return equal(a, b) && equal(90, alpha, beta) && equal(120, gamma);
    case "rhombohedral":
      return equal(a, b, c) && equal(alpha, beta, gamma);
    case "monoclinic":
      return equal(90, alpha, gamma) || equal(90, alpha, beta) || equal(90, beta, gamma);
    case "triclinic":
      return true;
  }
}

/**
 * What of a cell is free in a crystal system. The trigonal system has a hexagonal or a rhombohedral cell; the monoclinic angle is
 * beta unless another one is the only one that is not 90 degrees.
 * @throws InputError when the cell has not the system's shape
 */
export function cellTies(cell: UnitCell, system: CrystalSystem): readonly CellTie[] {
  if (!isOf(system, cell)) {
    const { a, b, c, alpha, beta, gamma } = cell;
    throw new InputError(`the cell ${[a, b, c, alpha, beta, gamma].join(" ")} is not ${system}; its shape is ${crystalSystemOf(cell)}`);
  }
  switch (system) {
    case "cubic":
      return [tie("a", "b", "c")];
    case "tetragonal":
    case "hexagonal":
      return [tie("a", "b"), tie("c")];
    case "orthorhombic":
      return edges;
    case "rhombohedral":
      return [tie("a", "b", "c"), tie("alpha", "beta", "gamma")];
    case "monoclinic":
      return [...edges, tie(equal(90, cell.alpha, cell.gamma) ? "beta" : equal(90, cell.alpha, cell.beta) ? "gamma" : "alpha")];
    case "triclinic":
      return [...edges, tie("alpha"), tie("beta"), tie("gamma")];
  }
}
