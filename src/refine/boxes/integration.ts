import type { Data } from "../../ndarray/dtype.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import { BoxLikelihood } from "./box-likelihood.js";
import { boxesAround, type Box, type Boxes, type LeftOut } from "./box.js";
import { intensityOf, type BoxIntensity } from "./intensity.js";
import type { BackgroundTerms } from "./local-fit.js";
import type { Place } from "../offsets.js";
import type { BoxStill } from "./options.js";
import { pointsNeeded } from "./points.js";
import type { PredictedReflection } from "./prediction.js";
import { ProfileProgram } from "./profile-program.js";

/** A reflection whose intensity was fitted. */
export interface IntegratedReflection extends BoxIntensity {
  readonly box: Box;
  /** photons of the background in a pixel */
  readonly background: number;
  /** mean squared residual of the box's pixels, in units of max(model, 0.1) */
  readonly residual: number;
  /** middle of the spot as the model has it, and as the counts above the background have it, in pixels; undefined where too few stand out */
  readonly modelled: Place;
  readonly observed: Place | undefined;
}

/** All boxes of a crystal with their profiles fitted. */
export interface Integration {
  readonly reflections: readonly IntegratedReflection[];
  readonly boxes: Boxes;
  /** photons that the model expects in the boxes' pixels */
  readonly model: Data;
  readonly leftOut: readonly LeftOut[];
}

/** Variance of a pixel that expects next to nothing. */
const fewest = 0.1;

/**
 * Fits the intensities of reflections with a refined model.
 * @param squareOf known |F|² of a reflection; free unless given
 */
export function integrate(
  { counts, mask, experiment }: BoxStill,
  reflections: readonly PredictedReflection[],
  others: readonly PredictedReflection[],
  backgroundTerms: BackgroundTerms,
  squareOf?: (hkl: PredictedReflection["hkl"]) => number | undefined,
): Integration {
  const known = squareOf ? reflections.filter(({ hkl }) => squareOf(hkl) !== undefined) : reflections;
  const boxes = boxesAround(counts, mask, known, others);
  const squares = squareOf && boxes.boxes.map(({ reflection: { hkl } }) => squareOf(hkl) ?? 0);
  const likelihood = new BoxLikelihood({ experiment, parameters: [], boxes, backgroundTerms, program: new ProfileProgram(experiment, [], pointsNeeded(known)), ...(squares && { squares }) });
  const state = likelihood.stateAt([]);
  const model = likelihood.modelAt(state);
  const integrated = boxes.boxes.map((box, i): IntegratedReflection => {
    const { first, end } = box;
    let residual = 0;
    for (let p = first; p < end; p++) residual += (boxes.pixels.counts[p] - model[p]) ** 2 / Math.max(model[p], fewest);
    const fit = state.fits[i];
    const background = fit.background[0];
    return {
      ...intensityOf({ first, end, slopes: likelihood.slopes }, state.profile, fit),
      box,
      background,
      residual: residual / (end - first),
      modelled: middleOf(boxes, box, (p) => state.profile[p]) ?? box.reflection,
      observed: middleOf(boxes, box, (p) => {
        const above = boxes.pixels.counts[p] - background;
        return above > 3 * Math.sqrt(background) + 1 ? above : 0;
      }),
    };
  });
  return { reflections: integrated, boxes, model, leftOut: boxes.leftOut };
}

function middleOf({ pixels }: Boxes, { first, end }: Box, weight: (pixel: number) => number): Place | undefined {
  let [total, fast, slow] = [0, 0, 0];
  for (let p = first; p < end; p++) {
    const w = weight(p);
    total += w;
    fast += w * pixels.fast[p];
    slow += w * pixels.slow[p];
  }
  return total > 0 ? { fast: fast / total, slow: slow / total } : undefined;
}

/**
 * Puts the modelled photons of boxes in their places of an image.
 * @param image, mask [slow, fast] or [panel, slow, fast]; the mask becomes 1 in boxes
 * @param isWanted which boxes
 */
export function placeBoxes({ reflections, boxes: { pixels }, model }: Integration, image: NdArray, mask: NdArray, isWanted: (reflection: IntegratedReflection) => boolean): void {
  const [height, width] = image.shape.slice(-2);
  for (const { first, end } of reflections.filter(isWanted).map(({ box }) => box)) {
    for (let p = first; p < end; p++) {
      const at = (pixels.panel[p] * height + Math.floor(pixels.slow[p])) * width + Math.floor(pixels.fast[p]);
      image.data[at] = model[p];
      mask.data[at] = 1;
    }
  }
}
