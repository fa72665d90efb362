import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { region, regionOf, type Roi } from "./statistics.js";

/** The largest count that a pixel of 16 bits holds. */
export const largestCount = 65535;
const largestByte = 255;

const { fround } = Math;

/** The count of the brightest pixel, and the brightness of a pixel five rmsd above zero, when no scale is given. */
const brightestCount = 55000;
const brightestByte = 250;

/** Memory of counts, [slow, fast]. */
export type Counts = Int32Array | Uint16Array;

/**
 * Whole numbers for the pixels of an image, in the order of memory, fast axis first.
 * @param image [slow, fast]
 * @param toCount takes a pixel's value and returns a count
 * @param roi the pixels that are counted; the others stay as they are
 * @param counts receives them, as many as the image has pixels
 */
export function countPixels(image: NdArray, toCount: (value: number) => number, roi: Roi | undefined, counts: Counts): void {
  const width = image.shape[1];
  const values = flatData(region(image, roi));
  const { fastMin, fastMax, slowMin, slowMax } = regionOf(image.shape, roi);
  let next = 0;
  for (let row = slowMin; row <= slowMax; row++) {
    for (let at = row * width + fastMin; at <= row * width + fastMax; at++) counts[at] = toCount(values[next++]);
  }
}

/**
 * The scale at which an image fills 16 bits without overloads, when none is given.
 * @param max the image's maximum
 * @returns counts per unit of the image; 1 where there is no maximum above 0
 */
export function smvScale(max: number): number {
  return max > 0 ? brightestCount / max : 1;
}

/**
 * The counts of a 16-bit image: floor(image * scale + adcOffset + 1/2), cut to 0..65535.
 *
 * The image and the sum before the half are rounded to float32, as in the reference program, so that its ties fall the same way.
 * @param image [slow, fast]
 * @param scale counts per unit of the image
 * @param adcOffset counts that every pixel starts from
 * @param roi outside of it, the counts are 0
 * @returns [slow, fast], int32
 */
export function smvCounts(image: NdArray, scale: number, adcOffset: number, roi?: Roi): NdArray<"int32"> {
  const counts = zeros(image.shape, "int32");
  writeSmvCounts(image, scale, adcOffset, roi, counts.data);
  return counts;
}

/**
 * The same, into memory that holds 0 outside of the region.
 * @param counts receives them, as many as the image has pixels
 */
export function writeSmvCounts(image: NdArray, scale: number, adcOffset: number, roi: Roi | undefined, counts: Counts): void {
  const toCount = (value: number): number => Math.floor(fround(fround(value) * scale + adcOffset) + 0.5);
  countPixels(image, (value) => Math.min(Math.max(toCount(value), 0), largestCount), roi, counts);
}

/**
 * The scale of an 8-bit preview in which five rmsd are nearly white, when none is given.
 * @param rmsd of the image's pixels
 * @returns grey levels per unit of the image; 1 where the image is flat
 */
export function pgmScale(rmsd: number): number {
  return rmsd > 0 ? brightestByte / (5 * rmsd) : 1;
}

/**
 * The grey levels of an 8-bit preview: image * scale in float32, cut to 0..255 and truncated.
 * @param image [slow, fast]
 * @param scale grey levels per unit of the image
 * @param roi outside of it, the image is black
 * @returns [slow, fast], int32
 */
export function pgmLevels(image: NdArray, scale: number, roi?: Roi): NdArray<"int32"> {
  const levels = zeros(image.shape, "int32");
  countPixels(image, (value) => Math.trunc(Math.min(Math.max(fround(fround(value) * scale), 0), largestByte)), roi, levels.data);
  return levels;
}
