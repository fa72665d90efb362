import { panelledDetector } from "../input/record-panels.js";
import type { ExperimentRecord, PanelRecord } from "../io/geometry/record.js";
import type { Experiment } from "../models/experiment.js";
import type { DType } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Simulation } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { Request } from "./experiment-from-flags.js";

/** Where each panel's first pixel stands in one image of all, and its size: as the file says, or one below the other. */
function layoutOf(panels: readonly PanelRecord[]): { readonly shape: readonly [slow: number, fast: number]; readonly places: readonly { readonly fast: number; readonly slow: number }[] } {
  const stated = panels.map(({ inImage }) => inImage);
  const isStated = stated.every((place) => place !== undefined) && new Set(stated.map((place) => `${place?.fast} ${place?.slow}`)).size === panels.length;
  const height = Math.max(...panels.map(({ pixels }) => pixels.slow));
  const places = panels.map(({ inImage }, i) => (isStated && inImage ? inImage : { fast: 0, slow: i * height }));
  const end = (axis: "fast" | "slow"): number => Math.max(...panels.map(({ pixels }, i) => places[i][axis] + pixels[axis]));
  return { shape: [end("slow"), end("fast")], places };
}

/**
 * Simulates what a command line asks for on a detector of many panels.
 * @returns the image as the geometry file arranges its panels, [slow, fast]
 * @throws InputError when an option is for one panel only
 */
export async function simulatePanels(record: ExperimentRecord, { experiment, options }: Request, pool: WorkerPool | undefined): Promise<Simulation> {
  const { roi, mask, onProgress: _, ...rest } = options;
  if (roi || mask) throw new InputError(`-${roi ? "roi" : "mask"} is for a detector of one panel, and ${record.source} has ${record.panels.length}`);
  const { detector, ...others }: Experiment = experiment;
  const model = new PanelModel<Record<string, never>>(panelledDetector(record, detector), () => others, rest);
  const parameters = { experiment: {}, groups: {} };
  const { image, warnings } = pool ? await model.simulateOn({ pool }, parameters) : model.simulate(parameters);
  return { image: arranged(image, record.panels), warnings };
}

/** An image of the shape [panel, slow, fast] as one of all panels. */
function arranged<D extends DType>(image: NdArray<D>, panels: readonly PanelRecord[]): NdArray<D> {
  const { shape, places } = layoutOf(panels);
  const whole = zeros(shape, image.dtype);
  const values = flatData(image);
  const [, height, width] = image.shape;
  panels.forEach(({ pixels }, panel) => {
    for (let row = 0; row < pixels.slow; row++) {
      const from = (panel * height + row) * width;
      whole.data.set(values.subarray(from, from + pixels.fast), (places[panel].slow + row) * shape[1] + places[panel].fast);
    }
  });
  return whole;
}
