import { availableParallelism } from "node:os";
import { nodeWorkers } from "../simulate/parallel/node.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { untilInterrupted } from "./interruption.js";
import { referenceReading } from "./reference-reading.js";
import { parseFlags } from "./parse-flags.js";
import { describeRefinables, refineFlags, shownFlags } from "./refine/flags.js";
import { imageList } from "./refine/images.js";
import { runList } from "./refine/job-list.js";
import { runJob } from "./refine/job.js";
import { runMerge } from "./refine/merge.js";
import { modelAsOptions } from "./refine/model.js";
import { boxRequest, usesBoxes } from "./refine/boxes-request.js";
import { exitCodeOf, exitCodesHelp } from "./refine/exit-codes.js";
import { version } from "./version.js";

const intro = `braggtape refine IMAGE: from a measured image to the crystal, with standard deviations

  braggtape refine still.img -hkl P1.hkl -cell 34.77 39.17 48.31 90 90 90 -misset 10 20 30 -N 8 -distance 120 -fluence 1e26
    --refine cell,misset,distance,scale --out refined

  braggtape refine indexed.expt -mtz data.mtz --out refined

A model file of DIALS, XDS, CrystFEL or MOSFLM in place of the image gives detector, beam and crystal, and names the image.
The options of simulate say where the refinement starts; size, pixel, wavelength and beam centre come from the image's header where they
are not given. Many images are refined one after another, each in a folder of its own below --out. Ctrl-C ends after the running step with
the best so far, and a second one at once.

${exitCodesHelp}`;

/**
 * Refines what a command line asks for, and writes a folder for each image.
 * @returns the exit code, as the help lists it
 * @throws InputError in one sentence, before anything is written
 */
export async function runRefine(argv: readonly string[], environment: Environment): Promise<number | void> {
  const words = parseFlags(argv, refineFlags, referenceReading);
  if (words.has("help")) return void environment.stdout(`${intro}\n${describeRefinables()}\n${describeFlags(shownFlags())}`);
  if (words.has("version")) return void environment.stdout(`${version()}\n`);
  const { cwd } = environment;
  const asked = await modelAsOptions(words, cwd);
  const boxes = !asked.has("merge") && usesBoxes(asked, asked !== words) ? boxRequest(asked) : undefined;
  const given = boxes?.given ?? asked;
  if (given.has("merge")) return runMerge(given, environment);
  const { jobs, isMany } = await imageList(given, cwd);
  const threads = given.number("threads") ?? availableParallelism();
  const pool = threads > 1 && !boxes ? nodeWorkers(threads) : undefined;
  const told = (): void => environment.stderr("interrupted: the refinement ends after the running step and writes the best so far; Ctrl-C again ends at once\n");
  try {
    return await untilInterrupted(told, async (signal) => {
      const means = { signal, ...(pool && { pool }), ...(boxes && { boxes }) };
      if (isMany) return runList(given, jobs, environment, means);
      const [job] = jobs;
      const { converged } = await runJob(given, job, false, environment, means);
      return exitCodeOf({ notConverged: converged ? 0 : 1, failed: 0, unfinished: 0, isInterrupted: signal.aborted && !converged });
    });
  } finally {
    await pool?.close();
  }
}
