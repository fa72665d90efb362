import { FilesTogether } from "../io/files.js";
import { InputError } from "../ndarray/errors.js";
import { arrangedPanels, maskBetween } from "../input/panel-image.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { quote } from "../io/field.js";
import type { ImageOptions } from "../simulate/image-options.js";
import { simulate, simulateOn } from "../simulate/simulate.js";
import type { Environment } from "./environment.js";
import { requestFromFlags, type Request } from "./experiment-from-flags.js";
import { simulateFlags, type SimulateFlag } from "./flags.js";
import { describeFlags } from "./help.js";
import { readInputFiles } from "./input-files.js";
import { makeOutputs, outputNames, readoutFor } from "./outputs.js";
import { checkPanels, manyPanels, onManyPanels, simulatePanels } from "./panels-from-geometry.js";
import { among, parseFlags, type FlagTable, type Given } from "./parse-flags.js";
import { emptyWarnings } from "./plausible.js";
import { progressBar } from "./progress-bar.js";
import { referenceReading } from "./reference-reading.js";
import { shotFlags, type ShotFlag } from "./shot-flags.js";
import { checkNoSeries, runShots, seriesSeconds } from "./shots.js";
import { describe, summarize } from "./summary.js";
import { Workers } from "./threads.js";
import { isNumber } from "./value-kind.js";
import { version } from "./version.js";

const allFlags: FlagTable<SimulateFlag | ShotFlag> = { ...simulateFlags, ...shotFlags };

const intro = `braggtape simulate: the diffraction image of a crystal, with the options of nanoBragg

  braggtape simulate 1rqw.pdb -dmin 2 -lambda 1 -N 20 -distance 200 -fluence 1e26 --png image.png
  braggtape simulate -cell 34.77 39.17 48.31 90 90 90 -hkl P1.hkl -N 10 -distance 100 -detpixels 512 --png image.png

  braggtape simulate 1rqw.pdb -dmin 2 -lambda 1.3 -N 15 -detpixels 1024 -pixel 0.2 -distance 150 -fluence 1e26 --shots 9
    -random_orientation 1 -cell_scatter 0.3 -size_scatter 30 -fluence_scatter 100 -lambda_scatter 0.1 --out shots

Exit codes: 0 done, all files written; 2 refused, with a sentence, and none written;
5 a series of shots was interrupted, and --resume goes on.
`;

/**
 * Simulates what a command line asks for, and writes the images together at the end.
 * @throws InputError in one sentence, before anything is written
 */
export async function runSimulate(argv: readonly string[], environment: Environment): Promise<number | void> {
  const all = parseFlags(argv, allFlags, referenceReading);
  const [given, series] = [among(all, simulateFlags), among(all, shotFlags)];
  if (given.has("help")) return void environment.stdout(`${intro}\n${describeFlags(allFlags)}`);
  if (given.has("version")) return void environment.stdout(`${version()}\n`);
  const [scatterer, ...others] = given.operands;
  const lost = scatterer !== undefined && isNumber(scatterer) ? scatterer : others[0];
  if (lost !== undefined) throw new InputError(`${quote(lost)} belongs to no option; options begin with a dash`);

  if (series.has("shots")) {
    const inputs = await readInputFiles(given, environment.cwd, scatterer);
    return runShots({ given, series, inputs, request: requestFromFlags(given, inputs, seriesSeconds()) }, environment);
  }
  checkNoSeries(series);
  const workers = new Workers(given.number("threads"));
  try {
    await simulateImage(given, scatterer, workers, environment);
  } finally {
    workers.close();
  }
}

async function simulateImage(given: Given<SimulateFlag>, scatterer: string | undefined, workers: Workers, environment: Environment): Promise<void> {
  const inputs = await readInputFiles(given, environment.cwd, scatterer);
  const names = outputNames(given, inputs, environment.cwd);
  const request = requestFromFlags(given, inputs, environment.seconds());
  const showsProgress = environment.isTerminal && given.last("progress", "noprogress")?.name !== "noprogress";
  const many = manyPanels(given, inputs);
  if (many) checkPanels(many, request.options);
  const { fast, slow } = request.experiment.detector.pixels;
  const begun = many ? undefined : readoutFor(given, names, request, inputs.mask, [slow, fast]);
  const options: ImageOptions = {
    ...request.options,
    imageDtype: "float32",
    ...(begun && { onRows: (image, rows) => begun.upTo(image, rows) }),
    ...(showsProgress && { onProgress: progressBar(environment) }),
  };
  const pool = workers.poolFor(request);
  const { image: drawn, warnings: found } = many
    ? await simulatePanels(onManyPanels(request.experiment, many), request.options, pool)
    : pool
      ? await simulateOn({ pool }, request.experiment, options)
      : simulate(request.experiment, options);
  const image = many ? arrangedPanels(copy(drawn, "float32"), many.panels) : drawn;

  const whole = many ? ofAllPanels(request, image.shape, maskBetween(many.panels)) : request;
  const readout = (begun ?? readoutFor(given, names, whole, whole.options.mask, image.shape)).finish(image);
  const files = new FilesTogether();
  const outputs = await makeOutputs(files, given, names, whole, image, readout, pool, environment.cwd).catch(async (error: unknown) => {
    await files.discard();
    throw error;
  });
  workers.close();
  await files.commit();

  const warnings = [...request.warnings, ...found, ...(many ? [`the headers of the images place the first of ${many.panels.length} panels only; ${many.source} places all`] : []), ...emptyWarnings(readout.statistics, request.experiment), ...outputs.warnings];
  for (const note of inputs.notes) environment.stderr(`note: ${note}\n`);
  for (const warning of warnings) environment.stderr(`warning: ${warning}\n`);
  const summary = summarize(request, readout.statistics, outputs, warnings);
  const [column, row] = given.last("printout_pixel")?.numbers ?? [];
  if (column !== undefined) environment.stderr(`pixel fast ${column}, slow ${row}: ${image.get(row, column)} photons\n`);
  environment.stdout(given.has("json") ? `${JSON.stringify(summary, undefined, 2)}\n` : describe(summary));
}

/** A request of an image of all panels: its detector has the size of that, and no pixels between the panels. */
function ofAllPanels(request: Request, [slow, fast]: readonly number[], mask: NdArray | undefined): Request {
  const { experiment, options } = request;
  return { ...request, options: { ...options, mask }, experiment: { ...experiment, detector: { ...experiment.detector, pixels: { fast, slow } } } };
}
