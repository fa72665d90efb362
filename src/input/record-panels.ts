import type { ExperimentRecord, GroupRecord } from "../io/geometry/record.js";
import type { Detector } from "../models/detector.js";
import { allPanels, carrierOf, type MountedPanels, type PanelGroup, type PanelledDetector } from "../models/panels.js";
import { InputError } from "../ndarray/errors.js";
import { firstDetector } from "./record-detector.js";

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

/**
 * The panels of a geometry file, to be carried along with a detector of one panel.
 * @param detector the first panel, where options have left it or brought it
 * @throws InputError when the detector is curved
 */
export function mountedPanels(record: ExperimentRecord, detector: Detector): MountedPanels {
  if (detector.curved) throw new InputError(`-curved_det is for a detector of one panel, and ${record.source} has ${record.panels.length}`);
  return { ...panelledDetector(record, detector), carrier: carrierOf(firstDetector(record)) };
}
