import { allocate, type Data } from "../ndarray/dtype.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { multiplyRows, wholeGroupsOf } from "../ndarray/row-products.js";

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
  /** 1 for each pixel that has a derivative; and these, one behind the other */
  readonly #isLit: Uint8Array;
  readonly #lit: Int32Array;

  /** @param pixels of a tile */
  constructor(parameters: number, pixels: number) {
    this.#parameters = parameters;
    this.#pixels = pixels;
    const rows = wholeGroupsOf(parameters);
    this.#derivatives = allocate("float64", rows * pixels);
    this.#weighted = allocate("float64", rows * pixels);
    this.#isLit = new Uint8Array(pixels);
    this.#lit = new Int32Array(pixels);
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
    const slopes = flatData(slope);
    const rows = derivatives.map(flatData);
    const lit = this.#findLit(rows, count, counting);
    const weights = flatData(curvature);
    rows.forEach((values, i) => {
      const start = i * this.#pixels;
      let gradient = 0;
      for (let at = 0; at < lit; at++) {
        const pixel = this.#lit[at];
        const value = values[pixel];
        gradient += slopes[pixel] * value;
        this.#derivatives[start + at] = value;
        this.#weighted[start + at] = weights[pixel] * value;
      }
      sums[from + i] += gradient;
    });
    const products = from + this.#parameters;
    multiplyRows(this.#weighted, this.#derivatives, this.#parameters, this.#pixels, lit, (row, column, sum) => {
      sums[products + (row * (row + 1)) / 2 + column] += sum;
    });
  }

  /** Finds the pixels that count and of whose derivatives any is not 0, as most are where spots are small; returns their number. */
  #findLit(rows: readonly Data[], count: number, counting: Data): number {
    const isLit = this.#isLit.fill(0, 0, count);
    for (const values of rows) for (let pixel = 0; pixel < count; pixel++) if (values[pixel] !== 0) isLit[pixel] = 1;
    let lit = 0;
    for (let pixel = 0; pixel < count; pixel++) if (isLit[pixel] !== 0 && counting[pixel] !== 0) this.#lit[lit++] = pixel;
    return lit;
  }
}
