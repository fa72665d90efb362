import type { ExperimentRecord, GroupRecord } from "../io/geometry/record.js";
import type { Detector } from "../models/detector.js";
import { allPanels, type PanelGroup, type PanelledDetector } from "../models/panels.js";

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
