import { InputError } from "../ndarray/errors.js";
import { forEachLine, parseNumber, quote } from "./field.js";
import type { Cell } from "./mtz.js";

type Row = readonly [aStar: number, bStar: number, cStar: number];

/** A MOSFLM A matrix: rows x, y, z; columns a*, b*, c*, times the wavelength. */
export type MosflmMatrix = readonly [Row, Row, Row];

const expected = "an A matrix is nine numbers: rows x y z, columns a* b* c*, times the wavelength";

/**
 * The unit cell that a MOSFLM file states behind the A matrix, three missetting angles and the U matrix.
 * @returns a, b, c in angstrom, alpha, beta, gamma in degrees; undefined where the file ends before, or has no cell there
 */
export function matrixCell(text: string): Cell | undefined {
  const numbers: number[] = [];
  forEachLine(text, (line) => numbers.push(...line.split(/\s+/).map(parseNumber)));
  const [a, b, c, alpha, beta, gamma] = numbers.slice(21, 27);
  const isCell = [a, b, c, alpha, beta, gamma].every((value) => value > 0) && Math.max(alpha, beta, gamma) < 180;
  return isCell ? [a, b, c, alpha, beta, gamma] : undefined;
}

/**
 * Reads a MOSFLM orientation matrix; what follows the first nine numbers is left to `matrixCell`.
 * @param name what error messages call the text
 * @returns the nine numbers as they stand, not divided by the wavelength
 * @throws InputError when there are fewer than nine numbers, or the three vectors do not span space
 */
export function parseMatrix(text: string, name: string): MosflmMatrix {
  const numbers: number[] = [];
  forEachLine(text, (line, number) => {
    for (const word of numbers.length < 9 ? line.split(/\s+/, 9 - numbers.length) : []) {
      const value = parseNumber(word);
      if (Number.isNaN(value)) throw new InputError(`${name}, line ${number}: ${quote(word)} is not a finite number; ${expected}`);
      numbers.push(value);
    }
  });
  if (numbers.length < 9) throw new InputError(`${name} holds only ${numbers.length} numbers; ${expected}`);
  const [ax, bx, cx, ay, by, cy, az, bz, cz] = numbers;
  const determinant = ax * (by * cz - bz * cy) - bx * (ay * cz - az * cy) + cx * (ay * bz - az * by);
  const lengths = Math.hypot(ax, ay, az) * Math.hypot(bx, by, bz) * Math.hypot(cx, cy, cz);
  if (!(Math.abs(determinant) > 1e-9 * lengths)) {
    throw new InputError(`${name}: the determinant of the A matrix is ${determinant}, so its a*, b* and c* do not span space; ${expected}`);
  }
  return [
    [ax, bx, cx],
    [ay, by, cy],
    [az, bz, cz],
  ];
}
