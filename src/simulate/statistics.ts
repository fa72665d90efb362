import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { slice } from "../ndarray/views.js";

/** A rectangle of pixels; both ends of each range belong to it. */
export interface Roi {
  /** first pixel along fast, from 0 */
  readonly fastMin: number;
  /** last pixel along fast */
  readonly fastMax: number;
  /** first pixel along slow, from 0 */
  readonly slowMin: number;
  /** last pixel along slow */
  readonly slowMax: number;
}

/** What the pixels of an image have in common. */
export interface ImageStatistics {
  /** number of pixels counted */
  readonly count: number;
  /** the largest pixel */
  readonly max: number;
  /** the first pixel, row by row, that holds the maximum */
  readonly maxAt: { readonly slow: number; readonly fast: number };
  /** of the pixels that are counted */
  readonly mean: number;
  /** sqrt(sum of squares / (count - 1)); of a single pixel, its magnitude */
  readonly rms: number;
  /** sqrt(sum of squared deviations from the mean / (count - 1)); of a single pixel, 0 */
  readonly rmsd: number;
}

/**
 * The rectangle of an image, as a view.
 * @param image [slow, fast]
 * @param roi the whole image when it is not given
 * @throws ShapeError when the image does not have two axes
 * @throws InputError when the rectangle is empty or leaves the image
 */
export function region(image: NdArray, roi?: Roi): NdArray {
  const { slowMin, slowMax, fastMin, fastMax } = regionOf(image.shape, roi);
  return roi === undefined ? image : slice(image, { start: slowMin, stop: slowMax + 1 }, { start: fastMin, stop: fastMax + 1 });
}

/**
 * The rectangle of an image.
 * @param shape of the image, [slow, fast]
 * @param roi the whole image when it is not given
 * @throws ShapeError when the image does not have two axes
 * @throws InputError when the rectangle is empty or leaves the image
 */
export function regionOf(shape: Shape, roi?: Roi): Roi {
  if (shape.length !== 2) throw new ShapeError(`an image has the shape [slow, fast], not ${describeShape(shape)}`);
  if (roi === undefined) return { fastMin: 0, fastMax: shape[1] - 1, slowMin: 0, slowMax: shape[0] - 1 };
  checkRange("fast", roi.fastMin, roi.fastMax, shape[1]);
  checkRange("slow", roi.slowMin, roi.slowMax, shape[0]);
  return roi;
}

function checkRange(axis: string, min: number, max: number, extent: number): void {
  if (!(Number.isInteger(min) && Number.isInteger(max) && 0 <= min && min <= max && max < extent)) {
    throw new InputError(`the region's ${axis} range ${min} to ${max} is not a range of pixels inside of 0 to ${extent - 1}`);
  }
}

/** Which pixels are counted. */
export interface StatisticsOptions {
  /** count only the pixels of this rectangle */
  readonly roi?: Roi | undefined;
  /** [slow, fast]; pixels where it is 0 are not counted */
  readonly mask?: NdArray | undefined;
}

/** Maximum, mean and spread of an image's pixels, row by row from the first on. */
export class RowStatistics {
  readonly #shape: Shape;
  readonly #roi: Roi;
  readonly #mask: NdArray | undefined;
  #next: number;
  #count = 0;
  #sum = 0;
  #squares = 0;
  #max = -Infinity;
  /** of the largest pixel: row and column */
  #maxAt: readonly [slow: number, fast: number] | undefined;

  /**
   * @param shape of the image, [slow, fast]
   * @throws ShapeError when the image does not have two axes, or the mask has another shape
   * @throws InputError when the region is empty or leaves the image
   */
  constructor(shape: Shape, options: StatisticsOptions = {}) {
    checkOptions("imageStatistics", options, { roi: true, mask: true });
    const { roi, mask } = options;
    if (mask !== undefined && !sameShape(mask.shape, shape)) {
      throw new ShapeError(`a mask of shape ${describeShape(mask.shape)} does not fit an image of ${describeShape(shape)}`);
    }
    this.#shape = shape;
    this.#roi = regionOf(shape, roi);
    this.#mask = mask;
    this.#next = this.#roi.slowMin;
  }

  /** Counts the rows of the image before one that were not counted yet. */
  upTo(image: NdArray, end: number): void {
    for (; this.#next < Math.min(end, this.#roi.slowMax + 1); this.#next++) this.#add(image, this.#next);
  }

  #add({ data, offset, strides: [slow, fast] }: NdArray, row: number): void {
    const { fastMin, fastMax } = this.#roi;
    const used = this.#mask;
    let [count, sum, squares, max] = [this.#count, this.#sum, this.#squares, this.#max];
    for (let column = fastMin; column <= fastMax; column++) {
      if (used && isLeftOut(used, row, column)) continue;
      const value = data[offset + row * slow + column * fast];
      if (this.#maxAt === undefined || value > max) {
        max = value;
        this.#maxAt = [row, column];
      }
      count++;
      sum += value;
      squares += value * value;
    }
    [this.#count, this.#sum, this.#squares, this.#max] = [count, sum, squares, max];
  }

  /**
   * Of all pixels of the image.
   * @throws InputError when no pixel is left to count
   */
  finish(image: NdArray): ImageStatistics {
    const { fastMin, fastMax, slowMin, slowMax } = this.#roi;
    this.upTo(image, slowMax + 1);
    if (this.#maxAt === undefined) throw new InputError(`no pixel of an image of shape ${describeShape(this.#shape)} is left to count`);
    const { data, offset, strides: [slow, fast] } = image;
    const used = this.#mask;
    const mean = this.#sum / this.#count;
    let deviations = 0;
    for (let row = slowMin; row <= slowMax; row++) {
      let at = offset + row * slow + fastMin * fast;
      for (let column = fastMin; column <= fastMax; column++, at += fast) {
        if (used && isLeftOut(used, row, column)) continue;
        const deviation = data[at] - mean;
        deviations += deviation * deviation;
      }
    }
    const freedom = Math.max(this.#count - 1, 1);
    const [maxSlow, maxFast] = this.#maxAt;
    return {
      count: this.#count,
      max: this.#max,
      maxAt: { slow: maxSlow, fast: maxFast },
      mean,
      rms: Math.sqrt(this.#squares / freedom),
      rmsd: Math.sqrt(deviations / freedom),
    };
  }
}

function isLeftOut({ data, offset, strides }: NdArray, row: number, column: number): boolean {
  return data[offset + row * strides[0] + column * strides[1]] === 0;
}

/**
 * Maximum, mean and spread of an image's pixels.
 * @param image [slow, fast]
 * @throws ShapeError when the image does not have two axes, or the mask has another shape
 * @throws InputError when no pixel is left to count
 */
export function imageStatistics(image: NdArray, options: StatisticsOptions = {}): ImageStatistics {
  return new RowStatistics(image.shape, options).finish(image);
}
