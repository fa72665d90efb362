import { blankSmv } from "../io/smv.js";
import type { FloatDType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import type { SmvHeader } from "../io/smv.js";
import { NoisyRows, type DrawnPhotons, type NoiseOptions } from "../simulate/noise.js";
import { RowStatistics, type ImageStatistics, type StatisticsOptions } from "../simulate/statistics.js";

/** Counts with noise, and the SMV file that holds them. */
export interface NoiseFile extends DrawnPhotons {
  /** [slow, fast], 0 to 65535 */
  readonly counts: Uint16Array;
  readonly bytes: Uint8Array;
}

/** How counts are drawn, and what the header of their file says. */
export interface NoiseOfReadout extends NoiseOptions {
  readonly header: SmvHeader;
}

/** What is made of an image row by row, from the first on, while workers compute the rows behind. */
export class Readout {
  readonly #statistics: RowStatistics;
  readonly #noise: { readonly rows: NoisyRows; readonly counts: Uint16Array; readonly bytes: Uint8Array } | undefined;

  /**
   * @param shape of the image, [slow, fast]
   * @param noise drawn unless it is not given
   * @throws ShapeError or InputError when the region, the mask or the seed is wrong
   */
  constructor(shape: Shape, counted: StatisticsOptions, noise: NoiseOfReadout | undefined) {
    this.#statistics = new RowStatistics(shape, counted);
    if (noise === undefined) return;
    const { header, ...options } = noise;
    const { counts, bytes } = blankSmv(header, shape);
    this.#noise = { rows: new NoisyRows(shape, options, counts), counts, bytes };
  }

  /** Counts the rows before one, and draws their noise; rows that were read before are not read again. */
  upTo(image: NdArray<FloatDType>, row: number): void {
    this.#statistics.upTo(image, row);
    this.#noise?.rows.upTo(image, row);
  }

  /** Of all rows. */
  finish(image: NdArray<FloatDType>): { readonly statistics: ImageStatistics; readonly noise: NoiseFile | undefined } {
    this.upTo(image, image.shape[0]);
    const noise = this.#noise;
    return { statistics: this.#statistics.finish(image), noise: noise && { counts: noise.counts, bytes: noise.bytes, ...noise.rows.finish(image) } };
  }
}
