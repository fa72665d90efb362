import { InputError } from "../ndarray/errors.js";
import { plus, scale, type Vector } from "../physics/vector.js";
import { allPanels, groupsOf, type Panel, type PanelGroup, type PanelledDetector } from "./panels.js";

/** A square of pixels on a panel. */
export interface PanelBox {
  /** number of the panel */
  readonly panel: number;
  /** column of the box's first pixel, from 0 */
  readonly fast: number;
  /** row of the box's first pixel, from 0 */
  readonly slow: number;
}

/**
 * Boxes of pixels as panels of their own, in the groups of the panels that they are cut from and turning about the same centres: what is
 * known of a few spots is worked on without the pixels between them.
 * @param edge of the boxes in pixels
 * @throws InputError when a box reaches beyond its panel
 */
export function boxedDetector(detector: PanelledDetector, boxes: readonly PanelBox[], edge: number): PanelledDetector {
  const panels = boxes.map(({ panel, fast, slow }, i): Panel => {
    const { pixels, originMm, pixelSizeMm, ...rest } = detector.panels[panel];
    const isInside = fast >= 0 && slow >= 0 && fast + edge <= pixels.fast && slow + edge <= pixels.slow;
    if (!isInside) throw new InputError(`box ${i} begins at ${fast} ${slow} on the panel ${rest.name}, and ${edge} pixels from there reach beyond its ${pixels.fast} x ${pixels.slow}`);
    const [x, y, z] = plus(originMm, scale(rest.fast, fast * pixelSizeMm), scale(rest.slow, slow * pixelSizeMm)).map(Number);
    return { ...rest, pixelSizeMm, pixels: { fast: edge, slow: edge }, originMm: [x, y, z] };
  });
  const boxesOf = detector.panels.map((_, panel) => [...boxes.keys()].filter((i) => boxes[i].panel === panel));
  const centres = new Map<string, Vector<number>>(groupsOf(detector).map(({ name, centreMm }) => [name, centreMm]));
  const boxed = ({ name, children }: PanelGroup): PanelGroup => ({
    name,
    centreMm: centres.get(name),
    children: children.flatMap((child): (PanelGroup | number)[] => (typeof child === "number" ? boxesOf[child] : [boxed(child)])),
  });
  return { ...detector, panels, mounting: boxed(detector.mounting ?? { name: allPanels, children: detector.panels.map((_, i) => i) }) };
}
