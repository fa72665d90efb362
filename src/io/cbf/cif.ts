import { InputError } from "../../ndarray/errors.js";

/** The items of a CIF data block by their names in lower case; each has one value, or one a row of its loop. */
export type CifItems = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the items of the first data block.
 * @param name what error messages call the text
 * @throws InputError when a loop has a row that is not whole
 *
 * Source: Hall, Allen and Brown, Acta Cryst. A47 (1991) 655.
 */
export function parseCifItems(text: string, name: string): CifItems {
  const items = new Map<string, string[]>();
  const tokens = tokensOf(text);
  for (let at = 0; at < tokens.length; ) {
    const { word, isValue } = tokens[at++];
    if (isValue || /^data_/i.test(word)) continue;
    if (word.toLowerCase() === "loop_") {
      const names: string[] = [];
      while (at < tokens.length && !tokens[at].isValue && tokens[at].word.startsWith("_")) names.push(tokens[at++].word.toLowerCase());
      const values: string[] = [];
      while (at < tokens.length && tokens[at].isValue) values.push(tokens[at++].word);
      if (names.length === 0 || values.length % names.length !== 0) {
        throw new InputError(`${name}: the loop of ${names[0] ?? "nothing"} has ${values.length} values for ${names.length} items`);
      }
      names.forEach((item, column) => items.set(item, values.filter((_, i) => i % names.length === column)));
    } else if (word.startsWith("_") && at < tokens.length && tokens[at].isValue) items.set(word.toLowerCase(), [tokens[at++].word]);
  }
  return items;
}

interface Token {
  readonly word: string;
  readonly isValue: boolean;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /^;([\s\S]*?)\n;|#[^\n]*|'((?:[^'\n]|'(?=\S))*)'|"((?:[^"\n]|"(?=\S))*)"|(\S+)/gm;
  for (const [, field, single, double, word] of text.matchAll(pattern)) {
    const quoted = field ?? single ?? double;
    if (quoted !== undefined) tokens.push({ word: quoted, isValue: true });
    else if (word !== undefined) tokens.push({ word, isValue: !/^(_|loop_$|data_|save_|stop_$)/i.test(word) });
  }
  return tokens;
}
