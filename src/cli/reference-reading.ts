import type { Reading } from "./parse-flags.js";
import type { SimulateFlag } from "./flags.js";

/** Options that the reference program finds in the beginning of a word; it compares the others as a whole, or does not have them. */
const byBeginning: ReadonlySet<string> = new Set<SimulateFlag>([
  "hkl", "default_F", "interpolate", "nointerpolate", "cell", "mat", "misset", "Na", "Nb", "Nc", "xtal_size", "sample_x", "sample_y", "sample_z",
  "square_xtal", "round_xtal", "gauss_xtal", "tophat_spots", "fudge", "mosaic_domains", "osc", "phisteps", "lambda", "energy", "fluence", "flux",
  "exposure", "beamsize", "nopolar", "dispersion", "dispsteps", "divergence", "hdivrange", "vdivrange", "hdivsteps", "vdivsteps", "divsteps",
  "round_div", "square_div", "sourcefile", "distance", "close_distance", "pixel", "detpixels_x", "detpixels_y", "detsize_x", "detsize_y", "mosflm",
  "denzo", "adxv", "xds", "dials", "Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY", "pivot", "detector_rotx", "detector_roty",
  "detector_rotz", "twotheta", "fdet_vector", "sdet_vector", "odet_vector", "beam_vector", "polar_vector", "spindle_axis", "pix0_vector",
  "curved_det", "point_pixel", "detector_abs", "detector_thicksteps", "img", "oversample", "roi", "mask", "dmin", "water", "floatfile", "intfile",
  "scale", "adc", "noisefile", "nonoise", "seed", "pgmfile", "pgmscale", "nopgm", "noprogress", "coherent", "density", "printout", "printout_pixel",
]);

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
  begins: (name) => byBeginning.has(name),
  zeros: new Map([
    ...["mosaic_domains", "dispsteps", "hdivsteps", "vdivsteps", "divsteps", "detector_thicksteps", "oversample", "detpixels", "detpixels_x", "detpixels_y"].map(
      (name) => [name, "not given"] as const,
    ),
    ...["N", "Na", "Nb", "Nc", "phisteps"].map((name) => [name, "1"] as const),
  ]),
  ignored: ignoredThere,
};
