import type { AtomRecord, Coordinates } from "./coordinates.js";
import { keepsMetric, shown } from "./mtz-contradictions.js";
import type { Cell } from "./mtz.js";
import type { SymmetryOperator } from "./symmetry.js";

/** Atoms that are nearer than so many A stand at one place. */
const samePlaceA = 0.02;
/** What occupancies of two digits may add up to by rounding. */
const fullOccupancy = 1.015;

/**
 * Sentences on what coordinates state that no crystal has: a cell without the symmetry, more than one atom at a place, occupancies and
 * displacements out of range.
 */
export function coordinateDoubts({ name, cell, operators, atoms, spaceGroupName }: Pick<Coordinates, "name" | "cell" | "operators" | "atoms" | "spaceGroupName">): string[] {
  return [...symmetryDoubts(name, cell, operators, spaceGroupName), ...atomDoubts(name, cell, atoms)];
}

/** A sentence where a cell does not have the symmetry of the operators. */
export function symmetryDoubts(name: string, cell: Cell, operators: readonly SymmetryOperator[], spaceGroupName: string): string[] {
  const isKept = operators.every(({ rotation }) => keepsMetric(rotation, cell));
  return isKept ? [] : [`${name}: the cell ${shown(cell)} does not have the symmetry of the space group (${spaceGroupName || "no name"})`];
}

function atomDoubts(name: string, cell: Cell, atoms: readonly AtomRecord[]): string[] {
  const atPlaces = crowded(atoms, ({ position }) => position.map((x, axis) => Math.round((x * cell[axis]) / samePlaceA)).join(" "));
  const ofAlternates = crowded(atoms.filter(({ alternate }) => alternate !== ""), ({ label }) => label);
  const about = (what: string, labels: readonly string[]): string[] =>
    labels.length === 0 ? [] : [`${name}: ${what} (${labels[0]}${labels.length > 1 ? ` and ${labels.length - 1} more` : ""}), and count as they are`];
  const labelsOf = (isOdd: (atom: AtomRecord) => boolean): string[] => atoms.filter(isOdd).map(({ label }) => label);
  return [
    ...about("occupancies make more than one atom at a place", atPlaces),
    ...about("occupancies of alternates add up to more than one atom", ofAlternates),
    ...about("occupancies are below 0", labelsOf(({ occupancy }) => occupancy < 0)),
    ...about("values of B are below 0, by which scattering rises with the angle", labelsOf(({ bIso }) => bIso < 0)),
  ];
}

/** The first labels of atoms that have something in common and are more than one by their occupancies. */
function crowded(atoms: readonly AtomRecord[], keyOf: (atom: AtomRecord) => string): string[] {
  const sums = new Map<string, { readonly label: string; occupancy: number }>();
  for (const atom of atoms) {
    const key = keyOf(atom);
    const sum = sums.get(key);
    if (sum) sum.occupancy += atom.occupancy;
    else sums.set(key, { label: atom.label, occupancy: atom.occupancy });
  }
  return [...sums.values()].filter(({ occupancy }) => occupancy > fullOccupancy).map(({ label }) => label);
}
