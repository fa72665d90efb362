import { InputError, ShapeError, describeShape } from "../ndarray/errors.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { region, type Roi } from "./statistics.js";

/** Which pixels of a detector are worked on. */
export interface PixelSelection {
  /** only this rectangle; all unless given */
  readonly roi?: Roi | undefined;
  /** [slow, fast]; pixels where it is 0 are left out */
  readonly mask?: NdArray | undefined;
}

/**
 * The places of the selected pixels in the image, row by row, fast axis first.
 * @param shape [slow, fast]
 * @throws ShapeError when the mask has another shape; InputError when no pixel is left
 */
export function selectPixels(shape: Shape, { roi, mask }: PixelSelection): number[] {
  if (mask && !sameShape(mask.shape, shape)) {
    throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(shape)}`);
  }
  const numbers = zeros(shape, "int32");
  for (let i = 0; i < numbers.size; i++) numbers.data[i] = i;
  const inside = region(numbers, roi);
  const selected: number[] = [];
  for (let slow = 0; slow < inside.shape[0]; slow++) {
    for (let fast = 0; fast < inside.shape[1]; fast++) {
      const place = inside.data[inside.offset + slow * inside.strides[0] + fast * inside.strides[1]];
      if (mask && mask.data[mask.offset + Math.floor(place / shape[1]) * mask.strides[0] + (place % shape[1]) * mask.strides[1]] === 0) continue;
      selected.push(place);
    }
  }
  if (selected.length === 0) throw new InputError("the region and the mask leave no pixel");
  return selected;
}
