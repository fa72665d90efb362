import { refinable, refinableRecords } from "../../refine/catalogue.js";
import { crystalSystems } from "../../refine/crystal-system.js";
import { lossNames } from "../../refine/loss.js";
import { simulateFlags, type SimulateFlag } from "../flags.js";
import { Given, namesOf, type Flag, type FlagTable } from "../parse-flags.js";

const own = {
  refine: {
    group: "Refinement", values: ["NAMES"], kind: "text",
    help: `what is refined, separated by commas: ${refinable.join(", ")}, or a single number of one of them`,
    preset: "cell,misset,distance,scale",
  },
  image: { group: "Refinement", values: ["FILE"], kind: "text", help: "measured image, in place of the one that a model file names" },
  pixels: {
    group: "Refinement", values: ["WHAT"], kind: "text", choices: ["boxes", "all"],
    help: "boxes around the reflections that the model predicts, or all pixels of the image", preset: "boxes for a model file of another program, else all",
  },
  intensities: {
    group: "Refinement", values: ["WHAT"], kind: "text", choices: ["free", "known"],
    help: "in boxes: fitted in each, or those of a file (-mtz, -hkl), which is compared with what is fitted where both are given", preset: "known where a file is given",
  },
  fix: { group: "Refinement", values: ["NAMES"], kind: "text", help: "parameters of that list which keep their starting values" },
  out: { group: "Refinement", values: ["FOLDER"], kind: "text", help: "where the results are written", preset: "refined" },
  resume: { group: "Refinement", help: "continue the refinement whose results are in that folder; one on boxes begins anew unless it has ended" },
  system: {
    group: "Refinement", values: ["WHAT"], kind: "text", choices: crystalSystems,
    help: "crystal system, which ties edges and angles", preset: "as the starting cell looks",
  },
  separate_N: { group: "Refinement", help: "a number of cells of its own along each axis" },
  background_terms: {
    group: "Refinement", values: ["n"], kind: "count",
    help: "number of terms of the smooth background: 1 flat, 3 a plane, 4 and a radial term, 6 all of second order", preset: "3",
  },
  blocks: {
    group: "Refinement", values: ["K"], kind: "text",
    help: "number of blocks that the crystal is made of, each with a rotation and a weight; auto: as many as explain reflections better that are kept aside", preset: "-block",
  },
  loss: { group: "Refinement", values: ["WHAT"], kind: "text", choices: lossNames, help: "how the difference between image and model is weighted", preset: "poisson" },
  read_noise: {
    group: "Refinement", values: ["sigma"], kind: "nonNegative", unit: "photons",
    help: "noise of the detector itself, for the losses other than poisson", preset: "0",
  },
  restrain: {
    group: "Refinement", several: true, values: ["NAME", "target", "sigma"], kind: "text",
    help: "value that is known from elsewhere, with its standard deviation; may be given several times",
  },
  bounds: { group: "Refinement", several: true, values: ["NAME", "low", "high"], kind: "text", help: "limits of a parameter; may be given several times" },
  overload: { group: "Refinement", values: ["counts"], kind: "positive", help: "pixels with this count or more are left out", preset: "as the files state, else 65535" },
  beamstop: {
    group: "Refinement", values: ["fast", "slow", "radius"], unit: "pixels",
    help: "a round shadow that is left out",
  },
  coarse: {
    group: "Refinement", values: ["FACTORS"], kind: "text",
    help: "factors by which the spots are widened in the first stages, separated by commas; none begins with sharp spots", preset: "4,2",
  },
  starts: { group: "Refinement", values: ["n"], kind: "count", help: "number of starting orientations that are tried", preset: "1" },
  within: { group: "Refinement", values: ["angle"], kind: "positive", unit: "degrees", help: "largest angle by which they are turned from the given one", preset: "1" },
  steps: { group: "Refinement", values: ["n"], kind: "count", help: "largest number of steps in each stage", preset: "100" },
  seconds: { group: "Refinement", values: ["time"], kind: "positive", unit: "s", help: "longest time" },
  together: { group: "Many images", help: "the images show one crystal in one mounting; only their scale and background differ" },
  list: { group: "Many images", values: ["FILE"], kind: "text", help: "names of images, one a line" },
  shard: { group: "Many images", values: ["i/n"], kind: "text", help: "only every n-th image, beginning with the i-th" },
  merge: { group: "Many images", help: "collect the results that the shards have written to the folder" },
} as const satisfies Readonly<Record<string, Flag>>;

type OwnFlag = keyof typeof own;
export type RefineFlag = OwnFlag | SimulateFlag;

/** What of simulate says how its images are written, which refine does not. */
const idle: ReadonlySet<SimulateFlag> = new Set([
  "floatfile", "intfile", "scale", "noisefile", "nonoise", "seed", "pgmfile", "pgmscale", "nopgm", "png",
  "readout_noise", "calibration", "module_calibration", "modules", "psf", "psf_type", "flicker", "shot", "dead", "hot", "saturation", "count_limit",
]);

/** The options of `braggtape refine`: its own, and those of simulate as the start. */
export const refineFlags: FlagTable<RefineFlag> = {
  ...own,
  ...simulateFlags,
  adc: { ...simulateFlags.adc, group: "Refinement", help: "offset of the image's counts, which is subtracted first", preset: "as a model file or the image's header states, else 0" },
  gain: { ...simulateFlags.gain, group: "Refinement", help: "counts for a photon, by which the image's counts are divided", preset: "as a model file states, else 1" },
  oversample: { ...simulateFlags.oversample, preset: "1, 2, or enough to resolve the spots, whichever explains the image best" },
  threads: { ...simulateFlags.threads, preset: "one a core" },
  json: { ...simulateFlags.json, help: "the result as one JSON object on stdout, a line an image" },
  progress: { ...simulateFlags.progress, help: "a line on stderr after each step", preset: "default" },
  noprogress: { ...simulateFlags.noprogress, help: "no line after each step" },
};

export function isIdle(name: RefineFlag): boolean {
  return [...idle].some((hidden) => hidden === name);
}

/** The table without what has no effect here, for the help. */
export function shownFlags(): FlagTable<string> {
  const shown = namesOf(refineFlags).filter((name) => !isIdle(name)).map((name) => [name, refineFlags[name]] as const);
  return Object.fromEntries(shown.filter(([, { group }]) => group !== "Without effect" && group !== "Refused"));
}

/** What can be refined, a line each, for the help. */
export function describeRefinables(): string {
  const lines = refinableRecords.map(({ name, aliases = [], members = [], help }) => {
    const also = [...(members.length > 0 ? [`one by one: ${members.join(", ")}`] : []), ...(aliases.length > 0 ? [`also ${aliases.join(", ")}`] : [])];
    return `  ${name.padEnd(32)}${help}${also.map((text) => `; ${text}`).join("")}\n`;
  });
  return `What can be refined\n${lines.join("")}`;
}

/** The options that simulate has too, as it reads them. */
export function asSimulateFlags(given: Given<RefineFlag>): Given<SimulateFlag> {
  const names: readonly string[] = namesOf(simulateFlags);
  const isSimulate = (name: RefineFlag): name is SimulateFlag => names.includes(name);
  return new Given<SimulateFlag>(
    given.occurrences.flatMap((occurrence) => {
      const { name } = occurrence;
      return isSimulate(name) && !idle.has(name) ? [{ ...occurrence, name }] : [];
    }),
    [],
    given.warnings,
  );
}
