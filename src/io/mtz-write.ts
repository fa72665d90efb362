import { InputError } from "../ndarray/errors.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { asymmetricUnit, type ReducedIndex } from "./asymmetric-unit.js";
import type { Cell } from "./mtz.js";
import { operatorsOf, type SpaceGroup } from "./space-groups.js";
import { formatSymmetryOperator, type SymmetryOperator } from "./symmetry.js";

/** Observations of one image as an unmerged MTZ file holds them. */
export interface UnmergedReflections {
  readonly title: string;
  readonly cell: Cell;
  /** in Å */
  readonly wavelengthA: number;
  /** number of the image */
  readonly batch: number;
  /** turn about the spindle during the image, in degrees: where it begins and ends */
  readonly phiDeg: readonly [number, number];
  /** of the crystal; P 1 unless given, or where its axes are not the usual ones */
  readonly symmetry?: SpaceGroup;
  /** labels and types of the columns behind H, K, L, M/ISYM and BATCH */
  readonly columns: readonly { readonly label: string; readonly type: string }[];
  /** shape [reflections, 3] */
  readonly hkl: NdArray;
  /** of the columns, shape [reflections, columns] */
  readonly values: NdArray;
}

const recordLength = 80;
/** Words of a batch header: whole numbers, then reals. */
const [integers, reals] = [29, 156];

/**
 * Writes an unmerged MTZ file: in H, K and L stands the equivalent in the asymmetric unit, and M/ISYM tells by which of the file's operators
 * the reflection that was measured comes there, odd numbers of itself, even ones of its Friedel mate.
 * @throws InputError when the values are not those of the reflections
 * Source: CCP4 documentation, "MTZ file format".
 */
export function formatUnmergedMtz({ title, cell, wavelengthA, batch, phiDeg, symmetry = p1, columns, hkl, values }: UnmergedReflections): Uint8Array {
  const [rows, width] = values.shape;
  if (hkl.shape[0] !== rows || width !== columns.length) throw new InputError(`${hkl.shape[0]} reflections and ${columns.length} columns do not go with values of shape ${values.shape.join(" x ")}`);
  const all = [...["H", "K", "L"].map((label) => ({ label, type: "H" })), { label: "M/ISYM", type: "Y" }, { label: "BATCH", type: "B" }, ...columns];
  const [indices, numbers] = [flatData(hkl), flatData(values)];
  const { group, operators, primitive, reduce } = settingOf(symmetry);
  const table = Array.from({ length: rows }, (_, row) => {
    const reduced = reduce(indices.subarray(3 * row, 3 * row + 3));
    return [...reduced.hkl, reduced.isym, batch, ...Array.from({ length: width }, (_, column) => numbers[row * width + column])];
  }).sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const body = 20 * 4 + 4 * rows * all.length;
  const range = (column: number): readonly [number, number] => table.reduce<readonly [number, number]>(([low, high], row) => [Math.min(low, row[column]), Math.max(high, row[column])], [Infinity, -Infinity]);
  const spacings = table.map(([h, k, l]) => inverseSquare(cell, h, k, l));
  const shown = (value: number, digits = 4): string => value.toFixed(digits);
  const header = [
    "VERS MTZ:V1.1",
    `TITLE ${title.slice(0, 70)}`,
    `NCOL ${all.length} ${rows} 1`,
    `CELL ${cell.map((value) => shown(value)).join(" ")}`,
    "SORT 1 2 3 0 0",
    `SYMINF ${operators.length} ${primitive} ${group.name[0]} ${group.number} '${group.name.replace(/:.*/, "")}' ${pointGroupName(group)}`,
    ...operators.map((operator) => `SYMM ${formatSymmetryOperator(operator)}`),
    `RESO ${Math.min(...spacings).toFixed(9)} ${Math.max(...spacings).toFixed(9)}`,
    "VALM NAN",
    ...all.map(({ label, type }, column) => `COLUMN ${label.padEnd(30)} ${type} ${range(column).map((value) => value.toPrecision(8)).join(" ")} ${column < 3 ? 0 : 1}`),
    "NDIF 1",
    "PROJECT 1 braggtape",
    "CRYSTAL 1 crystal",
    "DATASET 1 image",
    `DCELL 1 ${cell.map((value) => shown(value)).join(" ")}`,
    `DWAVEL 1 ${shown(wavelengthA, 5)}`,
    `BATCH ${batch}`,
    "END",
    "MTZBATS",
  ];
  const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.map((line) => line.slice(0, recordLength).padEnd(recordLength)).join(""));
  const parts = [text(header), text([`BH ${batch} ${integers + reals} ${integers} ${reals}`, `TITLE ${title.slice(0, 70)}`]), batchHeader(cell, wavelengthA, phiDeg), text(["BHCH", "MTZENDOFHEADERS"])];
  const bytes = new Uint8Array(body + parts.reduce((sum, part) => sum + part.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("MTZ "));
  view.setInt32(4, body / 4 + 1, true);
  // Numbers and letters as this machine's kind writes them: IEEE, little-endian, ASCII.
  bytes.set([0x44, 0x41, 0x00, 0x00], 8);
  table.forEach((row, i) => row.forEach((value, column) => view.setFloat32(80 + 4 * (i * all.length + column), value, true)));
  let at = body;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const p1: SpaceGroup = { number: 1, name: "P 1", hall: "P 1" };

/** A space group as a file has it: operators that differ in their rotation come first. */
function settingOf(group: SpaceGroup): {
  readonly group: SpaceGroup;
  readonly operators: readonly SymmetryOperator[];
  readonly primitive: number;
  readonly reduce: (hkl: ArrayLike<number>) => ReducedIndex;
} {
  const all = operatorsOf(group);
  const isFirst = ({ rotation }: SymmetryOperator, i: number): boolean => all.findIndex((other) => other.rotation.join() === rotation.join()) === i;
  const [own, others] = [all.filter(isFirst), all.filter((operator, i) => !isFirst(operator, i))];
  const unit = asymmetricUnit(own.map(({ rotation }) => rotation));
  if (unit === undefined) return settingOf(p1);
  return { group, operators: [...own, ...others], primitive: own.length, reduce: (hkl) => unit([hkl[0], hkl[1], hkl[2]]) };
}

/** As CCP4 calls it: the symbol without screws, glides and edges without an axis. */
function pointGroupName({ name }: SpaceGroup): string {
  const words = name.replace(/:.*/, "").split(" ").slice(1).map((word) => word.replace(/(\d)\d/g, "$1").replace(/[abcden]/g, "m"));
  const axes = words.length === 1 ? words : words.filter((word) => word !== "1");
  return `PG${axes.join("")}`;
}

/** 1/d², from the cell's reciprocal metric. */
function inverseSquare([a, b, c, alpha, beta, gamma]: Cell, h: number, k: number, l: number): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [ca, cb, cg] = [Math.cos(radians(alpha)), Math.cos(radians(beta)), Math.cos(radians(gamma))];
  const square = 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg;
  const [x, y, z] = [h / a, k / b, l / c];
  return (x * x * (1 - ca * ca) + y * y * (1 - cb * cb) + z * z * (1 - cg * cg) + 2 * x * y * (ca * cb - cg) + 2 * x * z * (ca * cg - cb) + 2 * y * z * (cb * cg - ca)) / square;
}

/** The words of a batch header; what is not known of the image is 0. */
function batchHeader(cell: Cell, wavelengthA: number, [from, to]: readonly [number, number]): Uint8Array {
  const bytes = new Uint8Array(4 * (integers + reals));
  const view = new DataView(bytes.buffer);
  const setInteger = (word: number, value: number): void => view.setInt32(4 * word, value, true);
  const setReal = (word: number, value: number): void => view.setFloat32(4 * (integers + word), value, true);
  setInteger(0, integers + reals);
  setInteger(1, integers);
  setInteger(2, reals);
  // The number of its data set.
  setInteger(20, 1);
  cell.forEach((value, i) => setReal(i, value));
  // The orientation matrix is that of the model file, which these numbers do not repeat: unity.
  for (const word of [6, 10, 14]) setReal(word, 1);
  setReal(36, from);
  setReal(37, to);
  setReal(47, to - from);
  setReal(86, wavelengthA);
  return bytes;
}
