import type { Flag } from "./parse-flags.js";

const group = "Series of shots";
const scatter = (quantity: string, unit: "percent" | "degrees", help: string) =>
  ({ group, values: ["deviation", "seed"], fewest: 1, kind: "nonNegative", unit, help: `standard deviation of the ${quantity} from shot to shot, and the seed of its draws: ${help}`, preset: "0 1" }) as const;

/** The options of `simulate` for many stills, each of another crystal. */
export const shotFlags = {
  shots: { group, values: ["N"], kind: "count", help: "draw N stills, or with -osc images of a turn, each with noise in a file of its own, and their truth in shots.expt and shots.json" },
  out: { group, values: ["FOLDER"], kind: "text", help: "where the shots are written", preset: "shots" },
  format: { group, values: ["FORMAT"], kind: "text", choices: ["cbf", "smv"], help: "of the images: 32-bit CBF without, or 16-bit SMV with the counts of -adc", preset: "cbf" },
  resume: { group, help: "leave the shots that stand in the folder as they are, and draw the others" },
  shard: { group, values: ["i/n"], kind: "text", help: "only every n-th shot, beginning with the i-th" },
  misset_scatter: scatter("misset", "degrees", "turns about X, Y and Z, Gaussian; -random_orientation SEED turns every shot to any orientation"),
  cell_scatter: scatter("cell's edges", "percent", "Gaussian; edges that are equal stay so"),
  size_scatter: scatter("crystal's size", "percent", "its logarithm is Gaussian, and the same along a, b and c"),
  fluence_scatter: scatter("fluence", "percent", "gamma distributed, as a free electron laser's; 100 is a single mode"),
  lambda_scatter: scatter("wavelength", "percent", "Gaussian"),
} as const satisfies Readonly<Record<string, Flag>>;

export type ShotFlag = keyof typeof shotFlags;
