/** How wide the spots of a crystal are taken to be where a refinement on boxes starts: as options say, its model file, or neither. */
import { statedMosaicityDeg } from "../../io/geometry/mosaicity.js";
import type { CrystalRecord } from "../../io/geometry/record.js";
import { meanSquareAngleFactor } from "../../models/ran1.js";
import { Given, type Occurrence } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";

/** What says how many cells a domain has, or how long it is. */
const ofDomains: readonly RefineFlag[] = ["domain", "N", "Na", "Nb", "Nc", "cells", "xtal_size"];
/** In Å: a guess that a refinement starts from. */
const expectedDomain = 1000;
/** In degrees: the mosaicity about each axis, which is refined as a tensor. */
const expectedSpread = 0.1;

/** Who says what nobody says. */
const assumed = "default";

/** A crystal of a model file. */
export interface StatedCrystal {
  readonly crystal: CrystalRecord;
  /** of the file */
  readonly source: string;
}

/** Options that say how wide spots are, and sentences on what was taken of them. */
export interface StatedWidths {
  readonly given: Given<RefineFlag>;
  readonly warnings: readonly string[];
}

/**
 * The options with widths to start from.
 * @param stated the crystal of the model file, where there is one
 * @param isExpected whether widths that nothing states are taken to be usual, and not 0
 */
export function withStatedWidths(given: Given<RefineFlag>, stated: StatedCrystal | undefined, isExpected: boolean): StatedWidths {
  const warnings: string[] = [];
  const source = stated?.source ?? assumed;
  const added: Occurrence<RefineFlag>[] = [];
  const add = (name: RefineFlag, spelling: string, value: number): void => {
    const numbers = [value, value, value, 0, 0, 0];
    added.push({ name, spelling, words: numbers.map(String), numbers, place: given.occurrences.length });
  };
  const degrees = (value: number): string => `${Number(value.toPrecision(3))} degrees`;
  if (!given.has(...ofDomains)) {
    const size = stated?.crystal.domainSizeA;
    add("domain", size === undefined ? assumed : source, size ?? expectedDomain);
    if (size !== undefined) warnings.push(`the domain starts at ${size.toFixed(0)} A, as ${source} states`);
  }
  const spread = given.number("mosaic_spread") ?? 0;
  const ofModel = stated && statedMosaicityDeg(stated.crystal);
  if (given.has("eta")) {
    if (spread > 0) warnings.push("-eta counts in place of -mosaic_spread");
  } else if (spread > 0) {
    const deviation = spread * Math.sqrt(meanSquareAngleFactor / 3);
    add("eta", "-mosaic_spread", deviation);
    warnings.push(`domains turned within a -mosaic_spread of ${spread} degrees have a mosaicity of ${degrees(deviation)} about each axis (-eta), which is where it starts`);
  } else if (ofModel !== undefined) {
    add("eta", source, ofModel);
    warnings.push(`the mosaicity starts at ${degrees(ofModel)} about each axis, as ${source} states`);
  } else if (isExpected) add("eta", assumed, expectedSpread);
  return { given: new Given([...given.occurrences.filter(({ name }) => name !== "mosaic_spread"), ...added], given.operands, given.warnings), warnings };
}
