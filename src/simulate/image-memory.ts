import type { FloatDType } from "../ndarray/dtype.js";
import { describeShape, DTypeError, InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray, zeros } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";

/** What the memory of an image has to be. */
interface Needed {
  readonly shape: Shape;
  readonly dtype: FloatDType;
  /** whether workers see it */
  readonly shared: boolean;
}

/**
 * An image without photons.
 * @param into the image whose memory it takes; it has memory of its own unless given
 * @throws ShapeError, DTypeError or InputError when the memory is not that of such an image, contiguous
 */
export function darkImage({ shape, dtype, shared }: Needed, into?: NdArray<FloatDType>): NdArray<FloatDType> {
  if (into === undefined) return zeros(shape, dtype, { shared });
  if (!sameShape(into.shape, shape) || !into.isContiguous) {
    const layout = into.isContiguous ? "" : " and is not contiguous";
    throw new ShapeError(`the memory for an image of shape ${describeShape(shape)} has shape ${describeShape(into.shape)}${layout}`);
  }
  if (into.dtype !== dtype) throw new DTypeError(`the memory for an image of ${dtype} is of ${into.dtype}`);
  if (shared && !(into.data.buffer instanceof SharedArrayBuffer)) {
    throw new InputError("the memory for an image of workers is not shared with them; that of an earlier image of theirs is");
  }
  const data = into.data.subarray(into.offset, into.offset + into.size);
  data.fill(0);
  return new NdArray<FloatDType>(data, shape);
}
