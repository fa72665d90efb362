import { allocate } from "../ndarray/dtype.js";
import { flatData, fromData, zeros, type NdArray } from "../ndarray/ndarray.js";

/** A picture of fewer pixels along its longer edge is magnified by a whole number. */
const smallestEdge = 512;

/**
 * An image in logarithmic grey, light where nothing is and black where only one pixel in 2000 is brighter: weak and strong spots are seen
 * together, as on a film.
 * @param image [slow, fast]; what is not above 0, or no number, is white
 * @returns grey levels, int32, [height, width]
 */
export function darkSpots(image: NdArray): NdArray {
  const values = flatData(image);
  const positive = values.filter((value) => value > 0 && Number.isFinite(value)).sort();
  // A few pixels, those of the direct beam most often, outshine all spots.
  const top = positive.length === 0 ? 1 : positive[Math.max(0, positive.length - 1 - Math.floor(positive.length / 2000))];
  // Half of the pixels that scatter lie below the middle one, which the logarithm begins at.
  const middle = positive.length === 0 ? 1 : Math.max(positive[Math.floor(positive.length / 2)], top / 1e5);
  const whole = Math.log1p(top / middle);
  const levels = zeros(image.shape, "int32");
  for (let i = 0; i < values.length; i++) {
    const value = values[i] > 0 ? Math.min(values[i], top) : 0;
    levels.data[i] = Math.round(255 * (1 - Math.log1p(value / middle) / whole));
  }
  return magnify(levels);
}

/**
 * A difference in colour: red where it is above 0, blue below, white at 0, by the square root of its size.
 * @param difference [slow, fast]
 * @returns red, green and blue, int32, [height, width, 3]
 */
export function redAndBlue(difference: NdArray): NdArray {
  const values = flatData(difference);
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const colours = zeros([...difference.shape, 3], "int32");
  for (let i = 0; i < values.length; i++) {
    const strength = largest === 0 || Number.isNaN(values[i]) ? 0 : Math.sqrt(Math.min(Math.abs(values[i]) / largest, 1));
    const pale = Math.round(255 * (1 - strength));
    const isAbove = values[i] > 0;
    colours.data.set([isAbove ? 255 : pale, pale, isAbove ? pale : 255], 3 * i);
  }
  return magnify(colours);
}

/** Every pixel as a square of pixels, where the picture would be too small to see. */
function magnify(picture: NdArray): NdArray {
  const [height, width, channels = 1] = picture.shape;
  const factor = Math.max(1, Math.floor(smallestEdge / Math.max(height, width)));
  if (factor === 1) return picture;
  const from = flatData(picture);
  const data = allocate("int32", from.length * factor * factor);
  let at = 0;
  for (let row = 0; row < height * factor; row++) {
    for (let column = 0; column < width * factor; column++) {
      const pixel = (Math.floor(row / factor) * width + Math.floor(column / factor)) * channels;
      for (let channel = 0; channel < channels; channel++) data[at++] = from[pixel + channel];
    }
  }
  return fromData(data, [height * factor, width * factor, ...picture.shape.slice(2)]);
}
