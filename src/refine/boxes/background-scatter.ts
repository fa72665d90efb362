import type { Integration } from "./integration.js";

/** How the counts of the backgrounds scatter about what was fitted: photons scatter by as much as their mean. */
export interface BackgroundScatter {
  /** variance in units of the mean (Fano's factor), the median of the boxes: 1 for photons, the gain for counts that are multiples of photons */
  readonly fano: number;
  readonly boxes: number;
}

/** Photons of a spot in a pixel, in units of the background's, below which the pixel shows the background alone. */
const negligible = 0.01;
/** Counts and pixels that a box needs to say how they scatter, and boxes that an answer needs. */
const fewestCounts = 30;
const fewestPixels = 30;
const fewestBoxes = 20;

/** The scatter of the background's counts in the boxes; undefined where too few counts are seen. */
export function backgroundScatter({ reflections, boxes: { pixels }, model }: Integration): BackgroundScatter | undefined {
  const factors = reflections.flatMap(({ box: { first, end }, background }) => {
    let [count, total, squares] = [0, 0, 0];
    for (let p = first; p < end; p++) {
      if (model[p] <= 0 || model[p] - background > negligible * background) continue;
      count++;
      total += pixels.counts[p];
      squares += (pixels.counts[p] - model[p]) ** 2 / model[p];
    }
    return count >= fewestPixels && total >= fewestCounts ? [squares / (count - 1)] : [];
  });
  if (factors.length < fewestBoxes) return undefined;
  return { fano: factors.sort((a, b) => a - b)[factors.length >> 1], boxes: factors.length };
}

/** By how much the scatter may be off that of photons before the likelihood of photons is in doubt. */
const tolerated = 0.2;

/** What is wrong with counts that scatter so, in a sentence; undefined for those that scatter as photons do. */
export function scatterWarning({ fano, boxes }: BackgroundScatter): string | undefined {
  if (Math.abs(fano - 1) <= tolerated) return undefined;
  const found = `the background's variance is ${fano.toFixed(2)} times its mean in ${boxes} boxes, where that of photons is equal to it`;
  return fano > 1
    ? `${found}: a photon makes about ${fano.toFixed(1)} of these counts, and standard deviations are too small by a factor of about ${Math.sqrt(fano).toFixed(2)}`
    : `${found}: the counts hold an offset, or a photon makes less than one count, and standard deviations are not those of photons`;
}
