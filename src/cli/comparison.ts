import { formatG } from "../io/c-format.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { region, type Roi } from "../simulate/statistics.js";

/** A pixel, counted from 0 over the whole image. */
export interface Place {
  readonly fast: number;
  readonly slow: number;
}

/** How two images, or the same rectangle of both, differ. */
export interface Comparison {
  readonly pixels: { readonly fast: number; readonly slow: number };
  /** the rectangle; undefined for the whole images */
  readonly roi?: Roi;
  /** over the pixels that are compared */
  readonly sum: { readonly a: number; readonly b: number };
  /** Pearson's; NaN where one of the images is flat */
  readonly correlation: number;
  readonly rms: number;
  /** A - B where it is largest */
  readonly absolute: { readonly difference: number; readonly at: Place };
  /** (A - B) / max(|A|, |B|) where it is largest, among pixels above 1e-4 of the maximum */
  readonly relative: { readonly difference: number; readonly at: Place };
  readonly differentPixels: number;
  /** pixels that are not numbers, or that a mask leaves out, in one of the images: they are not compared */
  readonly leftOut: number;
}

/** What a threshold can be set on. */
export const measures = ["relative", "absolute", "rms", "sum", "correlation", "pixels"] as const;
export type Measure = (typeof measures)[number];

/** Pixels below this part of the maximum have no say in the largest relative difference. */
const brightPart = 1e-4;

/**
 * Compares two images of one shape.
 * @param a [slow, fast]; b likewise
 * @param roi the rectangle that is compared; the whole images unless given
 * @param masks of the same shape, 0 where a pixel is left out
 */
export function compareImages(a: NdArray, b: NdArray, roi?: Roi, masks: readonly NdArray[] = []): Comparison {
  const [first, second] = [a, b].map((image) => flatData(region(image, roi)));
  const kept = masks.map((mask) => flatData(region(mask, roi)));
  const [slow, fast] = region(a, roi).shape;
  const places: number[] = [];
  for (let i = 0; i < first.length; i++) if (Number.isFinite(first[i]) && Number.isFinite(second[i]) && kept.every((mask) => mask[i] !== 0)) places.push(i);
  const count = places.length;
  let [sumA, sumB, largest] = [0, 0, 0];
  for (const i of places) {
    sumA += first[i];
    sumB += second[i];
    largest = Math.max(largest, Math.abs(first[i]), Math.abs(second[i]));
  }
  const [meanA, meanB] = [sumA / count, sumB / count];
  let [covariance, varianceA, varianceB, squares, differentPixels] = [0, 0, 0, 0, 0];
  let [absoluteAt, relativeAt, absolute, relative] = [0, 0, 0, 0];
  for (const i of places) {
    const difference = first[i] - second[i];
    const size = Math.max(Math.abs(first[i]), Math.abs(second[i]));
    covariance += (first[i] - meanA) * (second[i] - meanB);
    varianceA += (first[i] - meanA) ** 2;
    varianceB += (second[i] - meanB) ** 2;
    squares += difference ** 2;
    if (difference !== 0) differentPixels++;
    if (Math.abs(difference) > Math.abs(absolute)) [absolute, absoluteAt] = [difference, i];
    const isWorse = Math.abs(difference) > Math.abs(relative) * size;
    if (size > brightPart * largest && isWorse) [relative, relativeAt] = [difference / size, i];
  }
  const place = (i: number): Place => ({ fast: (roi?.fastMin ?? 0) + (i % fast), slow: (roi?.slowMin ?? 0) + Math.floor(i / fast) });
  return {
    pixels: { fast, slow },
    ...(roi && { roi }),
    sum: { a: sumA, b: sumB },
    correlation: covariance / Math.sqrt(varianceA * varianceB),
    rms: Math.sqrt(squares / count),
    absolute: { difference: absolute, at: place(absoluteAt) },
    relative: { difference: relative, at: place(relativeAt) },
    differentPixels,
    leftOut: first.length - count,
  };
}

/**
 * The size of a difference, which a threshold is set on: the largest relative or absolute one, the rms one, that of the sums relative
 * to the larger sum, 1 minus the correlation, or the number of different pixels.
 */
export function differenceBy(measure: Measure, { relative, absolute, rms, sum, correlation, differentPixels }: Comparison): number {
  switch (measure) {
    case "relative":
      return Math.abs(relative.difference);
    case "absolute":
      return Math.abs(absolute.difference);
    case "rms":
      return rms;
    case "sum":
      return sum.a === sum.b ? 0 : Math.abs(sum.a - sum.b) / Math.max(Math.abs(sum.a), Math.abs(sum.b));
    case "correlation":
      // Flat images that are equal have no correlation, and nothing that differs.
      return differentPixels === 0 ? 0 : 1 - correlation;
    case "pixels":
      return differentPixels;
  }
}

/** A comparison as lines for a person. */
export function describeComparison({ pixels, roi, sum, correlation, rms, absolute, relative, differentPixels, leftOut }: Comparison): string {
  const at = ({ fast, slow }: Place): string => `at fast ${fast}, slow ${slow}`;
  return [
    ...(roi ? [`region                      fast ${roi.fastMin} to ${roi.fastMax}, slow ${roi.slowMin} to ${roi.slowMax}`] : []),
    `sums                        A ${formatG(sum.a, 9)}, B ${formatG(sum.b, 9)}, A / B ${formatG(sum.a / sum.b, 9)}`,
    `correlation                 ${formatG(correlation, 12)}`,
    `rms difference              ${formatG(rms)}`,
    `largest absolute difference ${formatG(absolute.difference)} ${at(absolute.at)}`,
    `largest relative difference ${formatG(relative.difference)} ${at(relative.at)} (pixels above 1e-4 of the maximum)`,
    `different pixels            ${differentPixels} of ${pixels.fast * pixels.slow - leftOut}`,
    ...(leftOut > 0 ? [`left out                    ${leftOut} pixels that are masked or no numbers`] : []),
    "",
  ].join("\n");
}
