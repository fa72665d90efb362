import { InputError } from "../../ndarray/errors.js";

/** Keys and indices from the top of a JSON text to a value. */
export type JsonPath = readonly (string | number)[];

/**
 * A JSON text with other numbers or lists of numbers at some places; every other character stays as it is.
 * @param edits places, and what is to stand there: an object that has not the last key gets it behind its others
 * @throws InputError when the text is not JSON, or has no such place
 */
export function editJson(text: string, edits: readonly (readonly [path: JsonPath, value: number | readonly number[]])[]): string {
  const ranges = edits.map(([path, value]) => ({ ...rangeOf(text, path), value }));
  ranges.sort((first, second) => second.start - first.start);
  return ranges.reduce((edited, { start, end, before: lead, value }) => {
    const before = text.slice(start, end);
    // A list that is written over several lines stays so.
    const separator = /\[(\s*)/.exec(before)?.[1] ?? "";
    const closing = /(\s*)\]$/.exec(before)?.[1] ?? "";
    const between = separator.includes("\n") ? `,${/,([^\S\n]*)\n/.exec(before)?.[1] ?? ""}${separator}` : ", ";
    const shown = typeof value === "number" ? numberText(value) : `[${separator}${value.map(numberText).join(between)}${closing}]`;
    return edited.slice(0, start) + lead + shown + edited.slice(end);
  }, text);
}

/** A number as Python's float prints it: never without a point or an exponent. */
function numberText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** what stands before a value that is new there */
  readonly before: string;
}

function rangeOf(text: string, path: JsonPath): Range {
  let at = skipSpace(text, 0);
  for (const [depth, step] of path.entries()) {
    const found = childOf(text, at, step);
    const added = found === undefined && depth === path.length - 1 ? rangeOfNewKey(text, at, step) : undefined;
    if (added) return added;
    if (found === undefined) throw new InputError(`the text has no ${path.join(".")}`);
    at = found;
  }
  return { start: at, end: endOf(text, at), before: "" };
}

/** Behind the last value of the object at a place, with the same space before the key as before the first one. */
function rangeOfNewKey(text: string, at: number, key: string | number): Range | undefined {
  if (text[at] !== "{" || typeof key === "number") return undefined;
  const first = skipSpace(text, at + 1);
  const closing = endOf(text, at) - 1;
  let end = closing;
  while (/\s/.test(text[end - 1])) end--;
  const isEmpty = first >= closing;
  return { start: isEmpty ? closing : end, end: isEmpty ? closing : end, before: `${isEmpty ? "" : `,${text.slice(at + 1, first)}`}${JSON.stringify(key)}: ` };
}

/** Where the value of a key or an index of the object or list at a place begins. */
function childOf(text: string, at: number, step: string | number): number | undefined {
  const isList = text[at] === "[";
  let next = skipSpace(text, at + 1);
  for (let index = 0; next < text.length && text[next] !== "]" && text[next] !== "}"; index++) {
    let key: unknown = index;
    if (!isList) {
      const end = endOf(text, next);
      key = JSON.parse(text.slice(next, end));
      next = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === step) return next;
    next = skipSpace(text, endOf(text, next));
    if (text[next] === ",") next = skipSpace(text, next + 1);
  }
  return undefined;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text[next])) next++;
  return next;
}

/** The end of the value that begins at a place. */
function endOf(text: string, at: number): number {
  if (text[at] === '"') {
    let next = at + 1;
    while (next < text.length && text[next] !== '"') next += text[next] === "\\" ? 2 : 1;
    return next + 1;
  }
  if (text[at] !== "{" && text[at] !== "[") {
    let next = at;
    while (next < text.length && !/[\s,\]}]/.test(text[next])) next++;
    return next;
  }
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    if (text[next] === '"') next = endOf(text, next) - 1;
    else if (text[next] === "{" || text[next] === "[") depth++;
    else if ((text[next] === "}" || text[next] === "]") && --depth === 0) return next + 1;
  }
  throw new InputError("the JSON text ends within a value");
}
