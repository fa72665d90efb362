import { InputError } from "../ndarray/errors.js";
import type { Gaussians } from "../physics/form-factors.js";
import { anomalousTable } from "./anomalous-table.js";
import { formFactorTable } from "./form-factor-table.js";

let factors: ReadonlyMap<string, Gaussians> | undefined;
let dispersions: ReadonlyMap<string, readonly (readonly number[])[]> | undefined;

function tableOfFactors(): ReadonlyMap<string, Gaussians> {
  factors ??= new Map(
    formFactorTable.trim().split("\n").map((line): [string, Gaussians] => {
      const [symbol, ...words] = line.split(" ");
      const numbers = words.map(Number);
      const even = [0, 2, 4, 6];
      return [symbol, { heights: even.map((i) => numbers[i]), widths: even.map((i) => numbers[i + 1]), constant: numbers[8] }];
    }),
  );
  return factors;
}

/** How an ion is spelled: Fe3+, O2-, Na1+. */
export function symbolOf(element: string, charge: number): string {
  return charge === 0 ? element : `${element}${Math.abs(charge)}${charge > 0 ? "+" : "-"}`;
}

/** A scattering factor, and the symbol of what it is of: the neutral atom, where the ion is not listed. */
export interface FormFactor extends Gaussians {
  readonly symbol: string;
}

/**
 * The scattering factor of an atom or ion.
 * @throws InputError when the element has none
 */
export function formFactorOf(element: string, charge = 0): FormFactor {
  const table = tableOfFactors();
  for (const symbol of [symbolOf(element, charge), element]) {
    const found = table.get(symbol);
    if (found !== undefined) return { ...found, symbol };
  }
  throw new InputError(`the International Tables list no scattering factor of ${element}`);
}

/** All symbols of atoms and ions that have a scattering factor. */
export function listedFormFactors(): readonly string[] {
  return [...tableOfFactors().keys()];
}

/** What resonance adds to the scattering factor of an element, in electrons. */
export interface Dispersion {
  readonly real: number;
  readonly imaginary: number;
}

function tableOfDispersions(): ReadonlyMap<string, readonly (readonly number[])[]> {
  dispersions ??= new Map(
    anomalousTable.trim().split("\n").map((line): [string, readonly (readonly number[])[]] => {
      const [symbol, ...points] = line.split(" ");
      return [symbol, points.map((point) => point.split(",").map(Number))];
    }),
  );
  return dispersions;
}

/**
 * f' and f'' of an element, of hydrogen and helium 0.
 * @param energy in eV
 * @returns undefined where the table does not have the element, or the energy lies outside of 3 to 70 keV
 */
export function dispersionOf(element: string, energy: number): Dispersion | undefined {
  if (element === "H" || element === "He") return { real: 0, imaginary: 0 };
  const points = tableOfDispersions().get(element);
  if (points === undefined || !(energy >= points[0][0]) || energy > points[points.length - 1][0]) return undefined;
  let next = 1;
  while (points[next][0] < energy) next++;
  const [[e0, real0, imaginary0], [e1, real1, imaginary1]] = [points[next - 1], points[next]];
  const share = Math.log(energy / e0) / Math.log(e1 / e0);
  return { real: real0 + share * (real1 - real0), imaginary: imaginary0 * (imaginary1 / imaginary0) ** share };
}
