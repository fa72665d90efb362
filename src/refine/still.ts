import type { Experiment } from "../models/experiment.js";
import { stackShape } from "../models/panels.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import type { ImageOptions } from "../simulate/image-options.js";

/** A measured image, and what is known of the experiment that it came from. */
export interface Still {
  /** where the refinement starts */
  readonly experiment: Experiment;
  /** how its image is simulated; which pixels are used */
  readonly options: ImageOptions;
  /** photons counted, [slow, fast] or, of an experiment with many panels, [panel, slow, fast] */
  readonly counts: NdArray;
  /** counts from which on a pixel is overloaded; 65535 unless given */
  readonly overload?: number;
  /** what messages call it; "the image", with its number among several, unless given */
  readonly name?: string;
}

/** A round shadow on the detector. */
export interface BeamStop {
  /** middle, in pixels from the corner */
  readonly fast: number;
  /** centre along slow, in pixels */
  readonly slow: number;
  /** in pixels */
  readonly radius: number;
}

/** Which pixels of an image are used. */
export interface PixelRules {
  /** counts from which on a pixel is overloaded; 65535 unless given */
  readonly overload?: number;
  /** counts below which a pixel tells nothing; none unless given */
  readonly fewest?: number;
  /** a disc of an image of one panel that is left out */
  readonly beamStop?: BeamStop;
  /** of the image's shape; pixels where it is 0 are left out */
  readonly mask?: NdArray | undefined;
}

/** Which pixels are used, and how many are not. */
export interface UsablePixels {
  /** int32, of the image's shape: 1 where a pixel is used */
  readonly mask: NdArray;
  /** number of pixels at or above the overload */
  readonly overloaded: number;
  /** pixels with fewer counts than there can be, of those that nothing else leaves out */
  readonly tooFew: number;
  /** pixels that are NaN or infinite */
  readonly notNumbers: number;
}

/**
 * Which pixels of an image can be compared with a model: numbers, neither overloaded nor too few, not behind the beam stop, and not masked.
 * @param counts [slow, fast] or [panel, slow, fast]
 * @throws ShapeError when the mask has another shape; InputError when the beam stop is none, or there are many panels that it could lie on
 */
export function usablePixels(counts: NdArray, rules: PixelRules = {}): UsablePixels {
  checkOptions("usablePixels", rules, { overload: true, fewest: true, beamStop: true, mask: true });
  const { overload = sixteenBits, fewest = -Infinity, beamStop, mask } = rules;
  if (mask && !sameShape(mask.shape, counts.shape)) {
    throw new ShapeError(`the mask has shape ${describeShape(mask.shape)} and the image ${describeShape(counts.shape)}`);
  }
  if (beamStop && !(beamStop.radius > 0)) throw new InputError(`the beam stop has the radius ${beamStop.radius}; it must be above 0`);
  if (beamStop && counts.rank !== 2) throw new InputError("a beam stop is a disc on a detector of one panel; a mask leaves out pixels of many");
  const columns = counts.shape[counts.rank - 1];
  const [values, masked] = [flatData(counts), mask && flatData(mask)];
  const usable = zeros(counts.shape, "int32");
  let [overloaded, tooFew, notNumbers] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const count = values[at];
    const isHidden = beamStop && Math.hypot((at % columns) + 0.5 - beamStop.fast, Math.floor(at / columns) + 0.5 - beamStop.slow) <= beamStop.radius;
    if (!Number.isFinite(count)) notNumbers++;
    else if (count >= overload) overloaded++;
    else if (isHidden || masked?.[at] === 0) continue;
    else if (count < fewest) tooFew++;
    else usable.data[at] = 1;
  }
  return { mask: usable, overloaded, tooFew, notNumbers };
}

/** The counts with 0 in place of what is no number or not used, so that nothing of it can spread. */
function cleaned(counts: NdArray, mask: NdArray): NdArray {
  const result = zeros(counts.shape, "float64");
  const [values, used] = [flatData(counts), flatData(mask)];
  for (let at = 0; at < values.length; at++) if (used[at] !== 0) result.data[at] = values[at];
  return result;
}

/** A still whose counts are numbers in the pixels that are used. */
export interface ReadyStill extends Still {
  /** int32, of the counts' shape */
  readonly mask: NdArray;
}

/** Of the pixels, so many may have fewer counts than there can be before the whole image is in doubt. */
const mostTooFew = 1 / 3;
const sixteenBits = 65535;

/**
 * Leaves out the pixels that are no number, are overloaded, or have fewer counts than the loss can be asked for: detectors mark dead
 * pixels so.
 * @param warnings receives a sentence for each image that has some
 * @param fewest of the loss; any count will do unless given
 * @throws InputError when no pixel of an image is left, none of them has seen a photon, or too many have fewer than none
 */
export function readyStills(stills: readonly Still[], warnings: Set<string>, fewest = -Infinity): ReadyStill[] {
  if (stills.length === 0) throw new InputError("there is no image to refine against");
  return stills.map((still, i) => {
    const name = still.name ?? (stills.length > 1 ? `image ${i + 1}` : "the image");
    const { overload = sixteenBits } = still;
    checkShape(name, still);
    const { mask, overloaded, tooFew, notNumbers } = usablePixels(still.counts, { mask: stackMask(still), overload, fewest });
    if (overloaded > 0) warnings.add(`${name}: ${pixels(overloaded)} overloaded at ${overload} counts, and left out`);
    if (notNumbers > 0) warnings.add(`${name}: ${pixels(notNumbers)} NaN or infinite, and left out`);
    if (tooFew > 0) warnings.add(`${name}: ${pixels(tooFew)} below ${fewest} counts, and left out`);
    let [left, brightest] = [0, 0];
    const counts = cleaned(still.counts, mask);
    for (let at = 0; at < counts.size; at++) {
      left += mask.data[at];
      brightest = Math.max(brightest, counts.data[at]);
    }
    if (tooFew > mostTooFew * (left + tooFew)) {
      throw new InputError(`${name} is below ${fewest} counts in ${tooFew} of ${left + tooFew} pixels, where this loss has no meaning: take less off the counts, or choose another loss`);
    }
    if (left === 0) throw new InputError(`no pixel of ${name} is left to refine against: all of them are masked, overloaded or NaN`);
    if (brightest === 0) throw new InputError(`no pixel of ${name} that could be used has counted a photon`);
    return { ...still, counts, options: { ...still.options, mask }, mask };
  });
}

/** @throws ShapeError when the counts are not those of the experiment's panels */
function checkShape(name: string, { experiment: { panels }, counts: { shape } }: Still): void {
  const wanted = panels && stackShape(panels);
  if (wanted && !sameShape(shape, wanted)) throw new ShapeError(`${name} has the shape ${describeShape(shape)}, and its ${wanted[0]} panels ${describeShape(wanted)}`);
}

/** The mask of a still without what fills up panels that are smaller than the largest. */
function stackMask({ experiment: { panels }, counts: { shape }, options: { mask: own } }: Still): NdArray | undefined {
  if (panels === undefined || panels.panels.every(({ pixels: { slow, fast } }) => slow === shape[1] && fast === shape[2])) return own;
  const mask = zeros(shape, "int32");
  const used = own && flatData(own);
  panels.panels.forEach(({ pixels: { slow, fast } }, panel) => {
    for (let row = 0; row < slow; row++) {
      for (let column = 0; column < fast; column++) {
        const at = (panel * shape[1] + row) * shape[2] + column;
        mask.data[at] = used?.[at] === 0 ? 0 : 1;
      }
    }
  });
  return mask;
}

function pixels(count: number): string {
  return count === 1 ? "1 pixel is" : `${count} pixels are`;
}
