import { InputError } from "../../ndarray/errors.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { Hdf5File } from "../hdf5/open.js";
import type { ExperimentRecord, MaskMap, PanelRecord, PixelRectangle } from "./record.js";

/**
 * A panel's part of a map in an HDF5 file, one number a pixel, row after row.
 * @param frame number of the image's frame in its file, from 0; a map without an axis of frames holds for all of them
 * @throws InputError when the file has no such data set, or it does not hold the panel's pixels
 */
export function mapInHdf5(file: Hdf5File, { path, axes }: MaskMap, { name, pixels, inImage }: PanelRecord, frame: number): ArrayLike<number> {
  const dataset = file.dataset(path);
  if (dataset === undefined) throw new InputError(`${file.name} has no data set ${path}, in which the mask of panel ${name} is to lie`);
  const of = dataset.shape.length === axes.length ? axes : axes.filter((axis) => axis !== "frame");
  const start = inImage ?? { fast: 0, slow: 0 };
  const ranges = of.map((axis): readonly [number, number] => {
    if (axis === "slow" || axis === "fast") return [start[axis], start[axis] + pixels[axis]];
    const at = axis === "frame" ? frame : axis;
    return [at, at + 1];
  });
  if (of.length !== dataset.shape.length || ranges.some(([, end], axis) => end > dataset.shape[axis])) {
    throw new InputError(`${file.name}: the mask ${path} has the shape ${dataset.shape.join(" x ")}, and panel ${name} is to be its pixels ${ranges.map(([begin, end]) => `${begin} to ${end - 1}`).join(", ")}`);
  }
  return dataset.part(ranges);
}

/**
 * A panel's part of a map that is an image, one number a pixel, row after row.
 * @throws InputError when the image has not the panel's pixels
 */
export function mapInImage(image: NdArray, { name, pixels, inImage }: PanelRecord, file: string): ArrayLike<number> {
  const start = inImage ?? { fast: 0, slow: 0 };
  const { shape, rank } = image;
  if (rank !== 2 || start.slow + pixels.slow > shape[0] || start.fast + pixels.fast > shape[1]) {
    throw new InputError(`${file}: the mask has the shape ${shape.join(" x ")}, and panel ${name} is to be its pixels ${start.slow} to ${start.slow + pixels.slow - 1}, ${start.fast} to ${start.fast + pixels.fast - 1}`);
  }
  return Array.from({ length: pixels.slow * pixels.fast }, (_, at) => image.get(start.slow + Math.floor(at / pixels.fast), start.fast + (at % pixels.fast)));
}

/**
 * The pixels that a map leaves out: those without all good bits, and those with any bad one.
 * @param map of one panel, one number a pixel, row after row
 */
export function leftOutBy(map: ArrayLike<number>, { goodBits, badBits }: MaskMap, { pixels }: PanelRecord): PixelRectangle[] {
  const isLeftOut = (at: number): boolean => {
    // What needs more than 32 bits has all of them set.
    const bits = Math.min(map[at], 2 ** 32 - 1);
    return (bits & goodBits) >>> 0 !== goodBits || (bits & badBits) !== 0;
  };
  const rectangles: PixelRectangle[] = [];
  // The rectangles that reach the row before, by where they begin and end in it.
  let above = new Map<string, number>();
  for (let row = 0; row < pixels.slow; row++) {
    const reached = new Map<string, number>();
    for (let begin = 0; begin < pixels.fast; begin++) {
      if (!isLeftOut(row * pixels.fast + begin)) continue;
      let end = begin + 1;
      while (end < pixels.fast && isLeftOut(row * pixels.fast + end)) end++;
      const stretch = `${begin} ${end}`;
      const at = above.get(stretch) ?? rectangles.length;
      rectangles[at] = { fastMin: begin, fastEnd: end, slowMin: rectangles.at(at)?.slowMin ?? row, slowEnd: row + 1 };
      reached.set(stretch, at);
      begin = end;
    }
    above = reached;
  }
  return rectangles;
}

/** A sentence on each map that a record names and that was not read. */
export function unreadMasks({ panels }: Pick<ExperimentRecord, "panels">): string[] {
  const files = panels.flatMap(({ maskMaps = [] }) => maskMaps.map(({ file, path }) => maskName(file, path)));
  return [...new Set(files)].map((called) => `${called} is not read here, and leaves no pixel out`);
}

/** What messages call a map. */
export function maskName(file: string | undefined, path: string): string {
  return file === undefined ? `the mask ${path} of the image's file` : `the mask ${path} in ${file}`;
}
