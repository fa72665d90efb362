import type { PanelRecord } from "../io/geometry/record.js";
import { copy, flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";

/** The mask of a panel's rectangles of pixels that do not count; undefined where it has none. */
export function maskOfPanel({ pixels, masked = [] }: PanelRecord): NdArray | undefined {
  if (masked.length === 0) return undefined;
  const mask = zeros([pixels.slow, pixels.fast], "int32");
  mask.data.fill(1);
  for (const { fastMin, fastEnd, slowMin, slowEnd } of masked) {
    for (let slow = Math.max(0, slowMin); slow < Math.min(pixels.slow, slowEnd); slow++) {
      mask.data.fill(0, slow * pixels.fast + Math.max(0, fastMin), slow * pixels.fast + Math.min(pixels.fast, fastEnd));
    }
  }
  return mask;
}

/** The pixels of an image that hold counts: neither marked by its file nor NaN nor infinite. */
export function countedPixels({ image, mask }: { readonly image: NdArray; readonly mask: NdArray | undefined }): NdArray | undefined {
  const values = flatData(image);
  if (values.every(Number.isFinite)) return mask;
  const finite = zeros(image.shape, "int32");
  for (let i = 0; i < values.length; i++) finite.data[i] = Number.isFinite(values[i]) ? 1 : 0;
  return mask ? bothMasks(mask, finite) : finite;
}

/** The mask that leaves out what either of two leaves out. */
export function bothMasks(own: NdArray, other: NdArray): NdArray {
  if (!sameShape(own.shape, other.shape)) return other;
  const mask = copy(own);
  const values = flatData(other);
  for (let i = 0; i < mask.size; i++) mask.data[i] = values[i] === 0 ? 0 : mask.data[i];
  return mask;
}
