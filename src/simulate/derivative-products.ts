import { allocate, type Data } from "../ndarray/dtype.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";

/** Rows that are multiplied with rows at once: their sums stay in the processor's registers. */
const rowsAtOnce = 4;
const columnsAtOnce = 2;

/**
 * Adds up what a Gauss-Newton step needs of a tile's pixels: the products of the image's derivatives. There are as many as pairs of
 * parameters, too many to be steps of a tape.
 */
export class DerivativeProducts {
  readonly #parameters: number;
  readonly #pixels: number;
  /** derivative by each parameter, row by row, and the same times the curvature; in whole groups of rows */
  readonly #derivatives: Data;
  readonly #weighted: Data;

  /** @param pixels of a tile */
  constructor(parameters: number, pixels: number) {
    this.#parameters = parameters;
    this.#pixels = pixels;
    const rows = Math.ceil(parameters / rowsAtOnce) * rowsAtOnce;
    this.#derivatives = allocate("float64", rows * pixels);
    this.#weighted = allocate("float64", rows * pixels);
  }

  /**
   * @param slope of each pixel's loss by its photons, of which the first `count` are the tile's
   * @param curvature likewise
   * @param derivatives of each pixel's photons, one array for each parameter
   * @param counting 0 for pixels that do not count
   * @param sums receives the loss's derivative by each parameter, then the products of the derivatives times the curvature, those of
   *   each parameter with all up to itself, from an index on
   */
  add(slope: NdArray, curvature: NdArray, derivatives: readonly NdArray[], count: number, counting: Data, sums: Data, from: number): void {
    const [slopes, weights] = [flatData(slope), flatData(curvature)];
    derivatives.forEach((derivative, i) => {
      const values = flatData(derivative);
      const start = i * this.#pixels;
      let gradient = 0;
      for (let pixel = 0; pixel < count; pixel++) {
        const value = counting[pixel] === 0 ? 0 : values[pixel];
        gradient += slopes[pixel] * value;
        this.#derivatives[start + pixel] = value;
        this.#weighted[start + pixel] = weights[pixel] * value;
      }
      sums[from + i] += gradient;
    });
    const products = from + this.#parameters;
    for (let i = 0; i < this.#parameters; i += rowsAtOnce) {
      for (let j = 0; j < i + rowsAtOnce && j < this.#parameters; j += columnsAtOnce) this.#addBlock(i, j, count, sums, products);
    }
  }

  /** The products of four rows with two. */
  #addBlock(i: number, j: number, count: number, sums: Data, from: number): void {
    const x = this.#weighted;
    const y = this.#derivatives;
    const pixels = this.#pixels;
    const [x0, x1, x2, x3] = [i * pixels, (i + 1) * pixels, (i + 2) * pixels, (i + 3) * pixels];
    const [y0, y1] = [j * pixels, (j + 1) * pixels];
    let s00 = 0;
    let s01 = 0;
    let s10 = 0;
    let s11 = 0;
    let s20 = 0;
    let s21 = 0;
    let s30 = 0;
    let s31 = 0;
    for (let pixel = 0; pixel < count; pixel++) {
      const a = y[y0 + pixel];
      const b = y[y1 + pixel];
      s00 += x[x0 + pixel] * a;
      s01 += x[x0 + pixel] * b;
      s10 += x[x1 + pixel] * a;
      s11 += x[x1 + pixel] * b;
      s20 += x[x2 + pixel] * a;
      s21 += x[x2 + pixel] * b;
      s30 += x[x3 + pixel] * a;
      s31 += x[x3 + pixel] * b;
    }
    const add = (row: number, column: number, sum: number): void => {
      if (row < this.#parameters && column <= row) sums[from + (row * (row + 1)) / 2 + column] += sum;
    };
    add(i, j, s00);
    add(i, j + 1, s01);
    add(i + 1, j, s10);
    add(i + 1, j + 1, s11);
    add(i + 2, j, s20);
    add(i + 2, j + 1, s21);
    add(i + 3, j, s30);
    add(i + 3, j + 1, s31);
  }
}
