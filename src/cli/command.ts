import { InputError } from "../ndarray/errors.js";
import { quote } from "../io/field.js";
import { withArgumentFiles } from "./argument-file.js";
import type { Environment } from "./environment.js";
import { exitCodeOf } from "./exit-code.js";
import { didYouMean, suggestions } from "./suggestion.js";
import { version } from "./version.js";

type Command = (argv: readonly string[], environment: Environment) => Promise<number | void>;

/** What a command needs is loaded for it alone: to read all files takes longer than many a command. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ["simulate", async () => (await import("./simulate.js")).runSimulate],
  ["refine", async () => (await import("./refine.js")).runRefine],
  ["convert", async () => (await import("./convert.js")).runConvert],
  ["view", async () => (await import("./view.js")).runView],
  ["describe", async () => (await import("./describe.js")).runDescribe],
  ["noisify", async () => (await import("./noisify.js")).runNoisify],
  ["add", async () => (await import("./add.js")).runAdd],
  ["compare", async () => (await import("./compare.js")).runCompare],
  ["example", async () => (await import("./example.js")).runExample],
]);

const usage = `braggtape: X-ray diffraction images of crystals, simulated and refined

  braggtape simulate ...      an image, with the options of nanoBragg
  braggtape refine IMAGE ...  from a measured image to the crystal, with standard deviations
  braggtape view [IMAGE ...]  images, a model beside one, or a simulated detector in a browser
  braggtape convert IN OUT    between reflection formats, or between image formats
  braggtape noisify IN OUT    the photons of an image as a detector counts them
  braggtape add IN ... OUT    the sum of images, each with a weight
  braggtape compare A B       how two images differ
  braggtape example           writes coordinates, amplitudes and a simulated still to try the commands on
  braggtape describe FILE...  what a model or an image states of an experiment

  braggtape COMMAND --help    the options of a command
  braggtape --version

Exit codes: 0 done; 1 images differ by more than a threshold (compare); 2 refused with one sentence, and nothing written. The help of
a command lists its other codes.
`;

/**
 * Runs a command line.
 * @param argv without the program's own name
 * @returns the exit code, as `exitCodeOf`
 */
export function runCommand(argv: readonly string[], environment: Environment): Promise<number> {
  return exitCodeOf(async () => {
    const [name = "--help", ...rest] = await withArgumentFiles(argv, environment.cwd);
    if (/^--?h(elp)?$/.test(name)) environment.stdout(usage);
    else if (/^--?version$/.test(name)) environment.stdout(`${version()}\n`);
    else return (await commandNamed(name))(rest, environment);
  }, environment);
}

async function commandNamed(name: string): Promise<Command> {
  const load = commands.get(name);
  if (load) return load();
  const near = suggestions(name, [...commands.keys()]);
  throw new InputError(`${quote(name)} is not a command${didYouMean(near)} (${[...commands.keys()].join(", ")})`);
}
