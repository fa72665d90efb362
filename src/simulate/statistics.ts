import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
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
  if (image.rank !== 2) throw new ShapeError(`an image has the shape [slow, fast], not ${describeShape(image.shape)}`);
  if (roi === undefined) return image;
  checkRegion(roi, image.shape);
  return slice(image, { start: roi.slowMin, stop: roi.slowMax + 1 }, { start: roi.fastMin, stop: roi.fastMax + 1 });
}

/**
 * @param shape of the image, [slow, fast]
 * @throws InputError when the rectangle is empty or leaves the image
 */
export function checkRegion({ fastMin, fastMax, slowMin, slowMax }: Roi, shape: Shape): void {
  checkRange("fast", fastMin, fastMax, shape[1]);
  checkRange("slow", slowMin, slowMax, shape[0]);
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

/**
 * Maximum, mean and spread of an image's pixels.
 * @param image [slow, fast]
 * @throws ShapeError when the image does not have two axes, or the mask has another shape
 * @throws InputError when no pixel is left to count
 */
export function imageStatistics(image: NdArray, options: StatisticsOptions = {}): ImageStatistics {
  checkOptions("imageStatistics", options, { roi: true, mask: true });
  const { roi, mask } = options;
  if (mask !== undefined && !sameShape(mask.shape, image.shape)) {
    throw new ShapeError(`a mask of shape ${describeShape(mask.shape)} does not fit an image of ${describeShape(image.shape)}`);
  }
  const pixels = region(image, roi);
  const values = flatData(pixels);
  const used = mask && flatData(region(mask, roi));

  let count = 0;
  let sum = 0;
  let squares = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (used?.[i] === 0) continue;
    const value = values[i];
    if (first < 0 || value > values[first]) first = i;
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) throw new InputError(`no pixel of an image of shape ${describeShape(image.shape)} is left to count`);

  const mean = sum / count;
  let deviations = 0;
  for (let i = 0; i < values.length; i++) {
    if (used?.[i] !== 0) deviations += (values[i] - mean) ** 2;
  }
  const columns = pixels.shape[1];
  const freedom = Math.max(count - 1, 1);
  return {
    count,
    max: values[first],
    maxAt: { slow: Math.floor(first / columns) + (roi?.slowMin ?? 0), fast: (first % columns) + (roi?.fastMin ?? 0) },
    mean,
    rms: Math.sqrt(squares / freedom),
    rmsd: Math.sqrt(deviations / freedom),
  };
}
