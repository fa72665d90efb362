import { arrangedPanels } from "../input/panel-image.js";
import { formatCbf } from "../io/cbf/cbf.js";
import type { ExperimentRecord } from "../io/geometry/record.js";
import { formatSmv } from "../io/smv.js";
import type { Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { copy, flatData, full, type NdArray } from "../ndarray/ndarray.js";
import { slice } from "../ndarray/views.js";
import { cbfHeader } from "../output/cbf-header.js";
import { scanOf } from "../output/experiment-record.js";
import { smvHeader, type HeaderExtras } from "../output/smv-header.js";
import { detect, gapMark, type DetectorEffects } from "../simulate/detector-effects.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { simulate, simulateOn } from "../simulate/simulate.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import { checkPanels, simulatePanels } from "./panels-from-geometry.js";
import type { Given } from "./parse-flags.js";

/** What a shot is drawn with. */
export interface Shot {
  readonly experiment: Experiment;
  /** the geometry of many panels, where there are */
  readonly many: ExperimentRecord | undefined;
  readonly options: Request["options"];
  readonly effects: DetectorEffects;
  readonly pool: WorkerPool | undefined;
}

/** What a shot came to. */
export interface ShotCounts {
  /** [slow, fast], not rounded */
  readonly counts: NdArray;
  readonly photons: number;
  /** pixels that are full */
  readonly saturated: number;
  readonly warnings: readonly string[];
}

/** @throws InputError that names an option that shots on many panels have not */
export function checkShotPanels(given: Given<SimulateFlag>, many: ExperimentRecord, { options }: Request): void {
  checkPanels(many, options);
  const stop = given.last("beamstop");
  if (stop) throw new InputError(`${stop.spelling} is for a detector of one panel, and ${many.source} has ${many.panels.length}`);
}

/** A sentence on the angles of a turn whose steps are taken for the middles of its parts. */
export function turnNotes({ crystal }: Experiment): string[] {
  const turn = scanOf(crystal);
  if (turn === undefined) return [];
  const [from, to] = [turn.startDeg, turn.startDeg + turn.widthDeg].map((angle) => Number(angle.toPrecision(12)));
  return [`during a shot the crystal turns from ${from} to ${to} degrees: its ${crystal.scan?.steps} steps are taken for the middles of equal parts, as the headers and shots.expt have it`];
}

/** The counts of a shot, [slow, fast], with marks of pixels that count nothing: of many panels each is read out by itself. */
export async function shotImage({ experiment, many, options, effects, pool }: Shot): Promise<ShotCounts> {
  const { panels } = experiment;
  if (many === undefined || panels === undefined) {
    const { image, warnings } = pool ? await simulateOn({ pool }, experiment, options) : simulate(experiment, options);
    return { ...detect(copy(image, "float32"), effects), warnings };
  }
  const { image, warnings } = await simulatePanels({ ...experiment, panels }, options, pool);
  const [, height, width] = image.shape;
  const stack = full(image.shape, gapMark, "float64");
  let [photons, saturated, firstPixel] = [0, 0, 0];
  for (const [panel, { pixels: { fast, slow } }] of many.panels.entries()) {
    const detected = detect(copy(slice(image, panel, { stop: slow }, { stop: fast }), "float32"), { ...effects, firstPixel });
    const counts = flatData(detected.counts);
    for (let row = 0; row < slow; row++) stack.data.set(counts.subarray(row * fast, (row + 1) * fast), (panel * height + row) * width);
    photons += detected.photons;
    saturated += detected.saturated;
    firstPixel += fast * slow;
  }
  return { counts: arrangedPanels(stack, many.panels, gapMark), photons, saturated, warnings };
}

/** What a header says of a shot besides its detector. */
function headerExtras({ beam: { wavelengthA }, crystal }: Experiment): HeaderExtras {
  const turn = scanOf(crystal);
  return { wavelengthA, phiDeg: turn?.startDeg ?? crystal.scan?.phiDeg ?? 0, oscRangeDeg: turn?.widthDeg ?? 0 };
}

/** The only detector or the first of many panels, with the pixels of the image. */
function headerDetector({ detector }: Experiment, { shape: [slow, fast] }: NdArray): Detector {
  return { ...detector, pixels: { fast, slow } };
}

/**
 * A shot as an SMV file.
 * @param pedestal counts of a pixel without photons
 */
export function smvBytes(experiment: Experiment, counts: NdArray<"int32">, pedestal: number): Uint8Array {
  return formatSmv({ ...smvHeader(headerDetector(experiment, counts), headerExtras(experiment)), pedestal }, counts);
}

/** A shot as a CBF file, and what its header cannot state. */
export function cbfBytes(experiment: Experiment, counts: NdArray<"int32">, overload: number): { readonly bytes: Uint8Array; readonly warnings: readonly string[] } {
  const { kahnFactor = 0, polarized } = experiment.beam;
  const { lines, warnings } = cbfHeader(headerDetector(experiment, counts), { ...headerExtras(experiment), overload, kahnFactor: polarized === false ? undefined : kahnFactor });
  return { bytes: formatCbf(lines, counts), warnings };
}
