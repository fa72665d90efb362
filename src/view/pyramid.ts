import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { allocate } from "../ndarray/dtype.js";

export interface Level {
  readonly image: NdArray;
  /** of each pixel, the upper half of the bits of its number, which colours are found by */
  readonly bits: Uint16Array;
  readonly width: number;
  readonly height: number;
}

const smallest = 64;

/**
 * An image, and the same at a half, a quarter, ... of its size, in which every pixel is the one of the four below it that is farthest from
 * 0, so that no spot vanishes. They are made when they are asked for: an image that changes thirty times a second is seldom shown smaller.
 */
export class Pyramid {
  readonly #levels: Level[];

  /**
   * @param image [slow, fast], any dtype
   * @param former another one that is not shown any more, whose memory is used again where it has the right size
   */
  constructor(image: NdArray, former?: Pyramid) {
    this.#levels = [levelOf(asFloat32(image), former?.whole.bits)];
  }

  /** float32, as large as the image */
  get whole(): Level {
    return this.#levels[0];
  }

  /** After so many halvings, and not more than leave the shorter edge something to be seen; each pixel stands for `shrunk` along each edge. */
  at(halvings: number): Level & { readonly shrunk: number } {
    let last = this.#levels[this.#levels.length - 1];
    while (this.#levels.length <= halvings && Math.min(last.width, last.height) > smallest) {
      last = halved(last);
      this.#levels.push(last);
    }
    const reached = Math.min(halvings, this.#levels.length - 1);
    return { ...this.#levels[reached], shrunk: 2 ** reached };
  }
}

function asFloat32(image: NdArray): NdArray {
  if (image.dtype === "float32" && image.isContiguous && image.offset === 0) return image;
  const data = allocate("float32", image.size);
  const values = flatData(image);
  // Engines convert numbers in a loop several times faster than by `set`.
  for (let i = 0; i < data.length; i++) data[i] = values[i];
  return fromData(data, image.shape);
}

function levelOf(image: NdArray, former?: Uint16Array): Level {
  const { data, shape } = image;
  const halves = new Uint16Array(data.buffer, data.byteOffset, 2 * data.length);
  // Every second one belongs to the upper half; kept apart, they are read from half of the memory.
  const bits = former?.length === image.size ? former : new Uint16Array(image.size);
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
