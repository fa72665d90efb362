import { known, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import { experimentAt, type Parameter } from "../../refine/parameter.js";
import type { Still } from "../../refine/still.js";
import { quotedArgument } from "../argument-file.js";
import { simulateFlags, type SimulateFlag } from "../flags.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";

/** What the refined experiment says itself. */
const replaced: ReadonlySet<SimulateFlag> = new Set([
  "cell", "mat", "misset", "misset_seed", "N", "Na", "Nb", "Nc", "cells", "xtal_size", "sample_x", "sample_y", "sample_z", "fudge", "mosaic_spread",
  "mosaic_domains", "lambda", "energy", "fluence", "flux", "exposure", "polar", "dispersion", "hdivrange", "vdivrange", "divergence",
  "distance", "close_distance", "pixel", "detpixels", "detpixels_x", "detpixels_y", "detsize", "detsize_x", "detsize_y", "Xbeam", "Ybeam", "ORGX",
  "ORGY", "detector_rotx", "detector_roty", "detector_rotz", "twotheta", "detector_abs", "detector_thick", "oversample", "interpolate", "nointerpolate", "water",
  "background",
  "img", "adc",
]);
const files: ReadonlySet<SimulateFlag> = new Set(["hkl", "mtz", "dump", "mask", "sourcefile"]);

/**
 * The refined experiment as options for simulate and refine, a line each.
 * @param given the options that the refinement began with
 * @param image of several stills, the one whose own parameters are taken
 */
export function refinedArguments(
  given: Given<SimulateFlag>,
  still: Still,
  parameters: readonly Parameter[],
  values: readonly number[],
  image: number,
  oversample: number,
  cwd: string,
): string {
  const experiment = experimentAt(still.experiment, parameters, values, image);
  const kept = given.occurrences
    .filter(({ name }) => !replaced.has(name) && simulateFlags[name].group !== "Output")
    .map(({ name, words }) => [`-${name}`, ...words.map((word) => (files.has(name) ? fromFolder(cwd, word) : word))]);
  const lines = [...kept, ...describeExperiment(experiment), ["-oversample", String(oversample)], [still.options.interpolation === "tricubic" ? "-interpolate" : "-nointerpolate"]];
  return `# the refined experiment: braggtape simulate @FILE, or braggtape refine IMAGE @FILE\n${lines
    .map((words) => words.map(quotedArgument).join(" "))
    .join("\n")}\n`;
}

function describeExperiment({ beam, crystal, detector, waterUm = 0, background = [] }: Experiment<Quantity>): string[][] {
  const option = (name: SimulateFlag, ...values: readonly Quantity[]): string[] => [`-${name}`, ...values.map((value) => String(known(value)))];
  const unless = (otherwise: number, name: SimulateFlag, value: Quantity | undefined): string[][] =>
    value === undefined || known(value) === otherwise ? [] : [option(name, value)];
  const { lattice, missetDeg = [0, 0, 0], cells = [1, 1, 1], fudge, mosaic } = crystal;
  const [rotX, rotY, rotZ] = detector.rotationDeg ?? [0, 0, 0];
  const { sensor, beamCenterMm, nearPointPixels } = detector;
  return [
    ..."a" in lattice ? [option("cell", lattice.a, lattice.b, lattice.c, lattice.alpha, lattice.beta, lattice.gamma)] : [],
    option("misset", ...missetDeg),
    option("cells", ...cells),
    ...unless(1, "fudge", fudge),
    ...(mosaic && mosaic.domains > 1 ? [option("mosaic_spread", mosaic.spreadDeg), option("mosaic_domains", mosaic.domains)] : []),
    option("lambda", beam.wavelengthA),
    ...(beam.fluence === undefined ? [] : [option("fluence", beam.fluence)]),
    ...unless(0, "polar", beam.kahnFactor),
    ...unless(0, "dispersion", beam.dispersionPercent?.range),
    ...unless(0, "hdivrange", beam.horizontalDivergenceMrad?.range),
    ...unless(0, "vdivrange", beam.verticalDivergenceMrad?.range),
    option("pixel", detector.pixelSizeMm),
    option("detpixels_x", detector.pixels.fast),
    option("detpixels_y", detector.pixels.slow),
    option("distance", detector.distanceMm ?? 100),
    ...(beamCenterMm?.x === undefined ? [] : [option("Xbeam", beamCenterMm.x)]),
    ...(beamCenterMm?.y === undefined ? [] : [option("Ybeam", beamCenterMm.y)]),
    ...(nearPointPixels?.x === undefined ? [] : [option("ORGX", nearPointPixels.x)]),
    ...(nearPointPixels?.y === undefined ? [] : [option("ORGY", nearPointPixels.y)]),
    ...unless(0, "detector_rotx", rotX),
    ...unless(0, "detector_roty", rotY),
    ...unless(0, "detector_rotz", rotZ),
    ...unless(0, "twotheta", detector.twothetaDeg),
    ...(sensor ? [option("detector_thick", sensor.thicknessUm), option("detector_abs", sensor.attenuationDepthUm)] : []),
    ...unless(0, "water", waterUm),
    ...(background.length > 0 ? [option("background", ...background)] : []),
    ...(detector.pivot ? [["-pivot", detector.pivot]] : []),
  ];
}
