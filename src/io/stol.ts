import { InputError } from "../ndarray/errors.js";
import { forEachLine, parseNumber, quote } from "./field.js";

/** A scattering curve as a file lists it. */
export interface StolTable {
  /** the first column of each line, ascending */
  readonly angles: readonly number[];
  /** structure factors in electrons */
  readonly f: readonly number[];
  /** what of the text was read in a way that may surprise */
  readonly warnings: readonly string[];
}

const expected = "two numbers are expected, an angle (sin(theta)/lambda in 1/A) and a structure factor (electrons)";

/**
 * Reads a curve of structure factors against sin(theta)/lambda, one point a line, as nonBragg reads it. Lines beginning with # or ! are comments.
 * @param name what error messages call the text
 * @throws InputError that names the line: not two numbers, an angle below 0, an angle that stands there twice; or when there are fewer than two
 *   points
 */
export function parseStol(text: string, name: string): StolTable {
  const points: { readonly angle: number; readonly f: number; readonly line: number }[] = [];
  const warnings: string[] = [];
  let isWide = false;
  forEachLine(text, (line, number) => {
    const words = line.split(/[\s,;]+/).filter((word) => word !== "");
    if (words.length === 0) return;
    const [angle, f] = words.slice(0, 2).map(parseNumber);
    const wrong = words.slice(0, 2).find((word) => Number.isNaN(parseNumber(word)));
    if (wrong !== undefined) throw new InputError(`${name}, line ${number}: ${quote(wrong)} is not a finite number; ${expected}`);
    if (words.length < 2) throw new InputError(`${name}, line ${number}: there is one number; ${expected}`);
    if (angle < 0) throw new InputError(`${name}, line ${number}: the angle ${angle} is below 0; ${expected}`);
    if (words.length > 2 && !isWide) {
      isWide = true;
      warnings.push(`${name}, line ${number}: columns behind the second one are passed over`);
    }
    points.push({ angle, f, line: number });
  });
  if (points.length < 2) throw new InputError(`${name} lists ${points.length === 0 ? "no point" : "a single point"} of a curve; two or more lines are needed, on each of which ${expected}`);
  const fallen = points.find(({ angle }, i) => i > 0 && angle < points[i - 1].angle);
  if (fallen) warnings.push(`${name}, line ${fallen.line}: the angle ${fallen.angle} is smaller than the one before; the lines are put in order`);
  const sorted = [...points].sort((a, b) => a.angle - b.angle);
  const twice = sorted.findIndex(({ angle }, i) => i > 0 && angle === sorted[i - 1].angle);
  if (twice > 0) throw new InputError(`${name}, line ${sorted[twice].line}: the angle ${sorted[twice].angle} stands on line ${sorted[twice - 1].line}, too`);
  return { angles: sorted.map(({ angle }) => angle), f: sorted.map(({ f }) => f), warnings };
}
