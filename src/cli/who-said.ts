import type { HeaderSettings } from "../io/header-settings.js";
import type { Experiment } from "../models/experiment.js";
import { statedFacts, type FactName, type StatedFact } from "../view/stated-fact.js";
import type { SimulateFlag } from "./flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";

/** The options that state each fact. */
const statedByOptions: Readonly<Record<FactName, readonly SimulateFlag[]>> = {
  wavelength: ["lambda", "energy"],
  dispersion: ["dispersion", "dispsteps"],
  bandwidth: ["bandwidth"],
  fluence: ["fluence", "flux", "exposure"],
  polarization: ["polar", "nopolar"],
  pixels: ["detpixels", "detpixels_x", "detpixels_y", "pixel", "detsize", "detsize_x", "detsize_y"],
  distance: ["distance", "close_distance"],
  centre: ["Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY", "pix0_vector"],
  sensor: ["detector_thick", "detector_abs"],
  cell: ["cell", "mat"],
  orientation: ["misset", "random_orientation", "mat"],
  turn: ["osc", "phistep", "phisteps"],
  cells: ["cells", "N", "Na", "Nb", "Nc", "xtal_size", "sample_x", "sample_y", "sample_z"],
  spread: ["mosaic_spread", "mosaic_domains"],
  eta: ["eta"],
  amplitudes: ["hkl", "mtz", "pdb", "dump", "default_F"],
};

/** What of a geometry file's record states each fact. */
const statedInGeometry: Partial<Readonly<Record<FactName, string>>> = {
  wavelength: "beam.wavelengthA",
  polarization: "beam.kahnFactor",
  pixels: "panels",
  distance: "panels",
  centre: "panels",
  sensor: "panels",
  cell: "crystals",
  orientation: "crystals",
  cells: "crystals",
  turn: "scan",
};

const statedInHeader: Partial<Readonly<Record<FactName, keyof HeaderSettings>>> = {
  wavelength: "wavelengthA",
  pixels: "pixelSizeMm",
  distance: "distanceMm",
  centre: "beamCenterXMm",
  turn: "oscRangeDeg",
};

/**
 * What an experiment of the command line is, and who said it: an option, a file, or nobody, so that it is a default.
 * @param image whose header is heeded where no option speaks
 */
export function factsFromFlags(
  experiment: Experiment,
  given: Given<SimulateFlag>,
  { geometry, mtz, scatterer, imageHeader }: Pick<InputFiles, "geometry" | "mtz" | "scatterer" | "imageHeader">,
  image?: string,
): StatedFact[] {
  const header = image ?? given.word("img");
  return statedFacts(experiment, (name) => {
    const option = given.last(...statedByOptions[name]);
    if (option) return [option.spelling, ...(option.numbers.some(Number.isNaN) ? option.words : [])].join(" ");
    if (name === "amplitudes" && scatterer !== undefined) return scatterer;
    const inGeometry = statedInGeometry[name];
    const file = geometry && inGeometry !== undefined ? geometry.statedBy.get(inGeometry) : undefined;
    if (file !== undefined) return file;
    const key = statedInHeader[name];
    if (!geometry && header !== undefined && key !== undefined && imageHeader?.[key] !== undefined) return `header of ${header}`;
    if (name === "cell" && mtz) return mtz.name;
    return "default";
  });
}
