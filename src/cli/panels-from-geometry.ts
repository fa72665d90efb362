import { mountedPanels } from "../input/record-panels.js";
import { atDistance } from "../input/record-detector.js";
import type { ExperimentRecord } from "../io/geometry/record.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import type { Simulation } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { Request } from "./experiment-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";

/** What a geometry file with many panels states, where it is one; at the distance that an option says. */
export function manyPanels(given: Given<SimulateFlag>, { geometry }: Pick<InputFiles, "geometry">): ExperimentRecord | undefined {
  if (geometry === undefined || geometry.record.panels.length < 2) return undefined;
  const distanceMm = given.number("distance");
  return distanceMm === undefined ? geometry.record : atDistance(geometry.record, distanceMm);
}

/** An experiment on many panels. */
export type PanelExperiment = Experiment & Required<Pick<Experiment, "panels">>;

/** The experiment on many panels, carried along by its detector. */
export function onManyPanels(experiment: Experiment, record: ExperimentRecord): PanelExperiment {
  return { ...experiment, panels: mountedPanels(record, experiment.detector) };
}

/** @throws InputError when an option is for one panel only */
export function checkPanels({ source, panels }: ExperimentRecord, { roi, mask }: Request["options"]): void {
  if (roi || mask) throw new InputError(`-${roi ? "roi" : "mask"} is for a detector of one panel, and ${source} has ${panels.length}`);
}

/**
 * Simulates what a command line asks for on a detector of many panels.
 * @param experiment with its panels
 * @returns an image of the shape [panel, slow, fast]
 */
export async function simulatePanels({ panels, ...experiment }: PanelExperiment, options: Request["options"], pool: WorkerPool | undefined): Promise<Simulation> {
  const { roi: _roi, mask: _mask, onProgress: _, ...rest } = options;
  const model = new PanelModel<Record<string, never>>(panels, () => experiment, rest);
  const parameters = { experiment: {}, groups: {} };
  const { image, warnings } = pool ? await model.simulateOn({ pool }, parameters) : model.simulate(parameters);
  return { image, warnings };
}
