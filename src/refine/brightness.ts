import type { NdArray } from "../ndarray/ndarray.js";
import type { Vector } from "../optim/vector.js";
import type { Likelihood } from "./likelihood.js";
import { coordinateOf, hasRole } from "./parameter.js";
import type { Still } from "./still.js";

/** The photons of the pixels that are used. */
export function photonsIn(image: NdArray, mask: NdArray | undefined): number {
  let photons = 0;
  for (let at = 0; at < image.size; at++) if (mask?.data[at] !== 0) photons += image.data[at];
  return photons;
}

/**
 * The coordinates where the model has as many photons as were counted, those of a smooth background aside. A start may be wrong by orders
 * of magnitude, and then the first steps of a refinement would be about nothing else.
 * @param stills those of the likelihood
 * @param x coordinates to begin with
 */
export async function brightened(likelihood: Likelihood, stills: readonly Still[], x: Vector): Promise<number[]> {
  const { parameters } = likelihood;
  const adjusted = [...x];
  const chosen = [...parameters.keys()].filter((i) => hasRole(parameters[i], "brightness"));
  if (chosen.length === 0) return adjusted;
  const images = await likelihood.images(x);
  const unlit = await likelihood.images(x.map((element, i) => (chosen.includes(i) ? coordinateOf(parameters[i], parameters[i].lower) : element)));
  const done = new Set<number | undefined>();
  for (const i of chosen) {
    const { image } = parameters[i];
    // Where scale and fluence are both refined, one of them is enough.
    if (done.has(image)) continue;
    done.add(image);
    let [counted, expected] = [0, 0];
    stills.forEach(({ counts, options: { mask } }, k) => {
      if (image !== undefined && image !== k) return;
      const background = photonsIn(unlit[k], mask);
      counted += photonsIn(counts, mask) - background;
      expected += photonsIn(images[k], mask) - background;
    });
    if (!(counted > 0 && expected > 0)) continue;
    const { lower, upper } = parameters[i];
    const value = likelihood.valuesAt(x)[i] * (counted / expected);
    adjusted[i] = coordinateOf(parameters[i], Math.min(Math.max(value, lower), upper));
  }
  return adjusted;
}
