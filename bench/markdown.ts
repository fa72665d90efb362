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

/** A table of a page, as data. */
export interface TableData {
  /** the last heading or sentence in front of it */
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a page, in their order. */
export function tablesIn(page: string): TableData[] {
  const tables: TableData[] = [];
  let title = "";
  let open: { title: string; heads: string[]; rows: string[][] } | undefined;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) {
      open = undefined;
      if (line.trim() !== "") title = line.replace(/^#+ /, "").trim();
      continue;
    }
    const cells = line.split(" | ").map((cell) => cell.replace(/^\| ?| ?\|$/g, "").trim());
    if (open === undefined) {
      open = { title, heads: cells, rows: [] };
      tables.push(open);
    } else if (!cells.every((cell) => /^-+:?$/.test(cell))) open.rows.push(cells);
  }
  return tables;
}
