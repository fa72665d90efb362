import type { Quantity } from "../autodiff/tape.js";
import type { Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import type { GroupMove } from "../models/panels.js";
import type { NamesOf } from "../ndarray/fields.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { ImageOptions } from "./image-options.js";

/** What stands on the beamline besides the panels. */
export interface ExperimentOfPanels extends Omit<Experiment<Quantity>, "detector"> {
  /** what carries the panels along, if they have a carrier, and whose sensor and footprint are theirs; they stay where they say unless given */
  readonly detector?: Detector<Quantity>;
  /** of spots in closed form, as `Detector` has it; the same on all panels */
  readonly footprintMm?: Detector<Quantity>["footprintMm"];
}

/** What an image of many panels depends on. */
export interface PanelParameters<P> {
  /** of beam, crystal and structure factors */
  readonly experiment: P;
  /** how groups have moved, by their names; the others are at rest */
  readonly groups: Readonly<Record<string, GroupMove>>;
}

/** How an image of many panels is computed. */
export interface PanelOptions extends Omit<ImageOptions, "roi" | "mask" | "imageDtype" | "onRows"> {
  /** [panel, slow, fast]; pixels where it is 0 are left out */
  readonly mask?: NdArray | undefined;
}

export const optionNames: NamesOf<PanelOptions> = {
  dtype: true, oversample: true, spots: true, semantics: true, interpolation: true, dminA: true, executor: true, tileSize: true, mask: true,
  oversampleOmega: true, oversamplePolar: true, oversampleThick: true, skip: true, onProgress: true,
};
