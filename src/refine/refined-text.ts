import { known, type Quantity } from "../autodiff/tape.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { refinableRecords } from "./catalogue.js";
import type { Carrier, OptionWords } from "./refinables/refinable.js";

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

function carriers(): Carrier[] {
  return [...new Set([fixed, ...refinableRecords.map(({ carrier }) => carrier)])];
}

/** Options of a command line that give way to those of a refined experiment. */
export function replacedOptions(): ReadonlySet<string> {
  return new Set(["oversample", "interpolate", "nointerpolate", ...carriers().flatMap(({ replaces }) => replaces)]);
}

export interface RefinedTextOptions {
  /** lines of other options, as they were given */
  readonly kept: readonly string[];
  /** whether a mask is among them */
  readonly hasMask: boolean;
  /** undefined where the pixels' own size widens the spots */
  readonly oversample: number | undefined;
  readonly isTricubic: boolean;
}

/** A refined experiment as options for simulate and refine, a line each. */
export function refinedText(experiment: Experiment<Quantity>, { kept, hasMask, oversample, isTricubic }: RefinedTextOptions): string {
  const written = carriers().flatMap(({ words }) => words(experiment));
  // The distance to the detector's plane in a mask's header would win over -distance.
  if (hasMask) written.push(["close_distance", 1000 * known(detectorFrame(experiment.detector).closeDistance)]);
  const lines = [
    ...kept,
    ...written.map(([option, ...value]) => [`-${option}`, ...value.map((word) => (typeof word === "string" ? word : String(known(word))))].join(" ")),
    ...(oversample === undefined ? [] : [`-oversample ${oversample}`]),
    isTricubic ? "-interpolate" : "-nointerpolate",
  ];
  return `# the refined experiment: braggtape simulate @FILE, or braggtape refine IMAGE @FILE\n${lines.join("\n")}\n`;
}
