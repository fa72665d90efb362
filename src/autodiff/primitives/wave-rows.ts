/** Plane waves of many points, row by row of the frequencies that they are seen at. */
import { allocate, type Data } from "../../ndarray/dtype.js";

/** Radians. */
export const turn = 2 * Math.PI;
/** What stands before h·U h in the exponent of a point with a Gaussian smear. */
export const smear = -2 * Math.PI ** 2;

/** Frequencies that differ along l alone, one by one: their waves follow from each other by a multiplication. */
interface Row {
  readonly h: number;
  readonly k: number;
  readonly l: number;
  readonly first: number;
  readonly count: number;
}

/** In longer rows rounding would add up. */
const longestRow = 64;

/** The rows of a list of frequencies, shape [n, 3]. */
export function rowsOf(indices: Data): Row[] {
  const rows: Row[] = [];
  const count = indices.length / 3;
  for (let i = 0; i < count; ) {
    const [h, k, l] = [indices[3 * i], indices[3 * i + 1], indices[3 * i + 2]];
    let end = i + 1;
    while (end < count && end - i < longestRow && indices[3 * end] === h && indices[3 * end + 1] === k && indices[3 * end + 2] === l + end - i) end++;
    rows.push({ h, k, l, first: i, count: end - i });
    i = end;
  }
  return rows;
}

/** cos and sin of 2πnx for every n that occurs along an axis, one point at a time. */
class Table {
  readonly #low: number;
  readonly cos: Data;
  readonly sin: Data;

  constructor(indices: Data, axis: number) {
    let [low, high] = [0, 0];
    for (let i = axis; i < indices.length; i += 3) {
      low = Math.min(low, indices[i]);
      high = Math.max(high, indices[i]);
    }
    this.#low = low;
    this.cos = allocate("float64", high - low + 1);
    this.sin = allocate("float64", high - low + 1);
  }

  fill(x: number): void {
    const fraction = x - Math.round(x);
    for (let i = 0; i < this.cos.length; i++) {
      const product = fraction * (this.#low + i);
      const angle = turn * (product - Math.round(product));
      this.cos[i] = Math.cos(angle);
      this.sin[i] = Math.sin(angle);
    }
  }

  at(n: number): number {
    return n - this.#low;
  }
}

/** The wave of one point at the first frequency of a row, and the factors from one frequency to the next. */
interface Wave {
  cos: number;
  sin: number;
  height: number;
  ratio: number;
}

/** Visits every point with every row, the wave ready at the row's beginning. */
export function forEachWave(
  rows: readonly Row[],
  indices: Data,
  [position, tensor, weight]: readonly Data[],
  points: number,
  visit: (wave: Wave, row: Row, point: number, cosStep: number, sinStep: number, ratioStep: number) => void,
): void {
  const tables = [0, 1, 2].map((axis) => new Table(indices, axis));
  const [ofH, ofK, ofL] = tables;
  const wave: Wave = { cos: 0, sin: 0, height: 0, ratio: 0 };
  for (let j = 0; j < points; j++) {
    if (weight[j] === 0) continue;
    tables.forEach((table, axis) => table.fill(position[axis * points + j]));
    const [u11, u22, u33, u12, u13, u23] = [0, 1, 2, 3, 4, 5].map((i) => smear * tensor[i * points + j]);
    const angle = turn * position[2 * points + j];
    const [cosStep, sinStep, ratioStep] = [Math.cos(angle), Math.sin(angle), Math.exp(2 * u33)];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const { h, k, l } = row;
      const [atH, atK, atL] = [ofH.at(h), ofK.at(k), ofL.at(l)];
      const c = ofH.cos[atH] * ofK.cos[atK] - ofH.sin[atH] * ofK.sin[atK];
      const s = ofH.sin[atH] * ofK.cos[atK] + ofH.cos[atH] * ofK.sin[atK];
      wave.cos = c * ofL.cos[atL] - s * ofL.sin[atL];
      wave.sin = s * ofL.cos[atL] + c * ofL.sin[atL];
      const across = u13 * h + u23 * k;
      wave.height = weight[j] * Math.exp(h * (u11 * h + 2 * u12 * k) + u22 * k * k + l * (u33 * l + 2 * across));
      wave.ratio = row.count > 1 ? Math.exp(u33 * (2 * l + 1) + 2 * across) : 1;
      visit(wave, row, j, cosStep, sinStep, ratioStep);
    }
  }
}

/** A power that is nearly always 0 or 1. */
export function raise(base: number, exponent: number): number {
  return exponent === 0 ? 1 : exponent === 1 ? base : base ** exponent;
}
