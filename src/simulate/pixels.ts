import { allocate, type Data } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { checkRegion, type Roi } from "./statistics.js";

/** Which pixels of a detector are worked on. */
export interface PixelSelection {
  /** only this rectangle; all unless given */
  readonly roi?: Roi | undefined;
  /** [slow, fast]; pixels where it is 0 are left out */
  readonly mask?: NdArray | undefined;
}

/** The selected pixels, row by row, fast axis first: a rectangle, or a list of places in it. Plain data, which a worker can receive. */
export interface Pixels {
  /** of the image: [slow, fast] */
  readonly shape: Shape;
  readonly roi: Roi;
  readonly size: number;
  /** indices of the pixels in the image, where a mask leaves some out */
  readonly places: Data | undefined;
}

/**
 * The pixels of an image that are worked on.
 * @param shape [slow, fast]
 * @throws ShapeError when the mask has another shape; InputError when no pixel is left
 */
export function selectPixels(shape: Shape, { roi, mask }: PixelSelection): Pixels {
  const whole = { fastMin: 0, fastMax: shape[1] - 1, slowMin: 0, slowMax: shape[0] - 1 };
  const inside = roi ?? whole;
  checkRegion(inside, shape);
  const size = widthOf(inside) * (inside.slowMax - inside.slowMin + 1);
  if (mask === undefined) return { shape, roi: inside, size, places: undefined };
  if (!sameShape(mask.shape, shape)) {
    throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(shape)}`);
  }
  const kept = allocate("int32", size);
  let count = 0;
  for (let slow = inside.slowMin; slow <= inside.slowMax; slow++) {
    for (let fast = inside.fastMin; fast <= inside.fastMax; fast++) {
      if (mask.data[mask.offset + slow * mask.strides[0] + fast * mask.strides[1]] !== 0) kept[count++] = slow * shape[1] + fast;
    }
  }
  if (count === 0) throw new InputError("the region and the mask leave no pixel");
  return { shape, roi: inside, size: count, places: kept.subarray(0, count) };
}

const widthOf = ({ fastMin, fastMax }: Roi): number => fastMax - fastMin + 1;

/**
 * Writes the coordinates of a run of pixels; behind the last one, that one again.
 * @param first number of the run's first pixel among the selected ones
 * @param fast, slow receive the coordinates
 */
export function writeCoordinates({ shape, roi, size, places }: Pixels, first: number, fast: Data, slow: Data): void {
  const count = Math.min(fast.length, size - first);
  if (places) {
    for (let i = 0; i < count; i++) {
      const row = Math.floor(places[first + i] / shape[1]);
      slow[i] = row;
      fast[i] = places[first + i] - row * shape[1];
    }
  } else {
    const width = widthOf(roi);
    let row = Math.floor(first / width);
    let column = first - row * width;
    for (let i = 0; i < count; i++) {
      fast[i] = roi.fastMin + column;
      slow[i] = roi.slowMin + row;
      if (++column === width) {
        column = 0;
        row++;
      }
    }
  }
  fast.fill(fast[count - 1], count);
  slow.fill(slow[count - 1], count);
}
