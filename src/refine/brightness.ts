import type { Vector } from "../optim/vector.js";
import type { Likelihood } from "./likelihood.js";
import { coordinateOf } from "./parameter.js";
import type { Still } from "./still.js";

/** Whether a parameter multiplies what the crystal scatters. */
export function isBrightness(name: string): boolean {
  return /^(scale|fluence)(\[\d+\])?$/.test(name);
}

/**
 * The coordinates where the model has as many photons as were counted: by order of magnitude a start may be wrong, and then the
 * first steps of a refinement would be about nothing else.
 * @param stills those of the likelihood
 * @param x coordinates to begin with
 */
export async function brightened(likelihood: Likelihood, stills: readonly Still[], x: Vector): Promise<number[]> {
  const { parameters } = likelihood;
  const adjusted = [...x];
  const chosen = [...parameters.keys()].filter((i) => isBrightness(parameters[i].name));
  const images = chosen.length === 0 ? [] : await likelihood.images(x);
  const done = new Set<number | undefined>();
  for (const i of chosen) {
    const { image } = parameters[i];
    // Where scale and fluence are both refined, one of them is enough.
    if (done.has(image)) continue;
    done.add(image);
    let [counted, expected] = [0, 0];
    stills.forEach(({ counts, options: { mask } }, k) => {
      if (image !== undefined && image !== k) return;
      for (let at = 0; at < counts.size; at++) {
        if (mask?.data[at] === 0) continue;
        counted += counts.data[at];
        expected += images[k].data[at];
      }
    });
    if (!(counted > 0 && expected > 0)) continue;
    const { lower, upper } = parameters[i];
    const value = likelihood.valuesAt(x)[i] * (counted / expected);
    adjusted[i] = coordinateOf(parameters[i], Math.min(Math.max(value, lower), upper));
  }
  return adjusted;
}
