import { known, type Quantity } from "../../autodiff/tape.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { refinableRecords } from "../../refine/catalogue.js";
import { experimentAt, type Parameter } from "../../refine/parameter.js";
import type { Carrier, OptionWords } from "../../refine/refinables/record.js";
import type { Still } from "../../refine/still.js";
import { quotedArgument } from "../argument-file.js";
import { simulateFlags, type SimulateFlag } from "../flags.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";

/** What is not refined, and may have come from the header of the image, which simulate does not see. */
const fixed: Carrier = {
  replaces: ["pixel", "detpixels", "detpixels_x", "detpixels_y", "detsize", "detsize_x", "detsize_y", "phi", "osc", "phistep", "phisteps", "img", "adc"],
  words: ({ detector: { pixelSizeMm, pixels }, crystal: { scan } }) => [
    ["pixel", pixelSizeMm],
    ["detpixels_x", pixels.fast],
    ["detpixels_y", pixels.slow],
    ...(scan ? scanWords(scan.phiDeg, scan.stepDeg, scan.steps) : []),
  ],
};

function scanWords(phiDeg: Quantity, stepDeg: Quantity, steps: number): OptionWords[] {
  if (steps === 1 && known(phiDeg) === 0) return [];
  return [["phi", phiDeg], ["osc", known(stepDeg) * steps], ["phistep", stepDeg], ["phisteps", steps]];
}

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
  const carriers = [...new Set([fixed, ...refinableRecords.map(({ carrier }) => carrier)])];
  const replaced = new Set(["oversample", "interpolate", "nointerpolate", ...carriers.flatMap(({ replaces }) => replaces)]);
  const kept = given.occurrences.filter(({ name }) => !replaced.has(name) && simulateFlags[name].group !== "Output");
  const keptWords = kept.map(({ name, words }) => [`-${name}`, ...words.map((word) => (files.has(name) ? fromFolder(cwd, word) : word))]);
  const written = carriers.flatMap(({ words }) => words(experiment));
  // The distance to the detector's plane in a mask's header would win over -distance.
  if (kept.some(({ name }) => name === "mask")) written.push(["close_distance", closeDistanceMm(experiment)]);
  const lines = [
    ...keptWords,
    ...written.map(([option, ...value]) => [`-${option}`, ...value.map((word) => (typeof word === "string" ? word : String(known(word))))]),
    ["-oversample", String(oversample)],
    [still.options.interpolation === "tricubic" ? "-interpolate" : "-nointerpolate"],
  ];
  return `# the refined experiment: braggtape simulate @FILE, or braggtape refine IMAGE @FILE\n${lines
    .map((words) => words.map(quotedArgument).join(" "))
    .join("\n")}\n`;
}

function closeDistanceMm({ detector }: Experiment<Quantity>): number {
  return 1000 * known(detectorFrame(detector).closeDistance);
}
