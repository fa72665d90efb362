import type { Reading } from "./parse-flags.js";
import type { SimulateFlag } from "./flags.js";

/** Options of the reference program that it compares as whole words. */
const whole: readonly SimulateFlag[] = ["N", "detector_thick", "detsize", "detpixels", "polar", "mosaic_spread", "hdivstep", "vdivstep", "phi", "phistep", "MW", "stol", "4stol", "Q"];
/** Options that it does not have. */
const own: readonly SimulateFlag[] = [
  "mtz", "column", "dump", "policy", "cells", "semantics", "background", "dtype", "threads", "executor", "png", "json", "progress", "help", "version", "reference_cell",
];
const compared: ReadonlySet<string> = new Set([...whole, ...own]);

/** Options of its own examples that it passes over without a word, and what is meant. */
const ignoredThere: ReadonlyMap<string, string> = new Map([
  ["hdiv", "-hdivrange"],
  ["vdiv", "-vdivrange"],
  ["dispstep", "-dispsteps"],
]);

/**
 * How the reference program reads a command line: an option by its beginning, and counts of 0 as not given, or as 1.
 *
 * Source: the reference program's reading of its arguments and its sampling rules.
 */
export const referenceReading: Reading = {
  begins: (name) => !compared.has(name),
  zeros: new Map([
    ...["mosaic_domains", "dispsteps", "hdivsteps", "vdivsteps", "divsteps", "detector_thicksteps", "oversample", "detpixels", "detpixels_x", "detpixels_y"].map(
      (name) => [name, "not given"] as const,
    ),
    ...["N", "Na", "Nb", "Nc", "phisteps"].map((name) => [name, "1"] as const),
  ]),
  ignored: ignoredThere,
};
