import { InputError } from "../ndarray/errors.js";
import { forEachLine, parseNumber, quote } from "./field.js";

/** One X-ray source as a file lists it; undefined is what the file leaves to the simulator. */
export interface ListedSource {
  /** place along X, in metres from the sample */
  readonly xM: number | undefined;
  /** place along Y, in metres from the sample */
  readonly yM: number | undefined;
  /** place along Z, in metres from the sample */
  readonly zM: number | undefined;
  /** part of the photons, relative to the other sources */
  readonly weight: number | undefined;
  /** in metres */
  readonly wavelengthM: number | undefined;
}

const expected = "a source is up to five numbers: X Y Z (m) weight wavelength (m)";
const longestWavelengthM = 1e-6;

/**
 * Reads a list of X-ray sources, one a line: X Y Z (m) weight wavelength (m), separated by blanks, tabs, commas or semicolons.
 * Columns may be missing at a line's end; lines beginning with # or ! are comments.
 * @param name what error messages call the text
 * @throws InputError that names the line: not a number, too many columns, a source at the sample, a wavelength that is not one of
 *   X-rays in metres; or when there is no source at all
 */
export function parseSources(text: string, name: string): readonly ListedSource[] {
  const sources: ListedSource[] = [];
  forEachLine(text, (line, number) => {
    const words = line.split(/[\s,;]+/, 8).filter((word) => word !== "");
    if (words.length === 0) return;
    if (words.length > 5) throw new InputError(`${name}, line ${number}: more than 5 columns; ${expected}`);
    const wrong = words.find((word) => Number.isNaN(parseNumber(word)));
    if (wrong !== undefined) throw new InputError(`${name}, line ${number}: ${quote(wrong)} is not a finite number; ${expected}`);
    const [xM, yM, zM, weight, wavelengthM]: readonly (number | undefined)[] = words.map(parseNumber);
    if (xM === 0 && yM === 0 && zM === 0) {
      throw new InputError(`${name}, line ${number}: a source at 0 0 0, the sample, has no direction; ${expected}`);
    }
    if (wavelengthM !== undefined && !(wavelengthM > 0 && wavelengthM <= longestWavelengthM)) {
      throw new InputError(`${name}, line ${number}: ${wavelengthM} is not the wavelength of X-rays in metres (1 A is 1e-10)`);
    }
    sources.push({ xM, yM, zM, weight, wavelengthM });
  });
  if (sources.length === 0) throw new InputError(`${name} lists no source; ${expected}, one source a line`);
  return sources;
}
