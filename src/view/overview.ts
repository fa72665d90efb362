import { allocate } from "../ndarray/dtype.js";
import { fromData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Geometry } from "./geometry.js";
import { Pyramid } from "./pyramid.js";

const longestEdge = 640;

/** Smaller versions of a detector's panels, and how many of their pixels along each edge one of the smaller stands for. */
export interface Overview {
  readonly images: readonly NdArray[];
  readonly shrunk: number;
}

/**
 * The largest versions of the images of a detector's panels that a page can carry, of numbers as exact as colours are, which pack to half.
 * @param images [slow, fast]; NaN where nothing was used
 */
export function overviewOf(images: readonly NdArray[]): Overview {
  const [first] = images;
  const edge = images.length === 1 ? Math.max(...first.shape) : Math.sqrt(images.reduce((pixels, { size }) => pixels + size, 0));
  const halvings = Math.max(0, Math.ceil(Math.log2(edge / longestEdge)));
  const pyramids = images.map((image) => new Pyramid(image));
  const shrunk = Math.min(...pyramids.map((pyramid) => pyramid.at(halvings).shrunk));
  return { images: pyramids.map((pyramid) => smallerVersion(pyramid.at(Math.log2(shrunk)))), shrunk };
}

function smallerVersion(level: ReturnType<Pyramid["at"]>): NdArray {
  const data = allocate("float32", level.image.size);
  const halves = new Uint16Array(data.buffer);
  // A whole image keeps all digits of small counts: the upper half of the bits holds whole numbers to 256.
  if (level.shrunk === 1) data.set(level.image.data);
  else level.bits.forEach((bits, i) => (halves[2 * i + 1] = bits));
  return fromData(data, level.image.shape);
}

/** The geometry of a smaller version's pixels. */
export function shrunkGeometry(geometry: Geometry, shrunk: number): Geometry {
  return {
    ...geometry,
    panels: geometry.panels.map((panel) => ({
      ...panel,
      pixelSizeMm: panel.pixelSizeMm * shrunk,
      pixels: { fast: Math.ceil(panel.pixels.fast / shrunk), slow: Math.ceil(panel.pixels.slow / shrunk) },
    })),
  };
}

/** The pixels around a place; NaN beyond the edge. */
export function boxAround(image: NdArray, fast: number, slow: number, reach: number): NdArray {
  const edge = 2 * reach + 1;
  const box = zeros([edge, edge], "float32");
  const [rows, columns] = image.shape;
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < edge; j++) {
      const [row, column] = [slow + i - reach, fast + j - reach];
      box.data[i * edge + j] = row >= 0 && column >= 0 && row < rows && column < columns ? image.get(row, column) : NaN;
    }
  }
  return box;
}
