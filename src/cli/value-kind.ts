import { parseNumber } from "../io/field.js";

/** What a value of an option can be. */
export type ValueKind = "number" | "positive" | "nonNegative" | "kahn" | "count" | "index" | "integer" | "depth" | "text";

interface Rule {
  /** what a sentence calls such a value */
  readonly says: string;
  readonly accepts: (value: number) => boolean;
}

const largestCount = 1e9;
const largestSeed = 2147483646;

const rules: Readonly<Record<Exclude<ValueKind, "text">, Rule>> = {
  number: { says: "a finite number", accepts: () => true },
  positive: { says: "a number above 0", accepts: (value) => value > 0 },
  nonNegative: { says: "a number of at least 0", accepts: (value) => value >= 0 },
  kahn: { says: "a number from -1 to 1", accepts: (value) => Math.abs(value) <= 1 },
  count: { says: "a whole number of at least 1", accepts: (value) => Number.isInteger(value) && value >= 1 && value <= largestCount },
  index: { says: "a whole number of at least 0", accepts: (value) => Number.isInteger(value) && value >= 0 && value <= largestCount },
  integer: {
    says: `a whole number between ${-largestSeed} and ${largestSeed}`,
    accepts: (value) => Number.isInteger(value) && Math.abs(value) <= largestSeed,
  },
  depth: { says: 'a number of at least 0, or "inf"', accepts: (value) => value >= 0 },
};

/** What a sentence calls a value of a kind. */
export function describeKind(kind: ValueKind): string {
  return kind === "text" ? "a word" : rules[kind].says;
}

/** The number that a word is for a kind: NaN where it is none that the kind accepts, or the kind is text. */
export function readValue(kind: ValueKind, word: string): number {
  if (kind === "text") return NaN;
  if (kind === "depth" && /^inf(inity)?$/i.test(word)) return Infinity;
  const value = parseNumber(word);
  return rules[kind].accepts(value) ? value : NaN;
}

/** Whether a word that begins with a dash is a number all the same. */
export function isNumber(word: string): boolean {
  return !Number.isNaN(parseNumber(word)) || /^-(inf(inity)?|nan)$/i.test(word);
}
