import { writeFileAtomically } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import type { Environment } from "../environment.js";
import { makeFolder } from "../out-folder.js";
import type { Given } from "../parse-flags.js";
import { exitCodeOf } from "./exit-codes.js";
import type { RefineFlag } from "./flags.js";
import { checkExists, type ImageJob } from "./images.js";
import { type Means, runJob } from "./job.js";
import { failedState } from "./state.js";

/**
 * Refines one image after another; one that cannot be refined is told of and recorded, and does not keep the others.
 * @returns the exit code
 * @throws InputError when the options are to blame
 */
export async function runList(given: Given<RefineFlag>, jobs: readonly ImageJob[], environment: Environment, means: Means): Promise<number> {
  const { stdout, stderr } = environment;
  const failures: { readonly job: ImageJob; readonly message: string }[] = [];
  let [done, notConverged, recorded] = [0, 0, 0];
  const recordFailures = async (): Promise<void> => {
    for (const { job: { folder, images }, message } of failures.slice(recorded)) {
      await makeFolder(folder);
      await writeFileAtomically(`${folder}/refinement.json`, new TextEncoder().encode(failedState(images.join(" "), message)));
    }
    recorded = failures.length;
  };
  for (const job of jobs) {
    if (means.signal.aborted) break;
    stderr(`${job.images.join(" ")}\n`);
    try {
      for (const image of job.images) checkExists(image, environment.cwd);
      const { converged } = await runJob(given, job, true, environment, means);
      done++;
      if (!converged) notConverged++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // What is said of two images alike is not about either of them: the options are wrong.
      if (done === 0 && error.message === failures.at(-1)?.message) throw error;
      failures.push({ job, message: error.message });
      stderr(`not refined: ${error.message}\n`);
    }
  }
  await recordFailures();
  const unfinished = jobs.length - done - failures.length;
  if (means.signal.aborted) stderr(`interrupted: ${unfinished} of ${jobs.length} images were not begun\n`);
  if (failures.length > 0) stderr(`braggtape: ${failures.length} of ${jobs.length} images could not be refined\n`);
  if (!given.has("json")) stdout(`${done} images; braggtape refine --merge --out FOLDER makes one table of all\n`);
  return exitCodeOf({ notConverged, failed: failures.length, unfinished, isInterrupted: means.signal.aborted });
}
