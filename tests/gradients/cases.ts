import { others, shapes } from "./cases/crystals-and-beams.js";
import { everyStep } from "./cases/every-step.js";
import { nanobragg } from "./cases/experiment.js";
import { placements } from "./cases/placements.js";
import { spots } from "./cases/spots-and-materials.js";
import { whole } from "./cases/whole.js";
import type { GradientCase } from "./image-gradient.js";

/** All that can be refined, in every way in which an image can be computed. */
export const cases: readonly GradientCase[] = [
  whole("everything, physical sum, nearest lookup", { oversample: 2, interpolation: "nearest" }),
  whole("everything, physical sum, tricubic lookup", { oversample: 1, interpolation: "tricubic" }),
  whole("everything, the reference's sum, nearest lookup", { ...nanobragg, interpolation: "nearest" }),
  whole("everything, the reference's sum, tricubic lookup", { ...nanobragg, oversample: 1, interpolation: "tricubic" }),
  ...everyStep,
  ...shapes,
  ...placements,
  ...others,
  ...spots,
];
