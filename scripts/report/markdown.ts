/** A table, whose first column is text and whose others are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("");
}

/** A positive number with three digits, without an exponent. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A small number with two digits, or 0. */
export function small(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}

export function largest(values: readonly number[]): number {
  return values.reduce((found, value) => (value > found || Number.isNaN(value) ? value : found), 0);
}
