import type { UnitCell } from "../models/crystal.js";
import type { Amplitudes } from "./measured.js";
import { inverseSquare, reciprocalMetric, uniqueReflections } from "./reflections.js";
import type { Symmetry } from "./symmetry.js";

/** How many of the possible reflections a list holds in a range of resolution. */
export interface Shell {
  /** Å; of the first shell Infinity */
  readonly lowA: number;
  /** smallest spacing of the shell, in angstrom */
  readonly highA: number;
  /** unique reflections in the list */
  readonly listed: number;
  /** unique reflections that there can be */
  readonly possible: number;
}

/** Completeness in shells of equal volume, to the list's own resolution or a given one. */
export function completeness({ hkl, areMatesApart }: Amplitudes, cell: UnitCell, symmetry: Symmetry, shells = 10, dminA?: number): Shell[] {
  const metric = reciprocalMetric(cell);
  const squares = Array.from({ length: hkl.shape[0] }, (_, i) => inverseSquare(metric, [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]));
  const largest = dminA === undefined ? squares.reduce((most, s) => Math.max(most, s), 0) * (1 + 1e-9) : 1 / dminA ** 2;
  const shellOf = (square: number): number => Math.min(shells - 1, Math.floor(shells * (square / largest) ** 1.5));
  const counts = Array.from({ length: shells }, () => ({ listed: 0, possible: 0 }));
  for (const square of squares) if (square > 0 && square <= largest) counts[shellOf(square)].listed++;
  const possible = uniqueReflections(cell, symmetry, 1 / Math.sqrt(largest), areMatesApart);
  for (let i = 1; i < possible.shape[0]; i++) {
    counts[shellOf(inverseSquare(metric, [possible.get(i, 0), possible.get(i, 1), possible.get(i, 2)]))].possible++;
  }
  const edge = (shell: number): number => 1 / Math.sqrt(largest * (shell / shells) ** (2 / 3));
  return counts.map((count, shell) => ({ lowA: edge(shell), highA: edge(shell + 1), ...count }));
}
