import { operatorsOfHall } from "./hall.js";
import { spaceGroupTable } from "./space-group-table.js";
import type { SymmetryOperator } from "./symmetry.js";

/** A space group in one of its settings. */
export interface SpaceGroup {
  /** in International Tables, 1 to 230 */
  readonly number: number;
  /** the Hermann-Mauguin symbol, with the choice of origin or axes behind a colon */
  readonly name: string;
  /** the Hall symbol */
  readonly hall: string;
}

let settings: readonly SpaceGroup[] | undefined;

/** Every setting that is known by name. */
export function spaceGroups(): readonly SpaceGroup[] {
  settings ??= spaceGroupTable.trim().split("\n").map((line) => {
    const [number, name, hall] = line.split("|");
    return { number: Number(number), name, hall };
  });
  return settings;
}

const squeezed = (name: string): string => name.replace(/[\s_()]+/g, "").toUpperCase();

/** Without the edges that a monoclinic symbol has no axis along: P 1 21 1 is P 21. */
const shortened = (name: string): string => name.replace(/ 1(?= |$)/g, "");

/**
 * The space group of a Hermann-Mauguin symbol, full or short, with blanks or without. "H 3" is R 3 in hexagonal axes; of R without a
 * word for its axes the cell tells them.
 * @param angles alpha, beta, gamma of the cell, where there is one
 */
export function spaceGroupNamed(name: string, angles?: readonly number[]): SpaceGroup | undefined {
  const wanted = squeezed(name);
  if (/^H-?3/.test(wanted)) return spaceGroupNamed(`R${wanted.slice(1).replace(/:H$/, "")}:H`);
  const all = spaceGroups();
  if (/^R/.test(wanted) && !wanted.includes(":")) {
    const isHexagonal = angles === undefined || Math.abs(angles[2] - 120) < 0.5;
    return spaceGroupNamed(`${wanted}:${isHexagonal ? "H" : "R"}`);
  }
  const exact = all.find((group) => squeezed(group.name) === wanted) ?? all.find((group) => squeezed(group.name.split(":")[0]) === wanted);
  return exact ?? all.find((group) => group.number >= 3 && group.number <= 15 && squeezed(shortened(group.name)) === wanted);
}

/**
 * The standard setting of a space group of the International Tables, 1 to 230.
 * @param angles alpha, beta, gamma of the cell, where there is one
 */
export function spaceGroupNumbered(number: number, angles?: readonly number[]): SpaceGroup | undefined {
  const found = spaceGroups().find((group) => group.number === number);
  return found && spaceGroupNamed(found.name.replace(/:[HR]$/, ""), angles);
}

/**
 * The space group as a model file states it.
 * @param stated number, Hermann-Mauguin or Hall symbol
 * @param angles alpha, beta, gamma of the cell
 * @returns undefined where no group is called so
 */
export function spaceGroupStated(stated: string | number, angles?: readonly number[]): SpaceGroup | undefined {
  if (typeof stated === "number") return spaceGroupNumbered(stated, angles);
  const blanks = (symbol: string): string => symbol.trim().replace(/\s+/g, " ").toUpperCase();
  return spaceGroups().find(({ hall }) => blanks(hall) === blanks(stated)) ?? spaceGroupNamed(stated, angles);
}

/** All operators of a space group, those of its centring included, the identity first. */
export function operatorsOf({ hall }: SpaceGroup): readonly SymmetryOperator[] {
  return operatorsOfHall(hall);
}
