import { zeros, type NdArray } from "../../ndarray/ndarray.js";
import { dotsOf, textWidth } from "./font.js";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const white: Colour = [255, 255, 255];
export const ink: Colour = [40, 44, 52];

/** Something to draw on: an RGB image that begins white. */
export class Canvas {
  /** shape [height, width, 3], as a PNG takes it */
  readonly image: NdArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.image = zeros([height, width, 3]);
    this.image.data.fill(255);
  }

  /** Fills a rectangle; what lies outside of the canvas is cut. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + width); x++)
        this.image.data.set(colour, 3 * (y * this.width + x));
    }
  }

  /** Draws the outline of a rectangle, one pixel wide, around what it encloses. */
  frame(left: number, top: number, width: number, height: number, colour: Colour): void {
    this.fill(left - 1, top - 1, width + 2, 1, colour);
    this.fill(left - 1, top + height, width + 2, 1, colour);
    this.fill(left - 1, top, 1, height, colour);
    this.fill(left + width, top, 1, height, colour);
  }

  /**
   * Writes a text in capitals.
   * @param align which part of the text stands at x
   * @param size edge of a dot in pixels
   */
  write(text: string, x: number, top: number, { align = "left", size = 2, colour = ink }: TextStyle = {}): void {
    const shift = { left: 0, centre: Math.round((textWidth(text) * size) / 2), right: textWidth(text) * size }[align];
    for (const dot of dotsOf(text)) this.fill(x - shift + dot.x * size, top + dot.y * size, size, size, colour);
  }

  /**
   * Draws an image, each of its pixels as a square.
   * @param image [slow, fast]
   * @param size edge of a square in pixels
   */
  draw(image: NdArray, left: number, top: number, size: number, colourOf: (value: number) => Colour): void {
    const [rows, columns] = image.shape;
    for (let slow = 0; slow < rows; slow++) {
      for (let fast = 0; fast < columns; fast++)
        this.fill(left + fast * size, top + slow * size, size, size, colourOf(image.get(slow, fast)));
    }
  }
}

export interface TextStyle {
  readonly align?: "left" | "centre" | "right";
  readonly size?: number;
  readonly colour?: Colour;
}
