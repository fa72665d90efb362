import { InputError } from "../ndarray/errors.js";
import type { CifBlock } from "./cif.js";
import { quote } from "./field.js";
import type { Cell } from "./mtz.js";
import { operatorsOfHall } from "./hall.js";
import { operatorsOf, spaceGroupNamed, spaceGroupNumbered } from "./space-groups.js";
import { parseSymmetryOperator, type SymmetryOperator } from "./symmetry.js";

/** What a block says of lattice and symmetry. */
export interface CifCrystal {
  readonly cell: Cell | undefined;
  readonly spaceGroupName: string;
  /** undefined where the block says nothing of them */
  readonly operators: readonly SymmetryOperator[] | undefined;
  /** sentences on what was assumed, or contradicts itself */
  readonly doubts: readonly string[];
}

/**
 * Cell and symmetry of a block. Listed operators win over names, and a name over a number, as they leave least open.
 * @throws InputError when the cell is none, or a named space group is not known and nothing else tells the symmetry
 */
export function crystalOf(block: CifBlock): CifCrystal {
  const cell = cellOf(block);
  const assumed = cell === undefined ? [] : ["alpha", "beta", "gamma"].filter((name) => block.number(`_cell.angle_${name}`) === undefined);
  const doubts = assumed.length > 0 ? [`${block.file}: the angle ${assumed.join(", ")} of the unit cell is not stated; 90 degrees are taken`] : [];
  const spaceGroupName = block.word("_space_group.name_H-M_alt", "_symmetry.space_group_name_H-M", "_space_group.name_H-M_full") ?? "";
  const listed = block.column(
    "_space_group_symop.operation_xyz", "_symmetry_equiv.pos_as_xyz", "_space_group.symop_operation_xyz",
  );
  const words = listed?.filter((word) => word !== undefined) ?? [];
  if (words.length > 0) {
    const operators = words.map((word, i) => parseSymmetryOperator(word, `${block.file}, symmetry operator ${i + 1}`));
    const named = spaceGroupName === "" ? undefined : spaceGroupNamed(spaceGroupName, cell?.slice(3));
    const count = named && operatorsOf(named).length;
    if (count !== undefined && count !== operators.length) doubts.push(`${block.file}: ${operators.length} symmetry operators are listed, and ${spaceGroupName} has ${count}; those that are listed are taken`);
    return { cell, spaceGroupName, operators, doubts };
  }
  const hall = block.word("_space_group.name_Hall", "_symmetry.space_group_name_Hall");
  if (hall !== undefined) return { cell, spaceGroupName: spaceGroupName || hall, operators: operatorsOfHall(hall), doubts };
  const group = spaceGroupName === "" ? undefined : spaceGroupNamed(spaceGroupName, cell?.slice(3));
  if (group !== undefined) return { cell, spaceGroupName, operators: operatorsOf(group), doubts };
  const number = block.number("_space_group.IT_number", "_symmetry.Int_Tables_number");
  const numbered = number === undefined ? undefined : spaceGroupNumbered(number, cell?.slice(3));
  if (numbered !== undefined) return { cell, spaceGroupName: spaceGroupName || numbered.name, operators: operatorsOf(numbered), doubts };
  if (spaceGroupName !== "") throw new InputError(`${block.file}: ${quote(spaceGroupName)} is no space group, and no operators are listed`);
  return { cell, spaceGroupName, operators: undefined, doubts };
}

function cellOf(block: CifBlock): Cell | undefined {
  const edge = (name: string): number | undefined => block.number(`_cell.length_${name}`);
  const angle = (name: string): number => block.number(`_cell.angle_${name}`) ?? 90;
  const [a, b, c] = [edge("a"), edge("b"), edge("c")];
  if (a === undefined || b === undefined || c === undefined) return undefined;
  const cell: Cell = [a, b, c, angle("alpha"), angle("beta"), angle("gamma")];
  const isCell = cell.every((value) => value > 0) && cell.slice(3).every((value) => value < 180);
  if (!isCell) throw new InputError(`${block.file}, block ${quote(block.name)}: ${cell.join(" ")} is no unit cell`);
  return cell;
}
