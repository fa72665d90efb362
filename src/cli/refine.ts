import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { writeAllAtomically, writeFileAtomically, type OutputFile } from "../io/files.js";
import { InputError } from "../ndarray/errors.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { isPoorFit, residualInSigmas } from "../refine/goodness.js";
import { lossNamed } from "../refine/loss.js";
import { experimentAt } from "../refine/parameter.js";
import { refineFromManyStarts } from "../refine/multi-start.js";
import { refine, type Refinement, type RefineOptions, type RefinementProgress } from "../refine/refine.js";
import { refinedBlocks } from "../refine/refined-blocks.js";
import { refinementText, summaryFields, summaryOf, type Summary } from "../refine/summary.js";
import { nodeWorkers } from "../simulate/parallel/node.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { comparisonSvg } from "../view/comparison-picture.js";
import { knownExperiment } from "../view/known-experiment.js";
import { poleFigure } from "../view/pole-figure.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { fromFolder } from "./input-files.js";
import { otherTasks, untilInterrupted } from "./interruption.js";
import { makeFolder } from "./out-folder.js";
import { referenceReading } from "./reference-reading.js";
import { parseFlags, type Given } from "./parse-flags.js";
import { correlationMatrix, lossCurve } from "./refine/charts.js";
import { asSimulateFlags, describeRefinables, refineFlags, shownFlags, type RefineFlag } from "./refine/flags.js";
import { checkExists, imageList, type ImageJob } from "./refine/images.js";
import { withFoundBlocks } from "./refine/found-blocks.js";
import { merged, mergedTable } from "./refine/merge.js";
import { modelAsOptions } from "./refine/model.js";
import { refinementPage, type ComparedStill } from "./refine/page.js";
import { originOf } from "./refine/origin.js";
import { refinedArguments } from "./refine/refined-arguments.js";
import { describeRefinement, shown, shownChiSquare, suffixOf } from "./refine/report.js";
import { refinedModel, type RefinedCrystals } from "./refine/refined-model.js";
import { boxFiles } from "./refine/box-files.js";
import { boxReport, describeBoxes, filesIn } from "./refine/box-report.js";
import { refineOnBoxes, squaresOf } from "./refine/boxes.js";
import { boxRequest, usesBoxes, type BoxRequest } from "./refine/boxes-request.js";
import { refineRequest, type RefineRequest } from "./refine/request.js";
import { failedState, resumedOptions, resumedStart, unfinishedState } from "./refine/state.js";
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

/** Gathers what refinements have written below a folder, and of a list what is missing there. */
async function runMerge(given: Given<RefineFlag>, { cwd, stdout, stderr }: Environment): Promise<number> {
  const folder = fromFolder(cwd, given.word("out") ?? "refined");
  const found = await merged(folder);
  const listed = given.has("list") ? (await imageList(given, cwd)).jobs : [];
  const notBegun = listed.filter(({ folder: own }) => !existsSync(own)).flatMap(({ images }) => images);
  const table = mergedTable(found);
  await writeFileAtomically(`${folder}/merged.csv`, new TextEncoder().encode(table));
  for (const { image, why } of found.failed) stderr(`warning: ${image} could not be refined: ${why}\n`);
  if (found.unfinished.length > 0) stderr(`warning: without a refinement that has ended: ${found.unfinished.join(", ")}\n`);
  if (notBegun.length > 0) stderr(`warning: not begun: ${notBegun.join(", ")}\n`);
  stdout(given.has("json") ? `${JSON.stringify({ ...found, notBegun }, undefined, 2)}\n` : table);
  return exitCodeOf({
    notConverged: found.refined.filter(({ converged }) => !converged).length,
    failed: found.failed.length,
    unfinished: found.unfinished.length + notBegun.length,
  });
}

/** What a refinement runs with, besides what it is asked for. */
interface Means {
  readonly pool?: WorkerPool;
  /** where boxes around reflections are refined against, what is asked of them */
  readonly boxes?: BoxRequest;
  readonly signal: AbortSignal;
}

/**
 * Refines one image after another; one that cannot be refined is told of and recorded, and does not keep the others.
 * @returns the exit code
 * @throws InputError when the options are to blame
 */
async function runList(given: Given<RefineFlag>, jobs: readonly ImageJob[], environment: Environment, means: Means): Promise<number> {
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

async function runJob(asked: Given<RefineFlag>, job: ImageJob, isOneOfMany: boolean, environment: Environment, means: Means): Promise<Pick<Summary, "converged">> {
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
  if (resumed?.finished) {
    const { converged } = resumed.finished;
    stderr(`${image} is refined already: ${job.folder}\n`);
    if (given.has("json")) stdout(`${JSON.stringify({ ...(isOneOfMany && { image }), ...summaryFields(resumed.finished) })}\n`);
    return { converged };
  }
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
      if (showsProgress) stderr(`${describeStep(progress, request)}\n`);
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
  const found = [...ended.warnings, ...hints(ended, request, given)];
  for (const warning of found) stderr(`warning: ${warning}\n`);
  const refinement: Refinement = { ...ended, history, steps: stepsBefore + ended.steps, warnings: [...request.warnings, ...found] };
  await writeAllAtomically(await resultFiles(given, job, request, refinement, cwd));
  const summary = { ...(isOneOfMany && { image }), ...summaryOf(refinement) };
  stdout(given.has("json") ? `${JSON.stringify(summary)}\n` : describeRefinement(refinement, job));
  return refinement;
}

/** Refines an image on boxes around its reflections. */
async function runBoxJob(boxes: BoxRequest, job: ImageJob, isOneOfMany: boolean, environment: Environment, signal: AbortSignal): Promise<Pick<Summary, "converged">> {
  const { cwd, stdout, stderr } = environment;
  const { given } = boxes;
  const showsProgress = given.last("progress", "noprogress")?.name !== "noprogress";
  const { request, refinement: ended } = await refineOnBoxes(boxes, job.images[0], cwd, environment.seconds(), {
    signal,
    onStep: async ({ stage, step, loss, parameters, values }) => {
      const numbers = parameters.map(({ name }, i) => `${name} ${shown(values[i], 6)}`);
      if (showsProgress) stderr(`step ${String(step).padStart(3)}  ${stage.padEnd(9)} loss ${shown(loss, 8).padEnd(9)}  ${numbers.join("  ")}\n`);
      await otherTasks();
    },
  });
  const refinement = { ...ended, warnings: [...request.warnings, ...ended.warnings] };
  for (const warning of refinement.warnings) stderr(`warning: ${warning}\n`);
  await makeFolder(job.folder);
  const models = new Map(refinement.crystals.map(({ experiment }, i) => [refinement.crystals.length > 1 ? i : request.crystal, experiment] as const));
  const { structureFactors } = request.stills[0].experiment;
  const squareOf = typeof structureFactors === "number" ? undefined : squaresOf(request.stills[0].experiment);
  const command = given.occurrences.flatMap(({ spelling, words }) => [spelling, ...words]);
  const report = await boxReport(refinement, squareOf, command, filesIn(given, job.images[0], cwd));
  const files = await resultFiles(given, job, request, refinement, cwd, { models, more: report });
  const own = boxFiles(refinement, job.folder);
  await writeAllAtomically([...files, ...own]);
  stdout(given.has("json") ? `${JSON.stringify({ ...(isOneOfMany && { image: job.images[0] }), ...summaryOf(refinement) })}\n` : `${describeRefinement(refinement, job, own.map(({ path }) => basename(path)))}${describeBoxes(report)}`);
  return refinement;
}

/** By how much of the spread a single random domain is turned about each axis, and two of them against each other: root mean squares. */
const meanTurn = 0.5 * Math.SQRT2;

/** What options could mend in a refinement. */
function hints(refinement: Refinement, request: RefineRequest, given: Given<RefineFlag>): string[] {
  const found: string[] = [];
  const hasOneCount = refinement.parameters.some(({ name }) => name === "N");
  if (isPoorFit(refinement) && hasOneCount) found.push("N is the same along a, b and c; --separate_N refines a number for each of them");
  const { mosaic } = request.stills[0].experiment.crystal;
  const spread = refinement.parameters.find(({ name }) => name === "mosaic_spread");
  const isSeen = spread === undefined || spread.esd !== undefined;
  if (mosaic && mosaic.domains > 1 && isSeen && !given.has("mosaic_seed")) {
    const spreadDeg = spread?.value ?? mosaic.spreadDeg;
    const doubt = (meanTurn * spreadDeg) / Math.sqrt(mosaic.domains);
    found.push(`the ${mosaic.domains} mosaic domains are drawn with a seed that may not be the crystal's: misset is known to ${shown(doubt, 2)} degrees at best; more domains, or -mosaic_seed, would help`);
  }
  return found;
}

function describeStep({ blur, step, loss, values }: RefinementProgress, { parameters }: RefineRequest): string {
  const stage = blur > 1 ? `spots x${blur}` : "sharp";
  const numbers = parameters.map(({ name }, i) => `${name} ${shown(values[i], 6)}`);
  return `step ${String(step).padStart(3)}  ${stage.padEnd(9)} loss ${shown(loss, 8).padEnd(9)}  ${numbers.join("  ")}`;
}

async function resultFiles(
  given: Given<RefineFlag>,
  { folder, images }: ImageJob,
  request: RefineRequest,
  refinement: Refinement,
  cwd: string,
  { models, more }: { readonly models?: RefinedCrystals; readonly more?: object } = {},
): Promise<OutputFile[]> {
  const { stills, parameters, options } = request;
  const loss = options.loss ?? lossNamed("poisson");
  const values = refinement.parameters.map(({ value }) => value);
  const compared: ComparedStill[] = [];
  const files: OutputFile[] = [];
  const encoder = new TextEncoder();
  const add = (name: string, content: string | Uint8Array): void => {
    files.push({ path: `${folder}/${name}`, bytes: typeof content === "string" ? encoder.encode(content) : content });
  };
  for (const [i, { counts }] of stills.entries()) {
    const [model, mask] = [refinement.images[i], refinement.masks[i]];
    const name = basename(images[i]);
    const residual = residualInSigmas(counts, model, mask, loss);
    const title = `${name}: reduced χ² ${shownChiSquare(refinement.reducedChiSquare)}`;
    const [measured, used] = [usedOnly(counts, mask), usedOnly(model, mask)];
    const suffix = suffixOf(i, stills);
    compared.push({ name, still: stills[i], observed: measured, model: used, residual });
    const experiment = knownExperiment(experimentAt(stills[i].experiment, parameters, values, i));
    add(`picture${suffix}.svg`, await comparisonSvg(experiment, { measured, model: used, residual }, title));
    add(`refined${suffix}.args`, refinedArguments(asSimulateFlags(given), stills[i], parameters, values, i, refinement.oversample[i], cwd));
  }
  const model = given.word("geometry");
  if (model !== undefined && stills.length === 1 && !given.has("mat")) {
    const written = await refinedModel(cwd, model, models ?? new Map([[request.crystal, experimentAt(stills[0].experiment, parameters, values)]]));
    if (written) add(written.name, written.content);
  }
  add("loss.svg", lossCurve(refinement));
  add("correlations.svg", correlationMatrix(refinement));
  const blocks = refinedBlocks(refinement);
  if (blocks.length > 0) add("blocks.svg", poleFigure(blocks));
  add("index.html", await refinementPage(refinement, parameters, `Refinement of ${images.map((image) => basename(image)).join(", ")}`, compared, loss, refinement.warnings, await originOf(given, images, request.facts, cwd)));
  add("refinement.json", refinementText(images.join(" "), refinement, refinement.warnings, more));
  return files;
}

/** An image that is NaN where a pixel was not used. */
function usedOnly(image: NdArray, mask: NdArray): NdArray {
  const used = zeros(image.shape, "float64");
  for (let i = 0; i < used.size; i++) used.data[i] = mask.data[i] === 0 ? NaN : image.data[i];
  return used;
}
