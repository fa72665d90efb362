import { known, type Quantity } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { radiansPerDegree } from "../physics/constants.js";
import { cross, dot, minus, plus, rotate, scale, type Vector } from "../physics/vector.js";
import { detectorFrame, type Axes, type Detector, type DetectorFrame, type PanelFrame, type Sensor } from "./detector.js";

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
  /** where a detector of one panel stands, with axes across each other, while the panels stand where they say: they move as it does */
  readonly carrier?: PanelFrame;
}

/** The panels of an experiment, which its detector carries along. */
export interface MountedPanels<Q = number> extends PanelledDetector {
  /** where the experiment's detector stands while the panels stand where they say */
  readonly carrier: PanelFrame;
  /** how groups have moved besides, by their names; the others are at rest */
  readonly moves?: Readonly<Record<string, GroupMove<Q>>>;
}

/** What of an experiment says where its pixels are. */
export interface Placed {
  /** the only panel, or what carries many */
  readonly detector: Detector<Quantity>;
  /** many of them; one unless given */
  readonly panels?: MountedPanels<Quantity>;
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

/** The shape of an image of all panels: [panel, slow, fast] of the largest. */
export function stackShape({ panels }: PanelledDetector): readonly [panel: number, slow: number, fast: number] {
  return [panels.length, Math.max(...panels.map(({ pixels }) => pixels.slow)), Math.max(...panels.map(({ pixels }) => pixels.fast))];
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

/** For each panel, the groups that hold it, innermost first. */
export function holdersOf(detector: PanelledDetector): readonly (readonly RestingGroup[])[] {
  const groups = groupsOf(detector);
  // A group stands before those in it.
  return detector.panels.map((_, panel) => groups.filter(({ panels }) => panels.includes(panel)).reverse());
}

/**
 * Where a detector of one panel carries another panel when it moves.
 * @param carrier where that detector stood while the panel was where it is
 */
export function carriedAlong({ originMm, fast, slow, isFlipped }: PanelFrame<Quantity>, carrier: PanelFrame, now: DetectorFrame): PanelFrame<Quantity> {
  const across = carrier.isFlipped ? cross(carrier.slow, carrier.fast) : cross(carrier.fast, carrier.slow);
  const turned = (vector: Vector): Vector =>
    plus(scale(now.fast, dot(vector, carrier.fast)), scale(now.slow, dot(vector, carrier.slow)), scale(now.normal, dot(vector, across)));
  return { originMm: plus(turned(minus(originMm, carrier.originMm)), scale(now.origin, 1000)), fast: turned(fast), slow: turned(slow), isFlipped };
}

/** A detector of one panel as it stands, to carry others along. */
export function carrierOf(detector: Detector): PanelFrame {
  const { origin, fast, slow, normal } = detectorFrame(detector);
  return { originMm: inNumbers(scale(origin, 1000)), fast: inNumbers(fast), slow: inNumbers(slow), isFlipped: known(dot(cross(fast, slow), normal)) < 0 };
}

function inNumbers([x, y, z]: Vector): Vector<number> {
  return [known(x), known(y), known(z)];
}

/** The panels of an experiment, each as a detector of its own where it now stands; where there is one, the detector itself. */
export function detectorsOf({ detector, panels }: Placed): readonly Detector<Quantity>[] {
  if (panels === undefined) return [detector];
  const { moves = {}, carrier } = panels;
  const holders = holdersOf(panels);
  const now = detectorFrame(detector);
  return panels.panels.map((panel, i) => {
    const moved = holders[i].filter(({ name }) => name in moves).map(({ name, centreMm }) => ({ centreMm, move: moves[name] }));
    return likeCarrier(panelDetector(panel, panels, carriedAlong(panelFrame(panel, moved), carrier, now)), detector);
  });
}

/** How groups of an experiment's panels have moved, in numbers. */
export function movesOf({ panels }: Placed): Readonly<Record<string, GroupMove>> {
  return Object.fromEntries(Object.entries(panels?.moves ?? {}).map(([name, { shiftMm, turnDeg }]) => [name, { shiftMm: inNumbers(shiftMm), turnDeg: inNumbers(turnDeg) }]));
}

/** A panel with what panels have of the detector that carries them: their sensor, and what widens spots on them. */
export function likeCarrier(panel: Detector<Quantity>, { sensor, footprintMm, pointPixel }: Detector<Quantity>): Detector<Quantity> {
  return { ...panel, ...(sensor && { sensor }), ...(footprintMm !== undefined && { footprintMm }), ...(pointPixel && { pointPixel }) };
}
