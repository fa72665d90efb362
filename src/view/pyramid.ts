import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { allocate } from "../ndarray/dtype.js";

/** An image, and the same at a half, a quarter, ... of its size. */
export interface Pyramid {
  /** float32, [slow, fast], largest first */
  readonly levels: readonly Level[];
}

export interface Level {
  readonly image: NdArray;
  /** of each pixel, the upper half of the bits of its number, which colours are found by */
  readonly bits: Uint16Array;
  readonly width: number;
  readonly height: number;
}

const smallest = 64;

/**
 * Smaller versions of an image, in which every pixel is the one of the four below it that is farthest from 0, so that no spot vanishes.
 * @param image [slow, fast], any dtype
 */
export function pyramidOf(image: NdArray): Pyramid {
  let level = levelOf(asFloat32(image));
  const levels = [level];
  while (Math.min(level.width, level.height) > smallest) {
    level = halved(level);
    levels.push(level);
  }
  return { levels };
}

function asFloat32(image: NdArray): NdArray {
  if (image.dtype === "float32" && image.isContiguous && image.offset === 0) return image;
  const data = allocate("float32", image.size);
  data.set(flatData(image));
  return fromData(data, image.shape);
}

function levelOf(image: NdArray): Level {
  const { data, shape } = image;
  const halves = new Uint16Array(data.buffer, data.byteOffset, 2 * data.length);
  // Every second one belongs to the upper half; kept apart, they are read from half of the memory.
  const bits = new Uint16Array(image.size);
  for (let i = 0; i < bits.length; i++) bits[i] = halves[2 * i + 1];
  return { image, bits, width: shape[1], height: shape[0] };
}

function halved({ image, width, height }: Level): Level {
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const from = image.data;
  const data = allocate("float32", columns * rows);
  for (let row = 0; row < rows; row++) {
    const upper = 2 * row * width;
    const lower = 2 * row + 1 < height ? upper + width : upper;
    for (let column = 0; column < columns; column++) {
      const left = 2 * column;
      const right = left + 1 < width ? left + 1 : left;
      data[row * columns + column] = farther(farther(from[upper + left], from[upper + right]), farther(from[lower + left], from[lower + right]));
    }
  }
  return levelOf(fromData(data, [rows, columns]));
}

/** The one farther from 0; a number where only one is. */
function farther(x: number, y: number): number {
  return Math.abs(y) > Math.abs(x) || Number.isNaN(x) ? y : x;
}
