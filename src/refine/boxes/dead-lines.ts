import { copy, type NdArray } from "../../ndarray/ndarray.js";

/** An image's mask without rows and columns that count nothing. */
export interface WithoutDeadLines {
  readonly mask: NdArray;
  readonly rows: number;
  readonly columns: number;
}

/** Photons that a line should have by its neighbours: then it has none by accident once in 1e13 times. */
const leastExpected = 30;

/**
 * Leaves out rows and columns of a panel in which nothing was counted though much was in the lines beside them: gaps between modules, in a
 * file whose format has no mark for them.
 * @param counts photons, [slow, fast] or [panel, slow, fast]
 * @param mask int32, of the same shape: 0 where a pixel is left out already
 */
export function withoutDeadLines(counts: NdArray, mask: NdArray): WithoutDeadLines {
  const [slowCount, fastCount] = counts.shape.slice(-2);
  const area = slowCount * fastCount;
  const without = copy(mask);
  const found = { rows: 0, columns: 0 };
  for (let first = 0; first < counts.size; first += area) {
    const rows = Array.from({ length: slowCount }, (): Line => ({ pixels: 0, photons: 0 }));
    const columns = Array.from({ length: fastCount }, (): Line => ({ pixels: 0, photons: 0 }));
    for (let at = 0; at < area; at++) {
      if (mask.data[first + at] === 0) continue;
      for (const line of [rows[Math.floor(at / fastCount)], columns[at % fastCount]]) {
        line.pixels++;
        line.photons += counts.data[first + at];
      }
    }
    const [deadRows, deadColumns] = [deadOf(rows), deadOf(columns)];
    found.rows += deadRows.length;
    found.columns += deadColumns.length;
    for (const row of deadRows) for (let fast = 0; fast < fastCount; fast++) without.data[first + row * fastCount + fast] = 0;
    for (const column of deadColumns) for (let slow = 0; slow < slowCount; slow++) without.data[first + slow * fastCount + column] = 0;
  }
  return { mask: found.rows + found.columns > 0 ? without : mask, ...found };
}

interface Line {
  pixels: number;
  photons: number;
}

/** Numbers of the lines that are dark between lines that are not. */
function deadOf(lines: readonly Line[]): number[] {
  const dead: number[] = [];
  let before: Line | undefined;
  let dark: number[] = [];
  for (const [number, line] of lines.entries()) {
    if (line.photons === 0) {
      if (line.pixels > 0) dark.push(number);
      continue;
    }
    if (before !== undefined) {
      const rate = Math.min(before.photons / before.pixels, line.photons / line.pixels);
      dead.push(...dark.filter((other) => rate * lines[other].pixels >= leastExpected));
    }
    [before, dark] = [line, []];
  }
  return dead;
}
