import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { formatCbf } from "../io/cbf/cbf.js";
import { readTextFile, writeAllAtomically, writeFileAtomically } from "../io/files.js";
import { formatStills } from "../io/geometry/dials-list.js";
import { formatSmv } from "../io/smv.js";
import { recommendedOversample, type Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { copy } from "../ndarray/ndarray.js";
import { cbfHeader } from "../output/cbf-header.js";
import { stillRecord } from "../output/experiment-record.js";
import { smvHeader } from "../output/smv-header.js";
import { detect } from "../simulate/detector-effects.js";
import { nodeWorkers } from "../simulate/parallel/node.js";
import { shotOf, type Scatter, type SeriesScatter } from "../simulate/series.js";
import { simulate, simulateOn } from "../simulate/simulate.js";
import { recordedCounts, smvCountsOf } from "./detected-counts.js";
import { effectsFromFlags } from "./effect-flags.js";
import type { Environment } from "./environment.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import { fromFolder, type InputFiles } from "./input-files.js";
import { otherTasks, untilInterrupted } from "./interruption.js";
import { makeFolder } from "./out-folder.js";
import type { Given } from "./parse-flags.js";
import { exitCodeOf } from "./refine/exit-codes.js";
import { shardOf } from "./refine/images.js";
import { shotFlags, type ShotFlag } from "./shot-flags.js";
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
  if ((inputs.geometry?.record.panels.length ?? 1) > 1) throw new InputError(`-geometry: ${inputs.geometry?.record.source} has ${inputs.geometry?.record.panels.length} panels, and --shots draws on a detector of one`);
  const count = series.number("shots") ?? 0;
  const scatter = scatterFrom(given, series);
  const isSmv = series.word("format") === "smv";
  const offset = given.number("adc") ?? 40;
  const effects = effectsFromFlags(given, -request.noiseSeed, offset);
  const nameOf = (shot: number): string => `shot_${String(shot + 1).padStart(Math.max(5, String(count).length), "0")}.${isSmv ? "img" : "cbf"}`;
  const experiments = Array.from({ length: count }, (_, shot) => shotOf(request.experiment, scatter, shot));
  const records = experiments.map((experiment, shot) =>
    stillRecord(experiment, { image: { file: nameOf(shot) }, overload: (effects.saturation ?? 65535) - (isSmv ? 0 : offset), gain: effects.gain ?? 1, pedestal: isSmv ? offset : 0 }),
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
  await writeAllAtomically([{ path: `${folder}/shots.expt`, bytes: encoder.encode(formatStills(records)) }, { path: truthPath, bytes: encoder.encode(truth) }]);
  for (const note of inputs.notes) stderr(`note: ${note}\n`);
  const told = new Set<string>();
  const warn = (warnings: readonly string[]): void => {
    for (const warning of warnings) if (!told.has(warning)) stderr(`warning: ${warning}\n`);
    for (const warning of warnings) told.add(warning);
  };
  warn(request.warnings);
  if (missing.length < own.length) stderr(`${own.length - missing.length} of ${own.length} shots are there already\n`);

  const threads = given.number("threads") ?? threadsFor(request, availableParallelism());
  const pool = threads > 1 ? nodeWorkers(threads) : undefined;
  const showsProgress = given.last("progress", "noprogress")?.name !== "noprogress";
  const draw = async (shot: number): Promise<void> => {
    const experiment = experiments[shot];
    const options = { ...request.options, ...(request.options.oversample !== undefined && !given.has("oversample") && { oversample: recommendedOversample(experiment) }) };
    const { image, warnings } = pool ? await simulateOn({ pool }, experiment, options) : simulate(experiment, options);
    warn(warnings);
    const detected = detect(copy(image, "float32"), { ...effects, shot });
    const bytes = isSmv ? smvBytes(experiment, smvCountsOf(detected.counts)) : cbfBytes(experiment, recordedCounts(detected.counts, offset), (effects.saturation ?? 65535) - offset, warn);
    await writeFileAtomically(`${folder}/${nameOf(shot)}`, bytes);
    if (showsProgress) stderr(`${nameOf(shot)}: ${detected.photons} photons\n`);
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

type Counts = Parameters<typeof formatSmv>[1];

function headerExtras({ beam: { wavelengthA } }: Experiment): { readonly wavelengthA: number; readonly phiDeg: number; readonly oscRangeDeg: number } {
  return { wavelengthA, phiDeg: 0, oscRangeDeg: 0 };
}

function smvBytes(experiment: Experiment, counts: Counts): Uint8Array {
  return formatSmv(smvHeader(experiment.detector, headerExtras(experiment)), counts);
}

function cbfBytes(experiment: Experiment, counts: Counts, overload: number, warn: (warnings: readonly string[]) => void): Uint8Array {
  const { kahnFactor = 0, polarized } = experiment.beam;
  const { lines, warnings } = cbfHeader(experiment.detector, { ...headerExtras(experiment), overload, kahnFactor: polarized === false ? undefined : kahnFactor });
  warn(warnings);
  return formatCbf(lines, counts);
}
