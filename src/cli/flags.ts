import { amorphousFlags } from "./amorphous-flags.js";
import { beamFlags } from "./beam-flags.js";
import { crystalFlags } from "./crystal-flags.js";
import { detectorFlags } from "./detector-flags.js";
import { effectTable } from "./effect-flags.js";
import { outputFlags } from "./output-flags.js";
import type { Flag, FlagTable } from "./parse-flags.js";
import { samplingFlags } from "./sampling-flags.js";
import { spotFlags } from "./spot-flags.js";
import { structureFactorFlags } from "./structure-factor-flags.js";

/** The options of `braggtape simulate`: the reference program's, with its names and units, and a few more. */
const table = {
  ...structureFactorFlags,
  ...crystalFlags,
  ...spotFlags,
  ...beamFlags,
  ...detectorFlags,
  ...samplingFlags,
  ...outputFlags,
  ...amorphousFlags,
  ...effectTable,

  coherent: { group: "Without effect", idle: true, help: "coherent addition" },
  printout: {
    group: "Refused", refused: "all pixels stand in the file of -floatfile; -printout_pixel prints one of them",
    help: "print all pixels",
  },
  stolout: { group: "Refused", refused: "a scattering curve is read (-stol), and none is made of an image", help: "a curve of the image" },
} as const satisfies Readonly<Record<string, Flag>>;

export type SimulateFlag = keyof typeof table;

export const simulateFlags: FlagTable<SimulateFlag> = table;
