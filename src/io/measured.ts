import { InputError } from "../ndarray/errors.js";
import { array, type NdArray } from "../ndarray/ndarray.js";
import { isIndex, largestIndex } from "./hkl.js";
import type { Cell } from "./mtz.js";
import type { SymmetryOperator } from "./symmetry.js";

/** Values and their standard deviations, float64 of shape [n], NaN where there is none. */
export interface Values {
  readonly values: NdArray;
  readonly sigmas: NdArray | undefined;
}

/** What a file lists of its reflections under one name. */
export interface MeasuredColumn extends Values {
  /** its name in the file */
  readonly label: string;
  /** amplitudes in electrons or on the file's own scale, or intensities, their squares */
  readonly kind: "amplitude" | "intensity";
  /** computed from a model, not measured */
  readonly isCalculated: boolean;
  /** those of -h -k -l, where a line holds both Friedel mates; the values are then those of h k l */
  readonly mates: Values | undefined;
}

/** A list of reflections with what a file says of their crystal. */
export interface MeasuredReflections {
  /** what messages call the list: the file, and the block where it has several */
  readonly name: string;
  /** edges in angstrom, angles in degrees; undefined where the file has none */
  readonly cell: Cell | undefined;
  /** Hermann-Mauguin symbol; empty where the file has none */
  readonly spaceGroupName: string;
  /** undefined where the file tells no symmetry */
  readonly operators: readonly SymmetryOperator[] | undefined;
  /** in angstrom; undefined where the file has none */
  readonly wavelengthA: number | undefined;
  /** int32, shape [n]; k and l likewise */
  readonly h: NdArray;
  /** as `h` */
  readonly k: NdArray;
  /** as `h` */
  readonly l: NdArray;
  /** amplitudes and intensities, in the order of the file */
  readonly columns: readonly MeasuredColumn[];
  /** whether h k l and -h -k -l on lines of their own are different measurements */
  readonly areMatesApart: boolean;
  /** sentences on what was assumed or left out */
  readonly warnings: readonly string[];
}

/** What a list says of its crystal that holds reflections alone. */
export const unknownCrystal: Pick<MeasuredReflections, "cell" | "spaceGroupName" | "operators" | "wavelengthA"> = {
  cell: undefined,
  spaceGroupName: "",
  operators: undefined,
  wavelengthA: undefined,
};

/** Collects the lines of a list, all with values of the same names. */
export class ReflectionRows {
  readonly #h: number[] = [];
  readonly #k: number[] = [];
  readonly #l: number[] = [];
  readonly #columns = new Map<string, number[]>();

  get size(): number {
    return this.#h.length;
  }

  /**
   * Begins a line.
   * @param where what error messages call it
   * @throws InputError when an index is not whole, or beyond 10000
   */
  begin(h: number, k: number, l: number, where: string): void {
    if (!isIndex(h) || !isIndex(k) || !isIndex(l)) {
      throw new InputError(`${where}: the indices are ${h} ${k} ${l}; whole numbers within +-${largestIndex} are needed`);
    }
    this.#h.push(h);
    this.#k.push(k);
    this.#l.push(l);
  }

  /** Sets a value of the line that was begun last. */
  set(column: string, value: number): void {
    const values = this.#columns.get(column) ?? [];
    this.#columns.set(column, values);
    while (values.length < this.#h.length - 1) values.push(NaN);
    values[this.#h.length - 1] = value;
  }

  indices(): Pick<MeasuredReflections, "h" | "k" | "l"> {
    return { h: array(this.#h, "int32"), k: array(this.#k, "int32"), l: array(this.#l, "int32") };
  }

  /** All values of a name; undefined where no line has one. */
  column(name: string | undefined): NdArray | undefined {
    const values = name === undefined ? undefined : this.#columns.get(name);
    if (values === undefined || values.every(Number.isNaN)) return undefined;
    while (values.length < this.#h.length) values.push(NaN);
    return array(values);
  }
}
