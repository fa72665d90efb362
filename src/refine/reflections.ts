import { InputError } from "../ndarray/errors.js";
import { photonsIn } from "./brightness.js";
import { coarseStill } from "./coarse.js";
import { stillModel } from "./still-model.js";
import type { ReadyStill } from "./still.js";

/**
 * Refuses a start whose crystal scatters nothing into the pixels that are used: no step could then find a way.
 *
 * Spots as wide as the distance to the next one show whether any reflection with an amplitude above 0 lies there at all.
 * @throws InputError that names the image
 */
export async function checkReflections(stills: readonly ReadyStill[]): Promise<void> {
  for (const [image, still] of stills.entries()) {
    const { experiment, options } = coarseStill(still, Infinity);
    const { background: _background, amorphous: _amorphous, ...crystalAlone } = experiment;
    const { image: expected } = await stillModel({ experiment: crystalAlone, options }).simulate([]);
    if (photonsIn(expected, still.mask) > 0) continue;
    const name = still.name ?? (stills.length > 1 ? `image ${image + 1}` : "the image");
    throw new InputError(`no reflection with an amplitude above 0 meets a pixel of ${name} that is used: look at the cell, the distance, the wavelength, the resolution limit and the list of reflections`);
  }
}
