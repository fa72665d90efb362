import { InputError } from "../ndarray/errors.js";
import { quote } from "./field.js";

/** An operator of a space group on fractional coordinates: x -> rotation x + translation. */
export interface SymmetryOperator {
  /** 3x3 whole numbers, row by row */
  readonly rotation: readonly number[];
  /** in fractions of the cell edges */
  readonly translation: readonly number[];
}

const identity: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const largestLaueGroup = 48;

/**
 * Reads an operator written like "-X+1/2, Y, -Z".
 * @param where what error messages call the text's place
 * @throws InputError when it is not one, or it is not a symmetry of any lattice (determinant 1 or -1)
 */
export function parseSymmetryOperator(text: string, where: string): SymmetryOperator {
  const rows = text.replace(/\s+/g, "").toUpperCase().split(",");
  if (rows.length !== 3 || !rows.every((row) => /^[+-]?[XYZ\d./]+(?:[+-][XYZ\d./]+)*$/.test(row))) throw notAnOperator(text, where);
  const rotation: number[] = [];
  const translation: number[] = [];
  for (const row of rows) {
    const coefficients = [0, 0, 0, 0];
    for (const [, sign, term] of row.matchAll(/([+-]?)([^+-]+)/g)) {
      const axis = ["X", "Y", "Z"].indexOf(term);
      const amount = axis >= 0 ? 1 : parseFraction(term);
      if (Number.isNaN(amount)) throw notAnOperator(text, where);
      coefficients[axis >= 0 ? axis : 3] += sign === "-" ? -amount : amount;
    }
    rotation.push(...coefficients.slice(0, 3));
    translation.push(coefficients[3]);
  }
  if (Math.abs(determinant(rotation)) !== 1) throw notAnOperator(text, where);
  return { rotation, translation };
}

/** An operator as text, such as "-X+1/2, Y, -Z". */
export function formatSymmetryOperator({ rotation, translation }: SymmetryOperator): string {
  return [0, 1, 2].map((row) => {
    const terms = ["X", "Y", "Z"].flatMap((axis, column) => {
      const factor = rotation[3 * row + column];
      return factor === 0 ? [] : [`${factor > 0 ? "+" : "-"}${axis}`];
    });
    return terms.join("").replace(/^\+/, "") + fractionText(translation[row]);
  }).join(", ");
}

/** A shift in twenty-fourths, which every space group's is. */
function fractionText(shift: number): string {
  const parts = Math.round(shift * 24);
  if (parts === 0) return "";
  const common = [24, 12, 8, 6, 4, 3, 2].find((divisor) => parts % divisor === 0 && 24 % divisor === 0) ?? 1;
  return `${parts > 0 ? "+" : "-"}${Math.abs(parts) / common}/${24 / common}`;
}

function notAnOperator(text: string, where: string): InputError {
  return new InputError(`${where}: ${quote(text)} is not a symmetry operator; one is written like "-X+1/2, Y, -Z"`);
}

function parseFraction(term: string): number {
  const parts = /^(\d{1,9}(?:\.\d{0,9})?)(?:\/(\d{1,9}))?$/.exec(term);
  if (!parts) return NaN;
  const value = Number(parts[1]) / Number(parts[2] ?? 1);
  return Number.isFinite(value) ? value : NaN;
}

function determinant([a, b, c, d, e, f, g, h, i]: readonly number[]): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/**
 * The point group of a space group: the different rotations of its operators.
 * @returns 3x3 matrices row by row, the identity first
 * @throws InputError when the operators are not those of a space group
 */
export function pointGroup(operators: readonly SymmetryOperator[], where: string): readonly (readonly number[])[] {
  const rotations = new Map<string, readonly number[]>();
  for (const rotation of [identity, ...operators.map((operator) => operator.rotation)]) {
    // Adding 0 turns -0 into 0, which the key must not tell apart.
    const entries = rotation.map((entry) => entry + 0);
    rotations.set(entries.join(), entries);
    if (withInversion([...rotations.values()]).length > largestLaueGroup) throw new InputError(`${where}: more rotations than any space group has`);
  }
  const group = [...rotations.values()];
  const isClosed = group.every((a) => group.every((b) => rotations.has(product(a, b).join())));
  if (!isClosed) throw new InputError(`${where}: the symmetry operators are not a group, so one is missing or wrong`);
  return group;
}

/** Rotations and their negatives, each once: by Friedel's law, the symmetry of intensities without anomalous scattering. */
export function withInversion(group: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const signed = group.flatMap((rotation) => [rotation, rotation.map((entry) => 0 - entry)]);
  return [...new Map(signed.map((rotation) => [rotation.join(), rotation] as const)).values()];
}

/**
 * The Laue group of a space group: its point group and, by Friedel's law, the inversion.
 * @returns 3x3 matrices row by row, the identity first
 * @throws InputError when the operators are not those of a space group
 */
export function laueGroup(operators: readonly SymmetryOperator[], where: string): readonly (readonly number[])[] {
  return withInversion(pointGroup(operators, where));
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, at) => {
    const row = at - (at % 3);
    const column = at % 3;
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6] + 0;
  });
}
