import { InputError, ShapeError } from "../ndarray/errors.js";
import { array, flatData, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { coverageWarnings } from "./coverage.js";
import { forEachLine, parseNumber, quote } from "./field.js";

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
 * @param name what error messages call the text
 * @throws InputError that names the line: not four numbers, an index beyond 10000, or no reflection at all
 */
export function parseHkl(text: string, name: string): Reflections {
  const h: number[] = [];
  const k: number[] = [];
  const l: number[] = [];
  const f: number[] = [];
  let rounded = 0;
  let firstRounded = "";
  forEachLine(text, (line, number) => {
    const words = line.split(/\s+/, 5);
    if (words.length !== 4) {
      const problem = words.length > 4 ? `more than 4 fields; ${expected}; ${furtherColumns}` : `only ${words.length} fields; ${expected}`;
      throw new InputError(`${name}, line ${number}: ${problem}`);
    }
    const hRead = parseNumber(words[0]);
    const kRead = parseNumber(words[1]);
    const lRead = parseNumber(words[2]);
    const amplitude = parseNumber(words[3]);
    if (Number.isNaN(hRead + kRead + lRead + amplitude)) {
      const wrong = words.find((word) => Number.isNaN(parseNumber(word))) ?? line;
      throw new InputError(`${name}, line ${number}: ${quote(wrong)} is not a finite number; ${expected}`);
    }
    const i = Math.ceil(hRead - 0.5);
    const j = Math.ceil(kRead - 0.5);
    const m = Math.ceil(lRead - 0.5);
    if (Math.max(Math.abs(i), Math.abs(j), Math.abs(m)) > largestIndex) {
      throw new InputError(`${name}, line ${number}: index beyond +-${largestIndex}; ${expected}`);
    }
    if (i !== hRead || j !== kRead || m !== lRead) {
      rounded++;
      firstRounded ||= `line ${number}: indices ${words.slice(0, 3).map(quote).join(" ")} are not whole, rounded to ${i} ${j} ${m}`;
    }
    h.push(i);
    k.push(j);
    l.push(m);
    f.push(amplitude);
  });
  if (h.length === 0) throw new InputError(`${name} holds no reflection; ${expected}, one reflection a line`);
  const reflections = { h: array(h, "int32"), k: array(k, "int32"), l: array(l, "int32"), f: array(f) };
  const others = rounded > 1 ? ` (and those of ${rounded - 1} more reflections)` : "";
  const warnings = [
    ...(rounded > 0 ? [`${name}, ${firstRounded}${others}`] : []),
    ...amplitudeWarnings(reflections, name),
    ...coverageWarnings(reflections, name),
  ];
  return { ...reflections, warnings };
}

/** What is odd about amplitudes: some below 0, or two of one reflection. */
function amplitudeWarnings({ h, k, l, f }: Omit<Reflections, "warnings">, name: string): string[] {
  const [hs, ks, ls, amplitudes] = [h, k, l, f].map(flatData);
  const known = new Map<number, number>();
  const side = 2 * largestIndex + 1;
  let [negative, contradicted] = [0, 0];
  let example = "";
  for (let i = 0; i < amplitudes.length; i++) {
    if (amplitudes[i] < 0) negative++;
    const key = ((hs[i] + largestIndex) * side + ks[i] + largestIndex) * side + ls[i];
    const before = known.get(key);
    if (before !== undefined && before !== amplitudes[i]) {
      contradicted++;
      example ||= `${hs[i]} ${ks[i]} ${ls[i]} with ${before} and ${amplitudes[i]}`;
    }
    known.set(key, amplitudes[i]);
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
