import type { ExperimentRecord, GroupRecord, PanelRecord } from "../io/geometry/record.js";
import type { Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { allPanels, type PanelGroup, type PanelledDetector } from "../models/panels.js";
import type { DType } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Simulation } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { Request } from "./experiment-from-flags.js";

/**
 * The panels of a geometry file as a detector of many.
 * @param first the model of the first panel, whose directions of beam, field and spindle all have
 */
export function panelledDetector({ panels, mounting }: ExperimentRecord, first: Detector): PanelledDetector {
  const { beam = [0, 0, 1], polarization = [1, 0, 0], spindle = [1, 0, 0] } = first.axes ?? {};
  const names = new Set<string>();
  const group = ({ name, children }: GroupRecord): PanelGroup => {
    const own = name === "" || names.has(name) ? `${name === "" ? allPanels : name}${names.size === 0 ? "" : ` ${names.size}`}` : name;
    names.add(own);
    return { name: own, children: children.map((child) => (typeof child === "number" ? child : group(child))) };
  };
  return {
    panels: panels.map(({ name, pixels, pixelSizeMm, originMm, fast, slow }) => ({ name, pixels, pixelSizeMm, originMm, fast, slow, ...(first.sensor && { sensor: first.sensor }) })),
    ...(mounting && { mounting: group(mounting) }),
    axes: { beam, polarization, spindle },
  };
}

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
