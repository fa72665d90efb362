import { basename } from "node:path";
import { writeAllAtomically } from "../../io/files.js";
import { summaryOf, type Summary } from "../../refine/summary.js";
import type { Environment } from "../environment.js";
import { otherTasks } from "../interruption.js";
import { makeFolder } from "../out-folder.js";
import { boxFiles } from "./box-files.js";
import { boxReport, describeBoxes } from "./box-report.js";
import { boxSpots } from "./box-spots.js";
import type { BoxRequest } from "./boxes-request.js";
import { refineOnBoxes, squaresOf } from "./boxes.js";
import { tellFinished } from "./finished.js";
import type { ImageJob } from "./images.js";
import { optionsOf } from "./origin.js";
import { describeRefinement, describeStep } from "./report.js";
import { lostIn, resultFiles, writtenModel } from "./result-files.js";
import { finishedBefore } from "./state.js";

/** Refines an image on boxes around its reflections. */
export async function runBoxJob(boxes: BoxRequest, job: ImageJob, isOneOfMany: boolean, environment: Environment, signal: AbortSignal): Promise<Pick<Summary, "converged">> {
  const { cwd, stdout, stderr } = environment;
  const { given } = boxes;
  if (given.has("resume")) {
    const finished = await finishedBefore(`${job.folder}/refinement.json`, optionsOf(given), isOneOfMany);
    if (finished) return tellFinished(finished, job, isOneOfMany, given, environment);
    stderr(`${job.images[0]} has not been refined to its end by this command: the refinement begins anew\n`);
  }
  const showsProgress = given.last("progress", "noprogress")?.name !== "noprogress";
  const { request, refinement: ended, symmetries } = await refineOnBoxes(boxes, job.images[0], cwd, environment.seconds(), {
    signal,
    onStep: async (progress) => {
      if (showsProgress) stderr(describeStep(progress));
      await otherTasks();
    },
  });
  const models = new Map(ended.crystals.map(({ experiment }, i) => [ended.crystals.length > 1 ? i : request.crystal, experiment] as const));
  const written = await writtenModel(given, request, ended, cwd, models);
  const refinement = { ...ended, warnings: [...request.warnings, ...ended.warnings, ...lostIn(written)] };
  for (const warning of refinement.warnings) stderr(`warning: ${warning}\n`);
  await makeFolder(job.folder);
  const { structureFactors } = request.stills[0].experiment;
  const squareOf = typeof structureFactors === "number" ? undefined : squaresOf(request.stills[0].experiment);
  const report = boxReport(refinement, squareOf);
  const files = await resultFiles(given, job, request, refinement, cwd, { ...(written && { written }), more: report, spots: boxSpots(refinement) });
  const own = boxFiles(refinement, symmetries, job.folder);
  await writeAllAtomically([...files, ...own]);
  stdout(given.has("json") ? `${JSON.stringify({ ...(isOneOfMany && { image: job.images[0] }), ...summaryOf(refinement) })}\n` : `${describeRefinement(refinement, job, own.map(({ path }) => basename(path)))}${describeBoxes(report)}`);
  return refinement;
}
