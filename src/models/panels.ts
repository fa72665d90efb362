import { known, type Quantity } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { radiansPerDegree } from "../physics/constants.js";
import { cross, dot, minus, plus, rotate, scale, type Vector } from "../physics/vector.js";
import type { Axes, Detector, PanelFrame, Sensor } from "./detector.js";

/** A flat rectangle of pixels: the pixel (i, j) along fast and slow begins at origin + pixel size * (i fast + j slow). */
export interface Panel {
  /** what messages call it */
  readonly name: string;
  /** number of pixels along each axis */
  readonly pixels: { readonly fast: number; readonly slow: number };
  /** edge of a pixel, in mm */
  readonly pixelSizeMm: number;
  /** from the sample to the corner of the first pixel, before any group is moved */
  readonly originMm: Vector<number>;
  /** of length 1, or as much longer as the pixels are stretched along it; their solid angle remains that of a square */
  readonly fast: Vector<number>;
  /** likewise */
  readonly slow: Vector<number>;
  /** a sensor that stops every photon unless given */
  readonly sensor?: Sensor;
}

/** A group of panels, or of groups, that moves as one. */
export interface PanelGroup {
  /** its own among all groups */
  readonly name: string;
  /** groups in it, and numbers of panels */
  readonly children: readonly (PanelGroup | number)[];
  /** the point that it turns about; the mean of its panels' middles unless given */
  readonly centreMm?: Vector<number> | undefined;
}

/** How a group has moved: turned about its own centre, then shifted, both along the axes of the laboratory. */
export type GroupMove<Q = number> = {
  /** along X, Y and Z, in mm */
  readonly shiftMm: Vector<Q>;
  /** about X, then Y, then Z */
  readonly turnDeg: Vector<Q>;
};

/** A detector of many panels in a tree of groups. */
export interface PanelledDetector {
  /** at least one; the first index of an image counts them */
  readonly panels: readonly Panel[];
  /** the tree's root; a group of all panels unless given */
  readonly mounting?: PanelGroup;
  /** directions in the laboratory that do not depend on the panels */
  readonly axes: Pick<Axes, "beam" | "polarization" | "spindle">;
}

/** A group as the detector has it at rest. */
export interface RestingGroup {
  /** as in the tree */
  readonly name: string;
  /** numbers of the panels that it and the groups in it hold */
  readonly panels: readonly number[];
  /** the point that it turns about, in mm */
  readonly centreMm: Vector<number>;
}

/** A group that holds every panel. */
export const allPanels = "all";

/**
 * The groups of a detector, a group before those in it.
 * @throws InputError when the tree leaves out a panel, holds one twice, or two groups have the same name
 */
export function groupsOf({ panels, mounting }: PanelledDetector): readonly RestingGroup[] {
  const groups: RestingGroup[] = [];
  const held = new Set<number>();
  const walk = (group: PanelGroup): readonly number[] => {
    const at = groups.length;
    if (groups.some(({ name }) => name === group.name)) throw new InputError(`two groups of panels are called "${group.name}"`);
    groups.push({ name: group.name, panels: [], centreMm: [0, 0, 0] });
    const own = group.children.flatMap((child) => {
      if (typeof child !== "number") return walk(child);
      if (panels[child] === undefined || held.has(child)) throw new InputError(`the group "${group.name}" holds panel ${child}, which ${panels[child] === undefined ? "is not there" : "hangs in the tree twice"}`);
      held.add(child);
      return [child];
    });
    groups[at] = { name: group.name, panels: own, centreMm: group.centreMm ?? centreOf(own.map((index) => panels[index])) };
    return own;
  };
  walk(mounting ?? { name: allPanels, children: panels.map((_, i) => i) });
  const lost = panels.findIndex((_, i) => !held.has(i));
  if (lost >= 0) throw new InputError(`panel ${lost} hangs in no group`);
  return groups;
}

function centreOf(panels: readonly Panel[]): Vector<number> {
  const middles = panels.map(({ originMm, fast, slow, pixels, pixelSizeMm }) =>
    originMm.map((x, i) => x + (pixelSizeMm / 2) * (pixels.fast * fast[i] + pixels.slow * slow[i])),
  );
  const mean = (axis: number): number => middles.reduce((sum, middle) => sum + middle[axis], 0) / Math.max(1, middles.length);
  return [mean(0), mean(1), mean(2)];
}

/** A group's rest and how it has moved. */
export interface MovedGroup {
  /** where its middle is before */
  readonly centreMm: Vector;
  /** numbers or recorded values */
  readonly move: GroupMove<Quantity>;
}

/**
 * Where groups bring a point and directions that move with them.
 * @param moved the groups that hold them and have moved, innermost first
 */
export function carried(point: Vector, directions: readonly Vector[], moved: readonly MovedGroup[]): { readonly point: Vector; readonly directions: readonly Vector[] } {
  let at = { point, directions };
  for (const { centreMm, move } of moved) {
    const turn = scale(move.turnDeg, radiansPerDegree);
    at = {
      point: plus(rotate(minus(at.point, centreMm), turn), plus(centreMm, move.shiftMm)),
      directions: at.directions.map((direction) => rotate(direction, turn)),
    };
  }
  return at;
}

/**
 * Where a panel stands when groups have moved.
 * @param moved the groups that hold it and have moved, innermost first
 */
export function panelFrame(panel: Panel, moved: readonly MovedGroup[]): PanelFrame<Quantity> {
  const { point, directions: [fast, slow] } = carried(panel.originMm, [panel.fast, panel.slow], moved);
  return { originMm: point, fast, slow, isFlipped: known(dot(cross(panel.fast, panel.slow), panel.originMm)) < 0 };
}

/** A panel as a detector of its own, in a frame of its own or of another panel like it. */
export function panelDetector(panel: Panel, { axes }: PanelledDetector, placed: PanelFrame<Quantity>): Detector<Quantity> {
  return { pixels: panel.pixels, pixelSizeMm: panel.pixelSizeMm, convention: "CUSTOM", axes, placed, ...(panel.sensor && { sensor: panel.sensor }) };
}
