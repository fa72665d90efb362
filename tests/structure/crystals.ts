/** Small structures that tests calculate with. */
import { operatorsOf, spaceGroupNamed } from "../../src/io/space-groups.js";
import type { Atom, Structure } from "../../src/structure/atomic-model.js";

export function atom(element: string, position: readonly [number, number, number], rest: Partial<Atom> = {}): Atom {
  return { label: element, element, charge: 0, position, occupancy: 1, bIso: 10, uStar: undefined, ...rest };
}

/** A structure of a named space group. */
export function structureIn(name: string, atoms: readonly Atom[], cell = { a: 11, b: 13, c: 17, alpha: 90, beta: 90, gamma: 90 }): Structure {
  const group = spaceGroupNamed(name, [cell.alpha, cell.beta, cell.gamma]);
  if (group === undefined) throw new Error(`${name} is no space group`);
  return { cell, operators: operatorsOf(group), atoms };
}

export const few: readonly Atom[] = [
  atom("C", [0.11, 0.23, 0.31]),
  atom("N", [0.42, 0.07, 0.18], { bIso: 14, occupancy: 0.7 }),
  atom("S", [0.27, 0.38, 0.44], { bIso: 8, uStar: [0.0006, 0.0007, 0.0003, 0.0001, -0.00005, 0.00008] }),
  atom("O", [0.36, 0.29, 0.05], { bIso: 20 }),
];
