import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { placesOf } from "../input/panel-image.js";
import { readTextFile, writeAllAtomically, writeFileAtomically } from "../io/files.js";
import { formatExperiments } from "../io/geometry/dials-list.js";
import { recommendedOversample } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { experimentRecord } from "../output/experiment-record.js";
import { nodeWorkers } from "../simulate/parallel/node.js";
import { shotOf, type Scatter, type SeriesScatter } from "../simulate/series.js";
import { recordedCounts, smvCountsOf } from "./detected-counts.js";
import { effectsFromFlags } from "./effect-flags.js";
import type { Environment } from "./environment.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import { fromFolder, type InputFiles } from "./input-files.js";
import { otherTasks, untilInterrupted } from "./interruption.js";
import { makeFolder } from "./out-folder.js";
import { manyPanels, onManyPanels } from "./panels-from-geometry.js";
import type { Given } from "./parse-flags.js";
import { exitCodeOf } from "./refine/exit-codes.js";
import { shardOf } from "./refine/images.js";
import { shotFlags, type ShotFlag } from "./shot-flags.js";
import { cbfBytes, checkShotPanels, shotImage, smvBytes, turnNotes } from "./shot-image.js";
import { truthOf, truthText } from "./shot-truth.js";
import { threadsFor } from "./threads.js";

/** Options of a single image's files, which a series does not write. */
const ofOneImage: readonly SimulateFlag[] = ["floatfile", "intfile", "noisefile", "nonoise", "cbffile", "pgmfile", "png", "printout_pixel", "shot", "scale", "pgmscale"];

/** The seed of the noise where none is given: a series that goes on later needs the same one. */
const usualSeed = 1;

/** A command line of a series, as it was read. */
export interface SeriesLine {
  readonly given: Given<SimulateFlag>;
  readonly series: Given<ShotFlag>;
  readonly inputs: InputFiles;
  /** of the mean shot */
  readonly request: Request;
}

/** @throws InputError when an option of a series is given, and --shots is not */
export function checkNoSeries(series: Given<ShotFlag>): void {
  const [lost] = series.occurrences;
  if (lost !== undefined) throw new InputError(`${lost.spelling} belongs to a series of shots, and there is no --shots`);
}

/** Of a series whose seed is not given, the same each time. */
export function seriesSeconds(): number {
  return usualSeed;
}

/**
 * Draws stills, each of a crystal and a pulse of its own, and writes them one by one; before the first, the truth of all.
 * @returns the exit code: 0, or 5 where shots are missing when it was interrupted
 * @throws InputError in one sentence, before anything is written
 */
export async function runShots({ given, series, inputs, request }: SeriesLine, { cwd, stdout, stderr }: Environment): Promise<number> {
  const single = given.last(...ofOneImage);
  if (single) throw new InputError(`${single.spelling} is of a single image; --shots writes each image with noise to --out`);
  const many = manyPanels(given, inputs);
  if (many) checkShotPanels(given, many, request);
  const mean = many ? onManyPanels(request.experiment, many) : request.experiment;
  const count = series.number("shots") ?? 0;
  const scatter = scatterFrom(given, series);
  const isSmv = series.word("format") === "smv";
  const offset = given.number("adc") ?? 40;
  const effects = effectsFromFlags(given, -request.noiseSeed, offset);
  const nameOf = (shot: number): string => `shot_${String(shot + 1).padStart(Math.max(5, String(count).length), "0")}.${isSmv ? "img" : "cbf"}`;
  const experiments = Array.from({ length: count }, (_, shot) => shotOf(mean, scatter, shot));
  const overload = (effects.saturation ?? 65535) - (isSmv ? 0 : offset);
  const records = experiments.map((experiment, shot) =>
    experimentRecord(experiment, { image: { file: nameOf(shot) }, overload, gain: effects.gain ?? 1, pedestal: isSmv ? offset : 0, number: shot + 1, ...(many && { inImage: placesOf(many.panels) }) }),
  );
  const truth = truthText(experiments.map((experiment, shot) => truthOf(experiment, nameOf(shot), shot)), scatter, -request.noiseSeed);
  const folder = fromFolder(cwd, series.word("out") ?? "shots");
  const truthPath = `${folder}/shots.json`;
  const isBegun = series.has("resume") && existsSync(truthPath);
  if (isBegun && (await readTextFile(truthPath)) !== truth) throw new InputError(`--resume: ${truthPath} is the truth of shots of other options; the same options are needed to go on, or another --out`);
  const shard = shardOf(series.word("shard"));
  const own = experiments.flatMap((_, shot) => (shard === undefined || shot % shard.count === shard.index - 1 ? [shot] : []));
  const missing = own.filter((shot) => !(isBegun && existsSync(`${folder}/${nameOf(shot)}`)));

  await makeFolder(folder);
  const encoder = new TextEncoder();
  await writeAllAtomically([{ path: `${folder}/shots.expt`, bytes: encoder.encode(formatExperiments(records)) }, { path: truthPath, bytes: encoder.encode(truth) }]);
  for (const note of [...inputs.notes, ...turnNotes(mean)]) stderr(`note: ${note}\n`);
  const told = new Set<string>();
  const warn = (warnings: readonly string[]): void => {
    for (const warning of warnings) if (!told.has(warning)) stderr(`warning: ${warning}\n`);
    for (const warning of warnings) told.add(warning);
  };
  warn(request.warnings);
  if (many) warn([`the headers of the images place the first of ${many.panels.length} panels only; shots.expt places all`]);
  if (missing.length < own.length) stderr(`${own.length - missing.length} of ${own.length} shots are there already\n`);

  const threads = given.number("threads") ?? threadsFor(request, availableParallelism());
  const pool = threads > 1 ? nodeWorkers(threads) : undefined;
  const showsProgress = given.last("progress", "noprogress")?.name !== "noprogress";
  const draw = async (shot: number): Promise<void> => {
    const experiment = experiments[shot];
    const options = { ...request.options, ...(request.options.oversample !== undefined && !given.has("oversample") && { oversample: recommendedOversample(experiment) }) };
    const { counts, photons, saturated, warnings } = await shotImage({ experiment, many, options, effects: { ...effects, shot }, pool });
    warn(warnings);
    const file = isSmv ? { bytes: smvBytes(experiment, smvCountsOf(counts), offset), warnings: [] } : cbfBytes(experiment, recordedCounts(counts, offset), overload);
    warn(file.warnings);
    await writeFileAtomically(`${folder}/${nameOf(shot)}`, file.bytes);
    if (showsProgress) stderr(`${nameOf(shot)}: ${photons} photons${saturated > 0 ? `, ${saturated} pixels full` : ""}\n`);
  };
  let done = 0;
  try {
    const isInterrupted = await untilInterrupted(
      () => stderr("interrupted: the series ends after the running shot, and --resume goes on; Ctrl-C again ends at once\n"),
      async (signal) => {
        for (const shot of missing) {
          if (signal.aborted) break;
          await draw(shot);
          done++;
          await otherTasks();
        }
        return signal.aborted;
      },
    );
    const unfinished = missing.length - done;
    const summary = { folder, shots: count, drawn: done, missing: unfinished, noiseSeed: -request.noiseSeed };
    stdout(given.has("json") ? `${JSON.stringify(summary)}\n` : `${own.length - unfinished} shots stand in ${folder}, and their truth in shots.expt and shots.json${unfinished > 0 ? `; ${unfinished} are missing` : ""}\n`);
    return exitCodeOf({ notConverged: 0, failed: 0, unfinished, isInterrupted: isInterrupted && unfinished > 0 });
  } finally {
    await pool?.close();
  }
}

/** What differs from shot to shot, in the library's units. */
function scatterFrom(given: Given<SimulateFlag>, series: Given<ShotFlag>): SeriesScatter {
  const scatter = (flag: "misset_scatter" | "cell_scatter" | "size_scatter" | "fluence_scatter" | "lambda_scatter"): Scatter | undefined => {
    const found = series.last(flag);
    if (found === undefined) return undefined;
    const [deviation, seed = 1] = found.numbers;
    if (!Number.isSafeInteger(seed)) throw new InputError(`${found.spelling}: the seed is ${seed}; it must be a whole number`);
    return { deviation: shotFlags[flag].unit === "percent" ? deviation / 100 : deviation, seed };
  };
  const orientation = given.last("misset", "random_orientation");
  const [misset, cell, size, fluence, wavelength] = [scatter("misset_scatter"), scatter("cell_scatter"), scatter("size_scatter"), scatter("fluence_scatter"), scatter("lambda_scatter")];
  return {
    ...(orientation?.name === "random_orientation" && { orientation: orientation.numbers[0] }),
    ...(misset && { misset }),
    ...(cell && { cell }),
    ...(size && { size }),
    ...(fluence && { fluence }),
    ...(wavelength && { wavelength }),
  };
}
