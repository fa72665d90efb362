import { InputError } from "../ndarray/errors.js";
import { array, flatData } from "../ndarray/ndarray.js";
import { largestIndex, type Reflections } from "./hkl.js";
import { amplitudeColumns } from "./mtz-columns.js";
import { contradictions } from "./mtz-contradictions.js";
import type { Cell, Mtz } from "./mtz.js";
import { pointGroup } from "./symmetry.js";

/** The amplitudes of an MTZ file, and what the file says of the crystal that they were measured from. */
export interface MtzReflections extends Reflections {
  /** labels of the columns that were taken: the amplitude, and where it has one, that of the Friedel mate or of the difference */
  readonly columns: readonly string[];
  /** of the amplitude's data set, or else of the file; angstrom and degrees */
  readonly cell: Cell;
  /** of the amplitude's data set, in angstrom; undefined where the file does not say */
  readonly wavelengthA: number | undefined;
}

const mostReflections = 2 ** 26;

/**
 * The amplitudes of an MTZ file over the full sphere: every reflection of the file, its equivalents by the space group's operators, and
 * the Friedel mates of them all, each once. Mates that the file lists, in rows or columns of their own, keep their own amplitudes.
 * Where a file lists equivalents, the first one counts. Missing values, -999 and other amplitudes below 0 are left out.
 * @param amplitudeColumn label of the column, or of the two columns of Friedel mates, parted by a comma; if not given, the first
 *   measured amplitude
 * @returns the reflections, equivalents together, in the order of the file; with a warning of whatever was assumed
 * @throws InputError when there is no such column, no symmetry, no value, the file is not merged, or an index is not whole or beyond 10000
 */
export function expandToP1(mtz: Mtz, amplitudeColumn?: string): MtzReflections {
  const { name, columns, data } = mtz;
  const chosen = amplitudeColumns(mtz, amplitudeColumn);
  const index = indexColumns(mtz);
  if (mtz.batches > 0 || columns.some(({ type }) => type === "B")) {
    throw new InputError(`${name} is not merged (${mtz.batches} batches): its rows are single observations; merge them first, as aimless or dials.merge do`);
  }
  if (mtz.symmetryOperators.length === 0 && mtz.spaceGroupNumber !== 1) throw new InputError(`${name} has no SYMM record, so its symmetry is not known`);
  const group = pointGroup(mtz.symmetryOperators, name);
  const [rows, stride] = data.shape;
  if (2 * rows * group.length > mostReflections) throw new InputError(`${name}: ${rows} reflections are too many to expand to P 1`);
  const dataset = mtz.datasets.find(({ id }) => id === columns[chosen.amplitude].datasetId);
  const cell = dataset?.cell ?? mtz.cell;
  const values = flatData(data);
  const amplitudes = new Amplitudes(values, chosen);
  const orbits = new Orbits(group);
  for (let row = 0; row < rows; row++) {
    const start = row * stride;
    const { plus, minus } = amplitudes.ofRow(start);
    if (plus === undefined && minus === undefined) continue;
    const hkl = index.map((column) => values[start + column]);
    const infinite = [plus, minus].find((value) => value !== undefined && !Number.isFinite(value));
    if (!hkl.every(Number.isInteger) || infinite !== undefined) {
      const found = [...hkl, infinite ?? plus ?? minus].join(" ");
      throw new InputError(`${name}, reflection ${row + 1}: h k l F are ${found}; whole indices and a finite F are needed`);
    }
    if (!orbits.add(hkl, plus, minus, amplitudes.hasMates)) throw new InputError(`${name}, reflection ${row + 1}: index beyond +-${largestIndex}`);
  }
  if (orbits.size === 0) {
    const left = amplitudes.warnings(name, columns[chosen.amplitude].label);
    throw new InputError(`${name}: every value of column ${columns[chosen.amplitude].label} is missing${left.length === 0 ? "" : ` (${left.join("; ")})`}`);
  }
  const taken = [chosen.amplitude, chosen.mate, chosen.difference].flatMap((i) => (i === undefined ? [] : [columns[i].label]));
  const warnings = [
    ...chosen.warnings,
    ...amplitudes.warnings(name, columns[chosen.amplitude].label),
    ...orbits.warnings(name),
    ...contradictions(mtz, cell, group),
  ];
  return { ...orbits.listed(), columns: taken, cell, wavelengthA: dataset?.wavelengthA, warnings };
}

/** The columns of h, k and l: by their labels, or else the first three of type H. */
function indexColumns({ name, columns }: Mtz): number[] {
  const index = columns.flatMap(({ type }, i) => (type === "H" ? [i] : []));
  if (index.length < 3) throw new InputError(`${name} has ${index.length} index columns (type H); h, k and l are needed`);
  const named = ["H", "K", "L"].map((letter) => index.find((i) => columns[i].label.toUpperCase() === letter));
  const found = named.filter((i) => i !== undefined);
  return found.length === 3 ? found : index.slice(0, 3);
}

interface RowAmplitudes {
  /** of h k l, and of -h -k -l; undefined where the row does not say */
  readonly plus: number | undefined;
  readonly minus: number | undefined;
}

/** What programs without a sign for missing values wrote in their place. */
function isPlaceholder(value: number): boolean {
  return value === -999 || value === -9999 || value === -99999 || value <= -1e9;
}

/** Reads the amplitudes of rows, and counts what it leaves out. */
class Amplitudes {
  /** whether the columns tell Friedel mates apart */
  readonly hasMates: boolean;
  #placeholders = 0;
  #negative = 0;
  #lowest = 0;
  #unmeasured = 0;

  constructor(
    private readonly values: ArrayLike<number>,
    private readonly columns: ReturnType<typeof amplitudeColumns>,
  ) {
    this.hasMates = columns.mate !== undefined || columns.difference !== undefined;
  }

  ofRow(start: number): RowAmplitudes {
    const { amplitude, mate, difference, sigma } = this.columns;
    const plus = this.#read(start + amplitude);
    if (plus === 0 && sigma !== undefined && !(this.values[start + sigma] > 0)) this.#unmeasured++;
    if (mate !== undefined) return { plus, minus: this.#read(start + mate) };
    const half = difference === undefined ? NaN : this.values[start + difference] / 2;
    if (plus === undefined || Number.isNaN(half) || isPlaceholder(2 * half)) return { plus, minus: undefined };
    return { plus: Math.max(0, plus + half), minus: Math.max(0, plus - half) };
  }

  #read(at: number): number | undefined {
    const value = this.values[at];
    if (Number.isNaN(value)) return undefined;
    if (isPlaceholder(value)) {
      this.#placeholders++;
      return undefined;
    }
    if (value < 0) {
      this.#negative++;
      this.#lowest = Math.min(this.#lowest, value);
      if (!this.columns.isSigned) return undefined;
    }
    return value;
  }

  warnings(name: string, label: string): string[] {
    const warnings: string[] = [];
    if (this.#placeholders > 0) warnings.push(`${name}: ${counted(this.#placeholders, "value")} of column ${label} as low as -999 stand for missing ones and are left out`);
    if (this.#negative > 0) {
      const fate = this.columns.isSigned ? "their squares are the intensities" : "they are left out";
      warnings.push(`${name}: ${counted(this.#negative, "amplitude")} of column ${label} below 0 (the lowest is ${this.#lowest}); ${fate}`);
    }
    if (this.#unmeasured > 0) warnings.push(`${name}: ${counted(this.#unmeasured, "reflection")} of column ${label} with F = 0 and no sigma above 0 may not have been measured; F = 0 is taken`);
    return warnings;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

interface Orbit {
  readonly keys: readonly number[];
  readonly value: number;
}

/** Amplitudes by their orbits: the reflections that are equivalent by the point group. */
class Orbits {
  readonly #known = new Map<number, Orbit>();
  #contradicted = 0;
  #lonely = 0;

  constructor(private readonly group: readonly (readonly number[])[]) {}

  get size(): number {
    return this.#known.size;
  }

  /** @returns false where an index is too large */
  add(hkl: readonly number[], plus: number | undefined, minus: number | undefined, hasMates: boolean): boolean {
    const keys = this.#orbitOf(hkl);
    const mates = this.#orbitOf(hkl.map((index) => -index));
    if (keys.includes(outOfRange)) return false;
    if (keys[0] === mates[0]) {
      // Of a centric reflection both columns hold the same amplitude, or one of them none.
      const found = [plus, minus].filter((value) => value !== undefined);
      this.#observe(keys, found.reduce((sum, value) => sum + value, 0) / found.length);
      return true;
    }
    if (hasMates && (plus === undefined || minus === undefined)) this.#lonely++;
    if (plus !== undefined) this.#observe(keys, plus);
    if (minus !== undefined) this.#observe(mates, minus);
    return true;
  }

  #observe(keys: readonly number[], value: number): void {
    const known = this.#known.get(keys[0]);
    if (known === undefined) this.#known.set(keys[0], { keys, value });
    else if (Math.abs(known.value - value) > 1e-4 * Math.abs(known.value)) this.#contradicted++;
  }

  /** The keys of a reflection's equivalents, each once, in increasing order. */
  #orbitOf(hkl: readonly number[]): readonly number[] {
    return [...new Set(this.group.map((rotation) => keyOf(hkl, rotation)))].sort((a, b) => a - b);
  }

  warnings(name: string): string[] {
    const warnings: string[] = [];
    if (this.#contradicted > 0) {
      warnings.push(`${name}: ${counted(this.#contradicted, "row")} with another amplitude than an equivalent reflection before it; the first one counts`);
    }
    if (this.#lonely > 0) warnings.push(`${name}: of ${counted(this.#lonely, "reflection")} only one Friedel mate has an amplitude; the other is taken to be equal`);
    return warnings;
  }

  /** All reflections; mates that were not observed have the amplitude of those that were. */
  listed(): Omit<Reflections, "warnings"> {
    const [h, k, l, f]: number[][] = [[], [], [], []];
    const list = (keys: Iterable<number>, value: number): void => {
      for (const key of keys) {
        h.push(Math.floor(key / side ** 2) - largestIndex);
        k.push((Math.floor(key / side) % side) - largestIndex);
        l.push((key % side) - largestIndex);
        f.push(value);
      }
    };
    for (const { keys, value } of this.#known.values()) {
      list(keys, value);
      const mates = keys.map((key) => largestKey - key).reverse();
      if (!this.#known.has(mates[0])) list(mates, value);
    }
    return { h: array(h, "int32"), k: array(k, "int32"), l: array(l, "int32"), f: array(f) };
  }
}

const side = 2 * largestIndex + 1;
const outOfRange = -1;
/** The sum of the keys of h k l and -h -k -l. */
const largestKey = side ** 3 - 1;

/** One number for the indices (h k l) times a rotation, or `outOfRange`. */
function keyOf([h, k, l]: readonly number[], r: readonly number[]): number {
  const i = h * r[0] + k * r[3] + l * r[6] + largestIndex;
  const j = h * r[1] + k * r[4] + l * r[7] + largestIndex;
  const m = h * r[2] + k * r[5] + l * r[8] + largestIndex;
  const isInside = Math.min(i, j, m) >= 0 && Math.max(i, j, m) < side;
  return isInside ? (i * side + j) * side + m : outOfRange;
}
