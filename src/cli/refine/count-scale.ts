import type { PanelRecord } from "../../io/geometry/record.js";
import { copy, type NdArray } from "../../ndarray/ndarray.js";
import { InputError } from "../../ndarray/errors.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";

/** How photons became the counts of an image. */
export interface CountScale {
  /** counts of a pixel without photons */
  readonly offset: number;
  /** counts of a photon */
  readonly gain: number;
  /** sentences on what was taken from a model file, or contradicts it */
  readonly warnings: readonly string[];
}

/**
 * The offset and the gain of an image's counts: those of the options, else those that a model file states, else the image's own.
 * @param panels of the model file
 * @param source its name
 * @param image its name, and the pedestal that its header states
 * @throws InputError when its panels differ in what no option says
 */
export function countScaleOf(given: Given<RefineFlag>, panels: readonly PanelRecord[], source: string | undefined, image?: { readonly name: string; readonly pedestal: number | undefined }): CountScale {
  const panel = panels.at(0);
  for (const [name, what] of [["adc", "pedestal"], ["gain", "gain"]] as const) {
    const other = panels.find((candidate) => candidate[what] !== panel?.[what]);
    if (other && !given.has(name)) throw new InputError(`${source}: panel ${other.name} has a ${what} of ${other[what]}, and panel ${panel?.name} of ${panel?.[what]}; one for all is said with -${name}`);
  }
  const warnings: string[] = [];
  const chosen = (name: "adc" | "gain", ofFile: number | undefined, neutral: number, what: string, applied: (value: number) => string, from = source): number => {
    const own = given.number(name);
    const option = given.last(name)?.spelling;
    if (own !== undefined && ofFile !== undefined && ofFile !== neutral && ofFile !== own) warnings.push(`${from} states ${what} of ${ofFile}, and ${option} ${own} counts in its place`);
    if (own === undefined && ofFile !== undefined && ofFile !== neutral) warnings.push(`${applied(ofFile)}, as ${from} states`);
    return own ?? ofFile ?? neutral;
  };
  // Model files state 0 where their program left the counts as they are.
  const [ofModel, ofImage] = [panel?.pedestal || undefined, image?.pedestal];
  if (!given.has("adc") && ofModel !== undefined && ofImage !== undefined && ofModel !== ofImage) warnings.push(`${image?.name} states a pedestal of ${ofImage}, and ${source} of ${ofModel}, which is taken`);
  const applied = (pedestal: number): string => `a pedestal of ${pedestal} is taken off the counts`;
  const offset = chosen("adc", ofModel ?? ofImage, 0, "a pedestal", applied, ofModel === undefined ? image?.name : source);
  const gain = chosen("gain", panel?.gain, 1, "a gain", (counts) => `the counts are divided by a gain of ${counts}`);
  return { offset, gain, warnings };
}

/** The photons of an image. */
export function photonsOf(image: NdArray, { offset, gain }: CountScale): NdArray {
  const photons = copy(image, "float64");
  for (let i = 0; i < photons.size; i++) photons.data[i] = (photons.data[i] - offset) / gain;
  return photons;
}
