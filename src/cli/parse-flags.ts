import { InputError } from "../ndarray/errors.js";
import { quote } from "../io/field.js";
import { didYouMean, suggestions } from "./suggestion.js";
import { describeKind, isNumber, readValue, type ValueKind } from "./value-kind.js";

/** An option of a command, as its table lists it. */
export interface Flag {
  /** other spellings; the first one stands in the table's key */
  readonly aliases?: readonly string[];
  /** what the help calls its values, one a value; none for a switch */
  readonly values?: readonly string[];
  /** of all its values; "number" unless given */
  readonly kind?: ValueKind;
  /** fewest values that it takes; all of them unless given */
  readonly fewest?: number;
  /** a word that may stand in place of the values */
  readonly word?: string;
  /** the only words that it takes */
  readonly choices?: readonly string[];
  readonly unit?: string;
  readonly group: string;
  readonly help: string;
  /** what holds where it is not given */
  readonly preset?: string;
  /** why it is refused */
  readonly refused?: string;
  /** true where it may be given several times, and each time counts */
  readonly several?: boolean;
  /** true for what the reference program reads and does not use */
  readonly idle?: boolean;
}

/** How a program reads what is not written as its table of options says. */
export interface Reading {
  /** whether a word that only begins like an option is taken for it */
  readonly begins: (name: string) => boolean;
  /** what a 0 means for counts: as if the option were not given, or 1 */
  readonly zeros: ReadonlyMap<string, "not given" | "1">;
  /** words that are passed over, and the options that are meant */
  readonly ignored: ReadonlyMap<string, string>;
}

const strict: Reading = { begins: () => false, zeros: new Map(), ignored: new Map() };

export type FlagTable<Name extends string> = Readonly<Record<Name, Flag>>;

/** An option as it was given. */
export interface Occurrence<Name extends string> {
  readonly name: Name;
  /** with its dashes */
  readonly spelling: string;
  readonly words: readonly string[];
  /** NaN where a word is no number */
  readonly numbers: readonly number[];
  /** its place among the options, counted from 0 */
  readonly place: number;
}

/** The options and operands of a command line. Of an option that was given more than once the last one counts. */
export class Given<Name extends string> {
  constructor(
    readonly occurrences: readonly Occurrence<Name>[],
    readonly operands: readonly string[],
    /** what of the line was read in a way that may surprise */
    readonly warnings: readonly string[] = [],
  ) {}

  /** The last one of several options that say the same thing. */
  last(...names: readonly Name[]): Occurrence<Name> | undefined {
    return this.occurrences.filter(({ name }) => names.includes(name)).at(-1);
  }

  has(...names: readonly Name[]): boolean {
    return this.last(...names) !== undefined;
  }

  /** The first value of the last one of several options. */
  number(...names: readonly Name[]): number | undefined {
    return this.last(...names)?.numbers[0];
  }

  /** The first word of the last one of several options. */
  word(...names: readonly Name[]): string | undefined {
    return this.last(...names)?.words[0];
  }

  /** Three values as a vector. */
  vector(name: Name): readonly [number, number, number] | undefined {
    const numbers = this.last(name)?.numbers;
    return numbers && [numbers[0], numbers[1], numbers[2]];
  }
}

/** Of a command line's options, those of a table. */
export function among<Name extends string>({ occurrences, operands, warnings }: Given<string>, table: FlagTable<Name>): Given<Name> {
  const isListed = (name: string): name is Name => Object.hasOwn(table, name);
  return new Given(occurrences.flatMap(({ name, ...rest }) => (isListed(name) ? [{ name, ...rest }] : [])), operands, warnings);
}

/**
 * Reads a command line by a table of options. One dash or two, the value behind the option or, with two dashes, behind =.
 * @param reading what is read although it is not written as the table says; nothing unless given
 * @throws InputError that names the option: unknown, refused, incomplete, or with a value that cannot be
 */
export function parseFlags<Name extends string>(argv: readonly string[], table: FlagTable<Name>, reading: Reading = strict): Given<Name> {
  const names = spellings(table);
  const occurrences: Occurrence<Name>[] = [];
  const operands: string[] = [];
  const warnings: string[] = [];
  const words = argv.flatMap((word) => {
    const [, spelling, value] = /^(--[A-Za-z][^\s=]*)=(.*)$/.exec(word) ?? [];
    return spelling === undefined ? [word] : [spelling, value];
  });
  for (let at = 0; at < words.length; ) {
    const spelling = words[at++];
    if (!looksLikeFlag(spelling)) {
      operands.push(spelling);
      continue;
    }
    const bare = spelling.replace(/^--?/, "");
    const name = names.get(bare) ?? beginningOf(bare, reading, names);
    if (name === undefined) {
      const meant = reading.ignored.get(bare);
      if (meant !== undefined) throw new InputError(`${quote(spelling)} is not an option, and nanoBragg ignores it; did you mean ${meant}?`);
      const near = suggestions(spelling.replace(/^-+/, ""), [...names.keys()]).map((candidate) => `-${candidate}`);
      throw new InputError(`${quote(spelling)} is not an option${didYouMean(near)}`);
    }
    const flag = table[name];
    if (flag.refused !== undefined) throw new InputError(`${spelling} is refused: ${flag.refused}`);
    const values = takeValues(flag, spelling, words, at);
    at += values.length;
    if (!names.has(bare)) warnings.push(`${spelling} is read as -${name}, as in nanoBragg, which looks at the beginning alone`);
    const zero = values.length === 1 && /^[-+]?0+$/.test(values[0]) ? reading.zeros.get(name) : undefined;
    if (zero !== undefined) warnings.push(`${spelling} 0 counts as ${zero}, as in nanoBragg`);
    if (zero === "not given") {
      const kept = occurrences.filter((occurrence) => occurrence.name !== name);
      occurrences.splice(0, occurrences.length, ...kept);
      continue;
    }
    const taken = zero === "1" ? ["1"] : values;
    const numbers = taken.map((word) => checkedNumber(flag, spelling, word));
    occurrences.push({ name, spelling, words: taken, numbers, place: occurrences.length });
  }
  return new Given(occurrences, operands, [...warnings, ...repeatedOptions(occurrences, table)]);
}

/** A sentence for each option that is given with different values, of which the last one counts. */
function repeatedOptions<Name extends string>(occurrences: readonly Occurrence<Name>[], table: FlagTable<Name>): string[] {
  const last = new Map(occurrences.map((occurrence) => [occurrence.name, occurrence]));
  return [...last.values()].flatMap(({ name, spelling, words }) => {
    const given = occurrences.filter((other) => other.name === name);
    const differ = given.some((other) => other.words.join(" ") !== words.join(" "));
    return differ && table[name].several !== true ? [`${spelling} is given ${given.length === 2 ? "twice" : `${given.length} times`}; the last one, ${words.join(" ")}, counts`] : [];
  });
}

/** The option that a word begins with, the longest one, where the reference program takes it for that. */
function beginningOf<Name extends string>(word: string, { begins }: Reading, names: ReadonlyMap<string, Name>): Name | undefined {
  const begun = [...names].filter(([spelling, name]) => begins(name) && word.startsWith(spelling));
  return begun.sort(([first], [second]) => second.length - first.length).at(0)?.[1];
}

/** Every spelling of a table's options, without dashes. */
function spellings<Name extends string>(table: FlagTable<Name>): Map<string, Name> {
  const names = new Map<string, Name>();
  for (const name of namesOf(table)) for (const spelling of [name, ...(table[name].aliases ?? [])]) names.set(spelling, name);
  return names;
}

/** The names of a table's options, in the table's order. */
export function namesOf<Name extends string>(table: FlagTable<Name>): readonly Name[] {
  const isName = (key: string): key is Name => key in table;
  return Object.keys(table).filter(isName);
}

function looksLikeFlag(word: string): boolean {
  return word.startsWith("-") && word.length > 1 && !isNumber(word);
}

/** The words behind an option that are its values. */
function takeValues(flag: Flag, spelling: string, words: readonly string[], at: number): string[] {
  const { values = [], kind = "number", fewest = values.length, word, choices, unit } = flag;
  if (word !== undefined && at < words.length && isAbbreviation(words[at], word)) return [words[at]];
  const taken: string[] = [];
  while (taken.length < values.length && at + taken.length < words.length && !looksLikeFlag(words[at + taken.length])) {
    // What may be left out ends where a word is no number.
    if (taken.length >= fewest && !isNumber(words[at + taken.length])) break;
    taken.push(words[at + taken.length]);
  }
  if (taken.length < fewest) {
    const wanted = choices ? `one of ${choices.join(", ")}` : kind === "text" ? values.join(" ") : wantedNumbers(fewest, kind, unit);
    const or = word === undefined ? "" : ` or the word "${word}"`;
    const found = taken.length === 0 ? "nothing" : quote(taken.join(" "));
    throw new InputError(`${spelling} needs ${wanted}${or} behind it, and ${found} stands there`);
  }
  return taken;
}

/** Whether somebody wrote the word or, in at least four letters, its beginning. */
function isAbbreviation(written: string, word: string): boolean {
  return written.length >= Math.min(4, word.length) && word.startsWith(written.toLowerCase());
}

function wantedNumbers(count: number, kind: ValueKind, unit: string | undefined): string {
  const each = describeKind(kind);
  const inUnit = unit === undefined ? "" : ` (${unit})`;
  return count === 1 ? `${each}${inUnit}` : `${count} times ${each}${inUnit}`;
}

function checkedNumber({ kind = "number", word, choices, unit }: Flag, spelling: string, given: string): number {
  if (choices !== undefined) {
    if (!choices.includes(given)) throw new InputError(`${spelling} is ${quote(given)}; it can be ${choices.join(" or ")}`);
    return NaN;
  }
  if (kind === "text" || (word !== undefined && isAbbreviation(given, word))) return NaN;
  const value = readValue(kind, given);
  if (Number.isNaN(value)) {
    throw new InputError(`${spelling} is ${quote(given)}; it must be ${describeKind(kind)}${unit === undefined ? "" : ` (${unit})`}`);
  }
  return value;
}
