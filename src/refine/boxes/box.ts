import { allocate, type Data } from "../../ndarray/dtype.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { PredictedReflection } from "./prediction.js";
import { Territories, type Rectangle } from "./territories.js";

/** A rectangle of a panel around a predicted reflection. */
export interface Box extends Rectangle {
  readonly reflection: PredictedReflection;
  /** where its pixels begin and end in the lists of all */
  readonly first: number;
  readonly end: number;
}

/** The pixels of all boxes, box after box. */
export interface BoxPixels {
  readonly count: number;
  /** number of the panel, which never falls from one pixel to the next */
  readonly panel: Data;
  /** middles, in pixels from the panel's corner */
  readonly fast: Data;
  readonly slow: Data;
  /** the reflection in whose box each pixel is */
  readonly h: Data;
  readonly k: Data;
  readonly l: Data;
  /** photons counted */
  readonly counts: Data;
}

/** Boxes and their pixels. */
export interface Boxes {
  readonly boxes: readonly Box[];
  readonly pixels: BoxPixels;
  /** predicted reflections without a box, and why */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly reflection: PredictedReflection;
  readonly why: string;
}

/** Pixels along an edge of the smallest box, from its middle: 13 along an edge show the background beside a spot. */
const leastReach = 6;
/** A box beyond this many pixels from its middle would hold more of its neighbours than of its own spot. */
const mostReach = 30;
/** Standard deviations of the spot, and pixels of background around it. */
const deviations = 4;
const margin = 3;
/** Pixels of a box that must be usable, and the part of the nine in its middle. */
const fewestPixels = 25;
const leastOfMiddle = 2 / 3;

/** Half the edge of a reflection's box, in pixels. */
export function reachOf({ covariance: { fast, slow } }: PredictedReflection): readonly [fast: number, slow: number] {
  const reach = (variance: number): number => Math.min(mostReach, Math.max(leastReach, Math.ceil(deviations * Math.sqrt(variance)) + margin));
  return [reach(fast), reach(slow)];
}

/**
 * Boxes around reflections. A pixel that lies nearer to another predicted reflection, of this crystal or another one, belongs to that one's
 * box; masked pixels belong to none.
 * @param counts photons, [slow, fast] or [panel, slow, fast]
 * @param mask int32, of the same shape: 0 where a pixel is left out
 * @param wanted reflections that get a box; boxes stand in their order, but one panel after another
 * @param others more reflections whose pixels are theirs
 */
export function boxesAround(counts: NdArray, mask: NdArray, wanted: readonly PredictedReflection[], others: readonly PredictedReflection[] = []): Boxes {
  const [slowCount, fastCount] = counts.shape.slice(-2);
  const ordered = [...wanted].sort((one, other) => one.panel - other.panel);
  const territories = new Territories([...ordered, ...others], (reflection) => rectangleOf(reflection, fastCount, slowCount));
  const boxes: Box[] = [];
  const leftOut: LeftOut[] = [];
  const at: number[] = [];
  for (const [number, reflection] of ordered.entries()) {
    const { panel, fast, slow } = reflection;
    const rectangle = rectangleOf(reflection, fastCount, slowCount);
    const first = at.length;
    territories.forEachPixel(reflection, rectangle, number, (f, s) => {
      const pixel = (panel * slowCount + s) * fastCount + f;
      if (mask.data[pixel] !== 0) at.push(pixel);
    });
    const middle = at.slice(first).filter((pixel) => Math.abs((pixel % fastCount) - Math.floor(fast)) <= 1 && Math.abs((Math.floor(pixel / fastCount) % slowCount) - Math.floor(slow)) <= 1).length;
    const why = at.length - first < fewestPixels ? "its box is masked, outside or its neighbours'" : middle < 9 * leastOfMiddle ? "its middle is masked, overloaded or a neighbour's" : undefined;
    if (why !== undefined) {
      at.length = first;
      leftOut.push({ reflection, why });
    } else boxes.push({ reflection, ...rectangle, first, end: at.length });
  }
  const list = (): Data => allocate("float64", at.length);
  const pixels = { count: at.length, panel: allocate("int32", at.length), fast: list(), slow: list(), h: list(), k: list(), l: list(), counts: list() };
  for (const { reflection: { hkl: [h, k, l], panel }, first, end } of boxes) {
    for (let p = first; p < end; p++) {
      pixels.panel[p] = panel;
      pixels.fast[p] = (at[p] % fastCount) + 0.5;
      pixels.slow[p] = (Math.floor(at[p] / fastCount) % slowCount) + 0.5;
      pixels.h[p] = h;
      pixels.k[p] = k;
      pixels.l[p] = l;
      pixels.counts[p] = counts.data[at[p]];
    }
  }
  return { boxes, pixels, leftOut };
}

function rectangleOf(reflection: PredictedReflection, fastCount: number, slowCount: number): Rectangle {
  const [reachFast, reachSlow] = reachOf(reflection);
  const [f, s] = [Math.floor(reflection.fast), Math.floor(reflection.slow)];
  return {
    fastMin: Math.max(0, f - reachFast),
    fastEnd: Math.min(fastCount, f + reachFast + 1),
    slowMin: Math.max(0, s - reachSlow),
    slowEnd: Math.min(slowCount, s + reachSlow + 1),
  };
}
