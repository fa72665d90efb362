import { allocate, type Data } from "../../ndarray/dtype.js";
import { multiplyRows, wholeGroupsOf } from "../../ndarray/row-products.js";

/**
 * The weighted derivatives of a box's pixels by parameters, row by row, from which what the box's own unknowns can do is taken away:
 * products of the rows add up to normal equations of the parameters alone.
 * @see Kaufman, BIT 15, 49 (1975)
 */
export class ProjectedRows {
  readonly #count: number;
  #length = 0;
  #rows: Data = allocate("float64", 0);
  #columns: Data[] = [];
  /** parameters with a row; by the others nothing changes in the box, as by the places of other panels */
  #filled: number[] = [];

  /** @param count number of parameters */
  constructor(count: number) {
    this.#count = count;
  }

  /** Begins a box of so many pixels, in which no parameter has a row. */
  begin(length: number): void {
    this.#length = length;
    this.#columns = [];
    this.#filled = [];
    const size = wholeGroupsOf(this.#count) * length;
    if (this.#rows.length < size) this.#rows = allocate("float64", size);
  }

  /** Fills the row of a parameter, one after another: factor times the derivative times the root of each pixel's weight. */
  setRow(parameter: number, derivative: Data, first: number, factor: number, roots: Data): void {
    const [rows, length] = [this.#rows, this.#length];
    const from = this.#filled.push(parameter) * length - length;
    for (let p = 0; p < length; p++) rows[from + p] = factor * derivative[first + p] * roots[p];
  }

  /** The same of a derivative at some of the box's pixels, whose numbers stand from an index on as the derivative does; it is 0 at the others. */
  setSparseRow(parameter: number, derivative: Data, places: Data, from: number, end: number, first: number, factor: number, roots: Data): void {
    let isZero = true;
    for (let q = from; q < end && isZero; q++) isZero = derivative[q] === 0;
    if (isZero) return;
    const [rows, length] = [this.#rows, this.#length];
    const start = this.#filled.push(parameter) * length - length;
    rows.fill(0, start, start + length);
    for (let q = from; q < end; q++) {
      const p = places[q] - first;
      rows[start + p] = factor * derivative[q] * roots[p];
    }
  }

  /** Takes a column, already times the roots of the weights, as one that the box fits by itself; what lies along earlier ones does not count. */
  addColumn(column: Data): void {
    const before = norm(column, this.#length);
    for (const other of this.#columns) subtractAlong(column, 0, other, this.#length);
    const left = norm(column, this.#length);
    if (!(left > dependent * before)) return;
    for (let p = 0; p < this.#length; p++) column[p] /= left;
    this.#columns.push(column);
  }

  /** Takes the columns' part away from every row, and adds the rows' products to a matrix' lower triangle; rows were filled in the order of their parameters. */
  addProducts(normal: readonly number[][]): void {
    const [rows, length, filled] = [this.#rows, this.#length, this.#filled];
    for (let row = 0; row < filled.length; row++) for (const column of this.#columns) subtractAlong(rows, row * length, column, length);
    multiplyRows(rows, rows, filled.length, length, length, (row, column, sum) => {
      normal[filled[row]][filled[column]] += sum;
    });
  }
}

/** What is left of a column that depends on the others is rounding. */
const dependent = 1e-9;

function norm(values: Data, length: number): number {
  let sum = 0;
  for (let p = 0; p < length; p++) sum += values[p] * values[p];
  return Math.sqrt(sum);
}

function subtractAlong(rows: Data, from: number, column: Data, length: number): void {
  let sum = 0;
  for (let p = 0; p < length; p++) sum += rows[from + p] * column[p];
  for (let p = 0; p < length; p++) rows[from + p] -= sum * column[p];
}
