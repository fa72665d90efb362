import type { Box, Point, Size } from "./camera.js";

/** Where the pixels of a panel lie on the common plane that is shown, whose unit is a pixel of the first panel. */
export interface Placement {
  /** of the first pixel's corner */
  readonly origin: Point;
  /** from one pixel to the next, along the fast and the slow axis */
  readonly fast: Point;
  readonly slow: Point;
}

export const upright: Placement = { origin: { x: 0, y: 0 }, fast: { x: 1, y: 0 }, slow: { x: 0, y: 1 } };

/** The pixel of a panel at a place, counted with fractions from the corner of the first. */
export function pixelAt({ origin, fast, slow }: Placement, { x, y }: Point): { readonly fast: number; readonly slow: number } {
  const area = fast.x * slow.y - fast.y * slow.x;
  const [dx, dy] = [x - origin.x, y - origin.y];
  return { fast: (dx * slow.y - dy * slow.x) / area, slow: (dy * fast.x - dx * fast.y) / area };
}

/** The place of a pixel of a panel. */
export function placeOf({ origin, fast, slow }: Placement, atFast: number, atSlow: number): Point {
  return { x: origin.x + atFast * fast.x + atSlow * slow.x, y: origin.y + atFast * fast.y + atSlow * slow.y };
}

/** The smallest upright box around panels. */
export function boundsOf(panels: readonly { readonly placement: Placement; readonly size: Size }[]): Box {
  const corners = panels.flatMap(({ placement, size }) => cornersOf(placement, size));
  const left = Math.min(...corners.map(({ x }) => x));
  const top = Math.min(...corners.map(({ y }) => y));
  const width = Math.max(...corners.map(({ x }) => x)) - left;
  return { x: left, y: top, width, height: Math.max(...corners.map(({ y }) => y)) - top };
}

/** The four corners of an image where it lies, around it. */
export function cornersOf({ origin, fast, slow }: Placement, { width, height }: Size): Point[] {
  const at = (i: number, j: number): Point => ({ x: origin.x + i * fast.x + j * slow.x, y: origin.y + i * fast.y + j * slow.y });
  return [at(0, 0), at(width, 0), at(width, height), at(0, height)];
}
