import { array, type NdArray } from "../ndarray/ndarray.js";
import type { Amplitudes } from "./measured.js";
import type { Indices, Symmetry } from "./symmetry.js";

/** Full list of reflections with amplitudes, in no symmetry. */
export interface ExpandedReflections {
  /** Miller index, int32 of shape [n] */
  readonly h: NdArray;
  /** as `h` */
  readonly k: NdArray;
  /** as `h` */
  readonly l: NdArray;
  /** amplitude, shape [n] */
  readonly f: NdArray;
  /** reflections whose Friedel mate is not listed, and which stand for it */
  readonly lonely: number;
}

/** All equivalents of all reflections, and Friedel mates, each once: the mate's own amplitude where the two are apart and both listed. */
export function expand({ hkl, f, areMatesApart }: Pick<Amplitudes, "hkl" | "f" | "areMatesApart">, symmetry: Symmetry): ExpandedReflections {
  const found = new Map<string, readonly [number, number, number, number]>();
  const put = (hkls: readonly Indices[], amplitude: number): void => {
    for (const [h, k, l] of hkls) {
      const key = `${h + 0},${k + 0},${l + 0}`;
      if (!found.has(key)) found.set(key, [h + 0, k + 0, l + 0, amplitude]);
    }
  };
  const count = hkl.shape[0];
  const at = (i: number): Indices => [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)];
  for (let i = 0; i < count; i++) put(symmetry.equivalents(at(i)), f.get(i));
  const before = found.size;
  for (let i = 0; i < count; i++) put(symmetry.equivalents(at(i)).map(([h, k, l]): Indices => [0 - h, 0 - k, 0 - l]), f.get(i));
  const all = [...found.values()];
  const column = (axis: number): NdArray => array(all.map((each) => each[axis]), "int32");
  return { h: column(0), k: column(1), l: column(2), f: array(all.map((each) => each[3])), lonely: areMatesApart ? found.size - before : 0 };
}
