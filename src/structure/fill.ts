import { array, type NdArray } from "../ndarray/ndarray.js";
import type { UnitCell } from "../models/crystal.js";
import { reflectionsOfShell, type Amplitudes } from "./measured.js";
import { inverseSquare, reciprocalMetric, uniqueReflections } from "./reflections.js";
import type { Symmetry } from "./symmetry.js";

/**
 * The list with what is missing to its own resolution put in.
 * @param calculated of a missing reflection, on the list's own scale; the root mean square amplitude of like resolution unless given
 */
export function fill(list: Amplitudes, cell: UnitCell, symmetry: Symmetry, calculated?: (hkl: NdArray) => NdArray): Amplitudes & { readonly filled: number } {
  const metric = reciprocalMetric(cell);
  const squareOf = (hkl: NdArray, i: number): number => inverseSquare(metric, [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]);
  const key = (hkl: NdArray, i: number): string => `${hkl.get(i, 0)},${hkl.get(i, 1)},${hkl.get(i, 2)}`;
  const listed = new Set<string>();
  let largest = 0;
  for (let i = 0; i < list.f.size; i++) {
    listed.add(key(list.hkl, i));
    largest = Math.max(largest, squareOf(list.hkl, i));
  }
  const possible = uniqueReflections(cell, symmetry, 1 / Math.sqrt(largest * (1 + 1e-9)), list.areMatesApart);
  const missing: number[][] = [];
  // The first is (0 0 0), which no measurement holds.
  for (let i = 1; i < possible.shape[0]; i++) if (!listed.has(key(possible, i))) missing.push([possible.get(i, 0), possible.get(i, 1), possible.get(i, 2)]);
  if (missing.length === 0) return { ...list, filled: 0 };
  const hkl = array(missing, "int32");
  const f = calculated?.(hkl) ?? meansOf(list, missing.map((_, i) => squareOf(hkl, i)), (i) => squareOf(list.hkl, i), largest);
  const rows = Array.from({ length: list.f.size }, (_, i) => [list.hkl.get(i, 0), list.hkl.get(i, 1), list.hkl.get(i, 2)]);
  return { ...list, hkl: array([...rows, ...missing], "int32"), f: array([...list.f.data, ...f.data]), filled: missing.length };
}

function meansOf({ f }: Amplitudes, squares: readonly number[], squareOf: (i: number) => number, largest: number): NdArray {
  const shells = Math.max(1, Math.min(50, Math.floor(f.size / reflectionsOfShell)));
  const shellOf = (square: number): number => Math.min(shells - 1, Math.floor(shells * (square / largest) ** 1.5));
  const sums = Array.from({ length: shells }, () => ({ squares: 0, count: 0 }));
  let [all, count] = [0, 0];
  for (let i = 0; i < f.size; i++) {
    const shell = sums[shellOf(squareOf(i))];
    shell.squares += f.data[i] ** 2;
    shell.count++;
    all += f.data[i] ** 2;
    count++;
  }
  return array(squares.map((square) => {
    const shell = sums[shellOf(square)];
    return Math.sqrt(shell.count > 0 ? shell.squares / shell.count : all / count);
  }));
}
