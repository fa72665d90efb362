import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";

/** A value as the file spells it; undefined where it is "?" or ".". */
export type CifValue = string | undefined;

/** What a file says under one "data_" heading. */
export class CifBlock {
  readonly #columns = new Map<string, CifValue[]>();

  /** @param file what error messages call the file */
  constructor(
    readonly name: string,
    readonly file: string,
  ) {}

  /** The names that it has values of, without the dots and capitals by which dictionaries differ. */
  get tags(): readonly string[] {
    return [...this.#columns.keys()];
  }

  add(tag: string, values: CifValue[], line: number): void {
    const name = normalized(tag);
    if (this.#columns.has(name)) throw new InputError(`${this.file}, line ${line}: ${quote(tag)} stands twice in block ${quote(this.name)}`);
    this.#columns.set(name, values);
  }

  /** The values of the first of some names that the block has, a list of one outside of loops. */
  column(...tags: readonly string[]): readonly CifValue[] | undefined {
    for (const tag of tags) {
      const found = this.#columns.get(normalized(tag));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The first value of the first of some names that says something. */
  word(...tags: readonly string[]): string | undefined {
    return tags.map((tag) => this.column(tag)?.[0]).find((value) => value !== undefined);
  }

  /**
   * The same as a number, without the standard deviation that may stand behind it in brackets.
   * @throws InputError when it is no number
   */
  number(...tags: readonly string[]): number | undefined {
    const word = this.word(...tags);
    if (word === undefined) return undefined;
    const value = parseCifNumber(word);
    if (Number.isNaN(value)) throw new InputError(`${this.file}, block ${quote(this.name)}: ${tags[0]} is ${quote(word)}; it must be a number`);
    return value;
  }
}

/** A number with or without a standard deviation in brackets behind it, such as 1.234(5), or NaN. */
export function parseCifNumber(word: string): number {
  const bracket = word.indexOf("(");
  return parseNumber(bracket > 0 && /^\(\d*\)$/.test(word.slice(bracket)) ? word.slice(0, bracket) : word);
}

const normalized = (tag: string): string => tag.toLowerCase().replace(/\./g, "_");

interface Token {
  readonly text: string;
  readonly line: number;
  /** quoted or a text field, so that it is a value whatever it spells */
  readonly isQuoted: boolean;
}

/**
 * Reads a CIF text: blocks of names and values, in loops or not; save frames count as part of their block.
 * @param name what error messages call the text
 * @throws InputError that names the line
 * Source: S. R. Hall, F. H. Allen & I. D. Brown, Acta Cryst. A47, 655 (1991), and version 1.1 of the syntax.
 */
export function parseCif(text: string, name: string): readonly CifBlock[] {
  const blocks: CifBlock[] = [];
  const tokens = tokensOf(text, name);
  let next = tokens.next();
  const take = (): Token | undefined => {
    if (next.done) return undefined;
    const token = next.value;
    next = tokens.next();
    return token;
  };
  const isValue = (): boolean => !next.done && (next.value.isQuoted || !/^(_|data_|loop_$|save_|global_$|stop_$)/i.test(next.value.text));
  const block = (line: number): CifBlock => {
    const last = blocks.at(-1);
    if (last === undefined) throw new InputError(`${name}, line ${line}: a value or name stands before the first "data_" heading`);
    return last;
  };
  for (let token = take(); token !== undefined; token = take()) {
    const { text: word, line } = token;
    if (/^data_/i.test(word)) blocks.push(new CifBlock(word.slice(5), name));
    else if (/^save_/i.test(word)) continue;
    else if (/^loop_$/i.test(word)) readLoop(block(line), line, name, take, isValue, () => (next.done ? undefined : next.value));
    else if (word.startsWith("_") && !token.isQuoted) {
      if (!isValue()) throw new InputError(`${name}, line ${line}: ${quote(word)} has no value`);
      block(line).add(word, [valueOf(take())], line);
    } else throw new InputError(`${name}, line ${line}: the value ${quote(word)} belongs to no name`);
  }
  if (blocks.length === 0) throw new InputError(`${name} is no CIF: it has no "data_" heading`);
  return blocks;
}

function readLoop(
  block: CifBlock,
  line: number,
  name: string,
  take: () => Token | undefined,
  isValue: () => boolean,
  peek: () => Token | undefined,
): void {
  const tags: string[] = [];
  while (!isValue() && peek()?.text.startsWith("_")) tags.push(take()?.text ?? "");
  if (tags.length === 0) throw new InputError(`${name}, line ${line}: the loop has no names`);
  const columns: CifValue[][] = tags.map(() => []);
  let count = 0;
  while (isValue()) columns[count++ % tags.length].push(valueOf(take()));
  if (count % tags.length !== 0) {
    throw new InputError(`${name}, line ${line}: the loop of ${tags[0]} has ${tags.length} names and ${count} values, so its last row is cut short`);
  }
  tags.forEach((tag, i) => block.add(tag, columns[i], line));
}

function valueOf(token: Token | undefined): CifValue {
  if (token === undefined) return undefined;
  return !token.isQuoted && (token.text === "?" || token.text === ".") ? undefined : token.text;
}

const blankCode = 32;

function* tokensOf(text: string, name: string): Generator<Token, void> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const first = text[at];
    if (first === "\n") {
      line++;
      at++;
    } else if (text.charCodeAt(at) <= blankCode || first === "\ufeff") at++;
    else if (first === "#") at = endOf(text, "\n", at);
    else if (first === ";" && (at === 0 || text[at - 1] === "\n")) {
      const end = text.indexOf("\n;", at);
      if (end < 0) throw new InputError(`${name}, line ${line}: the text that begins with ";" has no end`);
      const content = text.slice(at + 1, end);
      yield { text: content.trim(), line, isQuoted: true };
      line += content.split("\n").length;
      at = end + 2;
    } else if (first === "'" || first === '"') {
      let end = at + 1;
      // A quotation mark ends the word only before white space.
      while (end < text.length && text[end] !== "\n" && !(text[end] === first && !(text.charCodeAt(end + 1) > blankCode))) end++;
      if (text[end] !== first) throw new InputError(`${name}, line ${line}: the quotation ${quote(text.slice(at, end))} is not closed`);
      yield { text: text.slice(at + 1, end), line, isQuoted: true };
      at = end + 1;
    } else {
      let end = at + 1;
      while (end < text.length && text.charCodeAt(end) > blankCode) end++;
      yield { text: text.slice(at, end), line, isQuoted: false };
      at = end;
    }
  }
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}
