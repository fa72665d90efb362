import { encodePng } from "../io/png.js";
import { allocate } from "../ndarray/dtype.js";
import { fromData } from "../ndarray/ndarray.js";
import { base64 } from "./base64.js";
import type { Camera, Size } from "./camera.js";
import { colourTable, packed, type Contrast } from "./colour-scale.js";
import { paint, type PlacedImage } from "./raster.js";

/** A table of colours takes longer to make than a small image to paint. */
const tables = new WeakMap<Contrast, Int32Array>();

function tableOf(contrast: Contrast): Int32Array {
  const table = tables.get(contrast) ?? colourTable(contrast);
  tables.set(contrast, table);
  return table;
}

/** Images as a camera sees them, on white paper, as a PNG that stands in a page or a drawing. */
export async function paintedPng(images: readonly PlacedImage[], size: Size, camera: Camera, contrast: Contrast): Promise<string> {
  const pixels = new Int32Array(size.width * size.height).fill(packed([255, 255, 255]));
  paint(pixels, size, camera, images, tableOf(contrast));
  const channels = allocate("int32", 3 * pixels.length);
  pixels.forEach((colour, i) => {
    for (let channel = 0; channel < 3; channel++) channels[3 * i + channel] = (colour >> (8 * channel)) & 255;
  });
  return `data:image/png;base64,${base64(await encodePng(fromData(channels, [size.height, size.width, 3])))}`;
}
