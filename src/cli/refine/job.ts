import { writeAllAtomically, writeFileAtomically } from "../../io/files.js";
import { refineFromManyStarts } from "../../refine/multi-start.js";
import { refine, type Refinement, type RefineOptions } from "../../refine/refine.js";
import { summaryOf, type Summary } from "../../refine/summary.js";
import type { WorkerPool } from "../../simulate/parallel/pool.js";
import type { Environment } from "../environment.js";
import { otherTasks } from "../interruption.js";
import { makeFolder } from "../out-folder.js";
import type { Given } from "../parse-flags.js";
import { runBoxJob } from "./box-job.js";
import type { BoxRequest } from "./boxes-request.js";
import type { RefineFlag } from "./flags.js";
import { withFoundBlocks } from "./found-blocks.js";
import { hints } from "./hints.js";
import type { ImageJob } from "./images.js";
import { describeRefinement, describeStep, shown } from "./report.js";
import { refineRequest } from "./request.js";
import { lostIn, resultFiles, writtenModel } from "./result-files.js";
import { resumedOptions, resumedStart, unfinishedState } from "./state.js";
import { tellFinished } from "./finished.js";

/** What a refinement runs with, besides what it is asked for. */
export interface Means {
  readonly pool?: WorkerPool;
  /** where boxes around reflections are refined against, what is asked of them */
  readonly boxes?: BoxRequest;
  readonly signal: AbortSignal;
}

/** Refines the images of one job, and writes its folder. */
export async function runJob(asked: Given<RefineFlag>, job: ImageJob, isOneOfMany: boolean, environment: Environment, means: Means): Promise<Pick<Summary, "converged">> {
  if (means.boxes) return runBoxJob(means.boxes, job, isOneOfMany, environment, means.signal);
  const { pool, signal } = means;
  const { cwd, stdout, stderr } = environment;
  const search = asked.word("blocks") === "auto" ? await withFoundBlocks(asked, job.images, environment, { signal, ...(pool && { pool }) }) : undefined;
  const given = search?.given ?? asked;
  const request = await refineRequest(given, job.images, cwd, environment.seconds());
  const { parameters } = request;
  const statePath = `${job.folder}/refinement.json`;
  const resumed = given.has("resume") ? await resumedStart(statePath, parameters, isOneOfMany) : undefined;
  const image = job.images.join(" ");
  if (resumed?.finished) return tellFinished(resumed.finished, job, isOneOfMany, given, environment);
  const earlier = resumed?.history ?? [];
  const history = [...earlier];
  const stepsBefore = earlier.at(-1)?.step ?? 0;
  const showsProgress = given.last("progress", "noprogress")?.name !== "noprogress";
  let isBegun = false;
  /** What must not happen before it is known that the refinement can begin. */
  const begin = async (): Promise<void> => {
    if (isBegun) return;
    isBegun = true;
    await makeFolder(job.folder);
    for (const warning of request.warnings) stderr(`warning: ${warning}\n`);
  };
  const options: RefineOptions = {
    ...request.options,
    ...(search && { from: parameters.map(({ name, start }) => search.values.get(name) ?? start), coarseToFine: [] }),
    ...(resumed && resumedOptions(resumed, request.options)),
    signal,
    ...(pool && { pool }),
    onStep: async (progress) => {
      await begin();
      if (showsProgress) stderr(describeStep({ ...progress, stage: progress.blur > 1 ? `spots x${progress.blur}` : "sharp", parameters }));
      history.push({ ...progress, step: stepsBefore + progress.step });
      await writeFileAtomically(statePath, new TextEncoder().encode(unfinishedState(image, parameters, history)));
      await otherTasks();
    },
  };
  const starts = given.number("starts") ?? 1;
  const ended =
    starts > 1 && !resumed
      ? await refineFromManyStarts(request.stills, parameters, {
          ...options,
          starts,
          withinDeg: given.number("within") ?? 1,
          onTried: async (start, loss) => {
            await begin();
            if (showsProgress) stderr(`start ${start + 1} of ${starts}: loss ${shown(loss, 6)}\n`);
            await otherTasks();
          },
        })
      : await refine(request.stills, parameters, options);
  await begin();
  const written = await writtenModel(given, request, ended, cwd);
  const found = [...ended.warnings, ...hints(ended, request, given), ...lostIn(written)];
  for (const warning of found) stderr(`warning: ${warning}\n`);
  const refinement: Refinement = { ...ended, history, steps: stepsBefore + ended.steps, warnings: [...request.warnings, ...found] };
  await writeAllAtomically(await resultFiles(given, job, request, refinement, cwd, written && { written }));
  const summary = { ...(isOneOfMany && { image }), ...summaryOf(refinement) };
  stdout(given.has("json") ? `${JSON.stringify(summary)}\n` : describeRefinement(refinement, job));
  return refinement;
}
