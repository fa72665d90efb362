/** Which points of a grid a lookup takes, and when the grid holds them all: the one statement of that rule. */
import { less, mul } from "./elementwise.js";
import type { Variable } from "../tape.js";

/** The points that a lookup takes along each axis, around the whole number that its index is rounded to. */
export interface Stencil {
  /** points before that whole number */
  readonly before: number;
  /** number of points */
  readonly points: number;
}

/** By the names of the lookups. The nearest one rounds to the nearest whole number, the tricubic one down. */
export const stencils = {
  nearest: { before: 0, points: 1 },
  tricubic: { before: 1, points: 4 },
} as const satisfies Readonly<Record<string, Stencil>>;

/**
 * The whole numbers, from the first to the last, at which a grid holds all points of a stencil along an axis.
 * @param min index of the axis' first point
 * @param extent number of its points
 */
export function nodesInside({ before, points }: Stencil, min: number, extent: number): { readonly first: number; readonly last: number } {
  const first = min + before;
  return { first, last: first + extent - points };
}

/** Records 1 where a grid holds all points of a stencil along an axis, else 0, also where the node is NaN. */
export function isInside(stencil: Stencil, node: Variable, min: number, extent: number): Variable {
  const { first, last } = nodesInside(stencil, min, extent);
  return mul(less(first - 1, node), less(node, last + 1));
}
