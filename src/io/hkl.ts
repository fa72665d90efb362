import { InputError, ShapeError } from "../ndarray/errors.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { nearestWhole } from "../ndarray/rounding.js";
import { sameShape } from "../ndarray/shape.js";
import { coverageWarnings } from "./coverage.js";
import { parseNumber, quote } from "./field.js";
import { HklLines, ReflectionColumns } from "./hkl-lines.js";
import { ReflectionPlaces } from "./reflection-places.js";

/** Structure factor amplitudes, one entry a reflection; h, k, l are int32 and f float64 (electrons), all of shape [n]. */
export interface Reflections {
  /** Miller index, int32 of shape [n] */
  readonly h: NdArray;
  /** Miller index, int32 of shape [n] */
  readonly k: NdArray;
  /** Miller index, int32 of shape [n] */
  readonly l: NdArray;
  /** amplitude in electrons, float64 of shape [n] */
  readonly f: NdArray;
  /** sentences on what was assumed or contradicts itself; empty where nothing was */
  readonly warnings: readonly string[];
}

/** No real crystal diffracts further; a grid over larger indices would not fit into any memory. */
export const largestIndex = 10000;

/** Whether a number can be a Miller index of a reflection. */
export function isIndex(x: number): boolean {
  return Number.isInteger(x) && Math.abs(x) <= largestIndex;
}

const expected = "a reflection is four numbers: h k l F";
const furtherColumns = "a sigma or a phase is not read, so leave the first four columns alone in the file";

/**
 * Reads an hkl text: a reflection a line, h k l F (electrons), any white space; lines beginning with # or ! are comments.
 * Indices that are not whole are rounded by ceil(x - 0.5), as the reference program rounds them, with one warning. There are warnings,
 * too, of amplitudes below 0, of reflections that are listed twice with different amplitudes, and of a list that is not a full sphere.
 * @param text or its bytes
 * @param name what error messages call the text
 * @throws InputError that names the line: not four numbers, an index beyond 10000, or no reflection at all
 */
export function parseHkl(text: string | Uint8Array, name: string): Reflections {
  const reader = new HklReader(name);
  reader.add(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return reader.end();
}

/** Reads an hkl text that comes in pieces, as `parseHkl` reads a whole one. */
export class HklReader {
  readonly #name: string;
  readonly #columns = new ReflectionColumns();
  readonly #lines = new HklLines(this.#columns, (line, number) => this.#readLine(line.trim(), number));
  #rounded = 0;
  #firstRounded = "";

  constructor(name: string) {
    this.#name = name;
  }

  /** Reads a further piece. */
  add(piece: Uint8Array): void {
    this.#lines.add(piece);
  }

  /** All reflections, behind the last piece. */
  end(): Reflections {
    this.#lines.end();
    const name = this.#name;
    const { h, k, l, f, count } = this.#columns;
    if (count === 0) throw new InputError(`${name} holds no reflection; ${expected}, one reflection a line`);
    const reflections = { h: fromData(h.subarray(0, count)), k: fromData(k.subarray(0, count)), l: fromData(l.subarray(0, count)), f: fromData(f.subarray(0, count)) };
    const places = new ReflectionPlaces(flatData(reflections.h), flatData(reflections.k), flatData(reflections.l));
    const others = this.#rounded > 1 ? ` (and those of ${this.#rounded - 1} more reflections)` : "";
    const warnings = [
      ...(this.#rounded > 0 ? [`${name}, ${this.#firstRounded}${others}`] : []),
      ...amplitudeWarnings(reflections, name, places),
      ...coverageWarnings(reflections, name, places),
    ];
    return { ...reflections, warnings };
  }

  #readLine(line: string, number: number): void {
    if (line === "" || line[0] === "#" || line[0] === "!") return;
    const name = this.#name;
    const words = line.split(/\s+/, 5);
    if (words.length !== 4) {
      const problem = words.length > 4 ? `more than 4 fields; ${expected}; ${furtherColumns}` : `only ${words.length} fields; ${expected}`;
      throw new InputError(`${name}, line ${number}: ${problem}`);
    }
    const [hRead, kRead, lRead, amplitude] = words.map(parseNumber);
    if (Number.isNaN(hRead + kRead + lRead + amplitude)) {
      const wrong = words.find((word) => Number.isNaN(parseNumber(word))) ?? line;
      throw new InputError(`${name}, line ${number}: ${quote(wrong)} is not a finite number; ${expected}`);
    }
    const i = nearestWhole(hRead);
    const j = nearestWhole(kRead);
    const m = nearestWhole(lRead);
    if (Math.max(Math.abs(i), Math.abs(j), Math.abs(m)) > largestIndex) {
      throw new InputError(`${name}, line ${number}: index beyond +-${largestIndex}; ${expected}`);
    }
    if (i !== hRead || j !== kRead || m !== lRead) {
      this.#rounded++;
      this.#firstRounded ||= `line ${number}: indices ${words.slice(0, 3).map(quote).join(" ")} are not whole, rounded to ${i} ${j} ${m}`;
    }
    this.#columns.push(i, j, m, amplitude);
  }
}

/**
 * What is odd about amplitudes: some below 0, or two of one reflection.
 * @param places empty ones, which then hold all reflections
 */
function amplitudeWarnings({ h, k, l, f }: Omit<Reflections, "warnings">, name: string, places: ReflectionPlaces): string[] {
  const [hs, ks, ls, amplitudes] = [flatData(h), flatData(k), flatData(l), flatData(f)];
  let [negative, contradicted] = [0, 0];
  let example = "";
  for (let i = 0; i < amplitudes.length; i++) {
    if (amplitudes[i] < 0) negative++;
    const place = places.find(hs[i], ks[i], ls[i]);
    if (place >= 0 && amplitudes[place] !== amplitudes[i]) {
      contradicted++;
      example ||= `${hs[i]} ${ks[i]} ${ls[i]} with ${amplitudes[place]} and ${amplitudes[i]}`;
    }
    places.set(hs[i], ks[i], ls[i], i);
  }
  const warnings: string[] = [];
  if (negative > 0) warnings.push(`${name}: ${negative} amplitude${negative === 1 ? " is" : "s are"} below 0; only their squares matter`);
  if (contradicted > 0) {
    const count = `${contradicted} reflection${contradicted === 1 ? " is" : "s are"}`;
    warnings.push(`${name}: ${count} listed again with another amplitude (${example}); the last one counts, as in the reference program`);
  }
  return warnings;
}

/**
 * Writes reflections as an hkl text, in their order, every amplitude with as many digits as read back the same number.
 * @throws ShapeError when h, k, l and f differ in length; InputError when there is no reflection, or `parseHkl` would refuse one
 */
export function formatHkl(reflections: Pick<Reflections, "h" | "k" | "l" | "f">): string {
  const columns = [reflections.h, reflections.k, reflections.l, reflections.f];
  if (columns.some((column) => column.rank !== 1 || !sameShape(column.shape, reflections.h.shape))) {
    throw new ShapeError("h, k, l and f of reflections need one common length");
  }
  const [h, k, l, f] = columns.map(flatData);
  if (h.length === 0) throw new InputError("there is no reflection to write");
  const lines: string[] = [];
  for (let i = 0; i < h.length; i++) {
    const reflection = `${h[i]} ${k[i]} ${l[i]} ${f[i]}`;
    if (!isIndex(h[i]) || !isIndex(k[i]) || !isIndex(l[i]) || !Number.isFinite(f[i])) {
      throw new InputError(`reflection ${i} is ${reflection}; h, k and l must be whole numbers within +-${largestIndex} and F a finite number`);
    }
    lines.push(`${reflection}\n`);
  }
  return lines.join("");
}
