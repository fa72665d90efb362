/** The number that a word spells in decimal notation, or NaN: "0x10", "1d3" and "" are none, nor is anything beyond the floats. */
export function parseNumber(word: string): number {
  if (word === "" || (word[0] === "0" && /^0[box]/i.test(word))) return NaN;
  const value = Number(word);
  return Number.isFinite(value) ? value : NaN;
}

/** A count that a word spells in at most nine digits, or NaN. */
export function parseCount(word: string): number {
  return /^\d{1,9}$/.test(word) ? Number(word) : NaN;
}

/** A word as an error message shows it: in quotes, cut where it is long, without control characters. */
export function quote(word: string): string {
  const shown = word.length > 32 ? `${word.slice(0, 32)}...` : word;
  return `"${shown.replace(/[^\x20-\x7e]/g, "?")}"`;
}

/**
 * Visits the lines that hold something: neither blank nor, with `#` or `!` in front, a comment.
 * @param visit called with the line, trimmed, and its number, counted from 1 over all lines
 */
export function forEachLine(text: string, visit: (line: string, number: number) => void): void {
  let number = 1;
  for (let start = 0; start < text.length; number++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line !== "" && line[0] !== "#" && line[0] !== "!") visit(line, number);
    start = end + 1;
  }
}
