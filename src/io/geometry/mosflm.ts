import { parseNumber } from "../field.js";
import { matrixCell, parseMatrix } from "../mosflm-matrix.js";
import type { ExperimentRecord } from "./record.js";
import { dot, cross, identity, reciprocalOf, scaled, type Vector3 } from "./vector.js";

/** Three rows of three numbers, as a MOSFLM matrix file begins. */
export function isMosflmMatrix(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "").slice(0, 3);
  return lines.length === 3 && lines.every((line) => {
    const words = line.trim().split(/\s+/);
    return words.length === 3 && words.every((word) => !Number.isNaN(parseNumber(word)));
  });
}

/**
 * Reads a MOSFLM orientation matrix in MOSFLM's frame: X along the beam, Z along the spindle. The wavelength that the matrix is
 * multiplied by follows from the cell in the same file.
 * @param wavelengthA in place of that of the file, where the file has no cell
 * @throws InputError when the matrix is none
 */
export function mosflmRecord(text: string, name: string, wavelengthA?: number): ExperimentRecord {
  const rows = parseMatrix(text, name);
  const column = (j: 0 | 1 | 2): Vector3 => [rows[0][j], rows[1][j], rows[2][j]];
  const times = [column(0), column(1), column(2)] as const;
  const cell = matrixCell(text);
  const stated = cell && wavelengthOf(times, cell);
  const wavelength = stated ?? wavelengthA;
  const base = {
    source: name,
    kind: "MOSFLM matrix",
    beam: { wavelengthA: stated, direction: [1, 0, 0] as const },
    panels: [],
    goniometer: { axis: [0, 0, 1] as const, fixed: identity, setting: identity },
    images: [],
  };
  if (wavelength === undefined) {
    return { ...base, crystals: [], remarks: ["the matrix is multiplied by a wavelength that the file does not state: the crystal is left open"] };
  }
  const [a, b, c] = reciprocalOf(...([scaled(times[0], 1 / wavelength), scaled(times[1], 1 / wavelength), scaled(times[2], 1 / wavelength)] as const));
  return { ...base, crystals: [{ a, b, c }], remarks: ["the file names no image and no detector"] };
}

/** The wavelength with which the matrix has the volume that the cell says; undefined where it is none of X-rays. */
function wavelengthOf([a, b, c]: readonly [Vector3, Vector3, Vector3], [ea, eb, ec, ...angles]: readonly number[]): number | undefined {
  const [ca, cb, cg] = angles.map((angle) => Math.cos((angle * Math.PI) / 180));
  const volume = ea * eb * ec * Math.sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
  const wavelength = Math.cbrt(Math.abs(dot(a, cross(b, c))) * volume);
  return wavelength > 0.05 && wavelength < 10 ? Number(wavelength.toPrecision(6)) : undefined;
}
