import { toWindow, type Camera, type Point, type Size } from "./camera.js";
import type { Mark } from "./drawing.js";
import { beamCentre, type Geometry } from "./geometry.js";
import { cornersOf, pixelAt, placeOf, type Placement } from "./placement.js";
import type { PredictedSpot } from "./predicted-spots.js";
import { ringOf, roundResolutions } from "./rings.js";

export interface OverlayOptions {
  readonly rings: boolean;
  readonly spots: boolean;
  readonly indices: boolean;
}

/** All that is drawn over an image. */
export interface Overlay {
  readonly camera: Camera;
  readonly window: Size;
  readonly geometry: Geometry | undefined;
  readonly placements: readonly Placement[];
  readonly sizes: readonly Size[];
  readonly spots: readonly PredictedSpot[];
  readonly options: OverlayOptions;
  readonly line: { readonly from: Point; readonly to: Point } | undefined;
  /** place that is pointed at by the keyboard or a list */
  readonly cursor: Point | undefined;
  /** whether the image is light where nothing was measured */
  readonly isLight: boolean;
}

/** Colours over a light and over a dark image. */
const inks = {
  light: { ring: "#0b6e99", spot: "#c2410c", edge: "#7b8794", line: "#7c3aed", text: "#0a4f6e", halo: "rgba(255,255,255,0.85)" },
  dark: { ring: "#7cc8ea", spot: "#ffb066", edge: "#8a94a0", line: "#d3b6ff", text: "#c9ebfb", halo: "rgba(0,0,0,0.75)" },
};
const labelSize = 12;
const labelHalfWidth = 24;
/** Labels of indices that fit into a window without hiding the image. */
const mostLabels = 150;
const spotRadius = 7;
const crossArm = 9;

export function overlayMarks(overlay: Overlay): Mark[] {
  const { camera, window, geometry, placements, sizes, options, line, cursor, isLight } = overlay;
  const ink = isLight ? inks.light : inks.dark;
  const seen = (place: Point): Point => toWindow(camera, window, place);
  const marks: Mark[] = sizes.map((size, i) => {
    const corners = cornersOf(placements[i], size).map(seen);
    return { kind: "line", points: [...corners, corners[0]], colour: ink.edge, width: 1 };
  });
  if (geometry && options.rings) marks.push(...ringMarks(overlay, geometry));
  if (options.spots) marks.push(...spotMarks(overlay));
  if (line) {
    const ends = [seen(line.from), seen(line.to)];
    marks.push({ kind: "line", points: ends, colour: ink.line, width: 2 });
    for (const at of ends) marks.push({ kind: "circle", at, radius: 4, colour: ink.line, width: 2 });
  }
  if (cursor) {
    const { x, y } = seen(cursor);
    for (const [from, to] of [[6, 14], [-6, -14]]) {
      marks.push({ kind: "line", points: [{ x: x + from, y }, { x: x + to, y }], colour: ink.line, width: 2 });
      marks.push({ kind: "line", points: [{ x, y: y + from }, { x, y: y + to }], colour: ink.line, width: 2 });
    }
  }
  return marks;
}

/** Rings that were drawn last: while a crystal is turned or the image is moved, they stay. */
let drawnRings: { readonly key: string; readonly rings: readonly { readonly resolution: number; readonly lines: readonly (readonly Point[])[] }[] } = { key: "", rings: [] };

function ringsOn(geometry: Geometry, placements: readonly Placement[], sizes: readonly Size[]) {
  const { panels, beam, wavelengthA } = geometry;
  const key = JSON.stringify([panels, beam, wavelengthA, placements, sizes]);
  if (drawnRings.key === key) return drawnRings.rings;
  const isOnPanel = onPanel(placements, sizes);
  const rings = roundResolutions(geometry).map((resolution) => ({ resolution, lines: ringOf(geometry, placements[0], resolution).parts.flatMap((part) => stretches(part, isOnPanel)) }));
  drawnRings = { key, rings };
  return rings;
}

function onPanel(placements: readonly Placement[], sizes: readonly Size[]): (place: Point) => boolean {
  return (place) =>
    sizes.some(({ width, height }, i) => {
      const { fast, slow } = pixelAt(placements[i], place);
      return fast >= 0 && slow >= 0 && fast <= width && slow <= height;
    });
}

function ringMarks({ camera, window, placements, isLight, sizes }: Overlay, geometry: Geometry): Mark[] {
  const ink = isLight ? inks.light : inks.dark;
  const seen = (place: Point): Point => toWindow(camera, window, place);
  const isOnPanel = onPanel(placements, sizes);
  const isInside = ({ x, y }: Point): boolean => x > 24 && y > 10 && x < window.width - 24 && y < window.height - 10;
  const marks: Mark[] = [];
  for (const { resolution, lines } of ringsOn(geometry, placements, sizes)) {
    for (const part of lines) marks.push({ kind: "line", points: part.map(seen), colour: ink.ring, width: 1, dash: [5, 4] });
    // The label stands as far up to the right as window and panels let it.
    const half = labelHalfWidth / camera.zoom;
    const isRoomy = ({ x, y }: Point): boolean => isOnPanel({ x: x - half, y }) && isOnPanel({ x: x + half, y });
    const [first, ...others] = lines.flat().filter(isRoomy).map(seen).filter(isInside);
    if (first === undefined) continue;
    const at = others.reduce((found, point) => (found.x - found.y >= point.x - point.y ? found : point), first);
    marks.push({ kind: "text", at, text: `${resolution} Å`, size: labelSize, colour: ink.text, halo: ink.halo, align: "middle" });
  }
  const centre = beamCentre(geometry, placements[0]);
  if (!centre) return marks;
  const { x, y } = seen(centre);
  marks.push({ kind: "line", points: [{ x: x - crossArm, y }, { x: x + crossArm, y }], colour: ink.ring, width: 1.5 });
  marks.push({ kind: "line", points: [{ x, y: y - crossArm }, { x, y: y + crossArm }], colour: ink.ring, width: 1.5 });
  return marks;
}

/** The parts of a line whose points fulfil a condition. */
function stretches(line: readonly Point[], condition: (point: Point) => boolean): Point[][] {
  const parts: Point[][] = [[]];
  for (const point of line) {
    if (condition(point)) parts[parts.length - 1].push(point);
    else if (parts[parts.length - 1].length > 0) parts.push([]);
  }
  return parts.filter(({ length }) => length > 1);
}

function spotMarks({ camera, window, placements, spots, options, isLight }: Overlay): Mark[] {
  const ink = isLight ? inks.light : inks.dark;
  const visible = spots.flatMap((spot) => {
    const at = toWindow(camera, window, placeOf(placements[spot.panel], spot.fast, spot.slow));
    return at.x > -9 && at.y > -9 && at.x < window.width + 9 && at.y < window.height + 9 ? [{ spot, at }] : [];
  });
  const radius = Math.max(spotRadius, 3 * camera.zoom);
  const marks: Mark[] = visible.map(({ at }) => ({ kind: "circle", at, radius, colour: ink.spot, width: 1.25 }));
  if (!options.indices || visible.length > mostLabels) return marks;
  for (const { spot, at } of visible) {
    const text = spot.indices.map((index) => String(index).replace("-", "−")).join(" ");
    marks.push({ kind: "text", at: { x: at.x, y: at.y - radius - 8 }, text, size: 11, colour: ink.spot, halo: ink.halo, align: "middle" });
  }
  return marks;
}
