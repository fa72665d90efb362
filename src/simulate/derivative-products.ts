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

  /** @param pixels of a tile */
  constructor(parameters: number, pixels: number) {
    this.#parameters = parameters;
    this.#pixels = pixels;
    const rows = wholeGroupsOf(parameters);
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
    multiplyRows(this.#weighted, this.#derivatives, this.#parameters, this.#pixels, count, (row, column, sum) => {
      sums[products + (row * (row + 1)) / 2 + column] += sum;
    });
  }
}
