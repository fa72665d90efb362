import type { Detector } from "../../models/detector.js";
import { experimentAt, type Parameter } from "../../refine/parameter.js";
import { refinedText, replacedOptions } from "../../refine/refined-text.js";
import type { Still } from "../../refine/still.js";
import { quotedArgument } from "../argument-file.js";
import { simulateFlags, type SimulateFlag } from "../flags.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";

const files: ReadonlySet<SimulateFlag> = new Set(["hkl", "mtz", "dump", "mask", "sourcefile"]);

/** What a geometry file stated is written as options of its own. */
const stated: ReadonlySet<SimulateFlag> = new Set(["geometry", "crystal"]);

/** The directions of a detector that no convention has, which came from a geometry file. */
function axisLines({ axes, sensor }: Detector): string[] {
  const { fast, slow, normal, beam, polarization, spindle, twotheta } = axes ?? {};
  const vectors: readonly [SimulateFlag, readonly number[] | undefined][] = [
    ["fdet_vector", fast], ["sdet_vector", slow], ["odet_vector", normal], ["beam_vector", beam], ["polar_vector", polarization], ["spindle_axis", spindle], ["twotheta_axis", twotheta],
  ];
  return [
    ...vectors.flatMap(([flag, vector]) => (vector ? [`-${flag} ${vector.join(" ")}`] : [])),
    ...(sensor ? [`-detector_thick ${sensor.thicknessUm}`, `-detector_abs ${sensor.attenuationDepthUm}`, `-detector_thicksteps ${sensor.layers}`] : []),
  ];
}

/** The lines of the options that a refined experiment does not say itself. */
export function keptLines(given: Given<SimulateFlag>, cwd: string): string[] {
  const replaced = replacedOptions();
  return given.occurrences
    .filter(({ name }) => !replaced.has(name) && !stated.has(name) && simulateFlags[name].group !== "Output")
    .map(({ name, words }) => [`-${name}`, ...words.map((word) => (files.has(name) ? fromFolder(cwd, word) : word))].map(quotedArgument).join(" "));
}

/** Whether a mask is among the lines that are kept. */
export function keepsMask(given: Given<SimulateFlag>): boolean {
  return given.has("mask") && !replacedOptions().has("mask");
}

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
  return refinedText(experimentAt(still.experiment, parameters, values, image), {
    kept: [...keptLines(given, cwd), ...(given.has("geometry") ? axisLines(still.experiment.detector) : [])],
    hasMask: keepsMask(given),
    oversample: still.options.spots === "closed" ? still.options.oversample : oversample,
    isTricubic: still.options.interpolation === "tricubic",
  });
}
