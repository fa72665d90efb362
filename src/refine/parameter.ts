import type { Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";

/**
 * What a parameter does to an image. Stages with blurred spots and the search for numbers of cells go by it.
 *
 * - "orientation" turns the crystal, "lattice" changes its cell, and "position" moves the spots otherwise: all are refined while spots are
 *   blurred, several starts differ in the first, and of spots narrower than a pixel they are refined in this order
 * - "brightness" multiplies what the crystal scatters
 * - "cells" is a number of cells: held while spots are blurred, and then tried from half to twice its start
 * - "width" says how much the spots are smeared: held while they are blurred; it adapts to a number of cells that is tried
 * - "profile" says what else the spots look like: held while they are blurred
 * - "water" is the edge of the water, in whose place a smooth background stands while spots are blurred
 * - "background" is a term of the smooth background
 */
export type Role = "orientation" | "lattice" | "position" | "brightness" | "cells" | "width" | "profile" | "water" | "background";

/** A number of an experiment that is refined. */
export interface Parameter {
  /** as results call it */
  readonly name: string;
  /** of its value; empty where it has none */
  readonly unit: string;
  /** value that a refinement begins with */
  readonly start: number;
  /**
   * "log" for what is above 0 and may be wrong by a factor: its logarithm is refined. "square" for a width among others, whose squares add up:
   * an image is nearly linear in the square, which can fall to next to nothing and come back; a logarithm would have no slope there
   */
  readonly scale: "linear" | "log" | "square";
  /**
   * The error to be expected of a start, of a logarithm where that is refined, and of a square as a part of the start's. It is the minimisers'
   * unit; what data leave less certain than this they do not determine.
   */
  readonly doubt: number;
  /** smallest value; none unless given */
  readonly lower: number;
  /** largest value; none unless given */
  readonly upper: number;
  /** the one image that it belongs to; all of them unless given */
  readonly image?: number;
  /** "position" unless given */
  readonly role?: Role;
  /** of a group of panels that it moves: which of the six numbers of the move it is, the shift's before the turn's */
  readonly move?: { readonly group: string; readonly number: number };
  /** whether it multiplies what others write, and so comes after them */
  readonly isFactor?: boolean;
  /** @returns the experiment with a value in its place, which may be recorded */
  readonly write: (experiment: Experiment<Quantity>, value: Quantity) => Experiment<Quantity>;
}

/** Whether a parameter has one of several roles. */
export function hasRole({ role = "position" }: Parameter, ...roles: readonly Role[]): boolean {
  return roles.includes(role);
}

/**
 * An experiment with values, which may be recorded, in their places.
 * @param image of several that are refined together, whose own parameters count
 */
export function experimentAt(
  experiment: Experiment<Quantity>,
  parameters: readonly Parameter[],
  values: readonly Quantity[],
  image = 0,
): Experiment<Quantity> {
  const own = [...parameters.keys()].filter((i) => (parameters[i].image ?? image) === image);
  const factorsLast = own.sort((i, j) => Number(parameters[i].isFactor ?? false) - Number(parameters[j].isFactor ?? false));
  return factorsLast.reduce((written, i) => parameters[i].write(written, values[i]), experiment);
}

/** The value at a minimiser's coordinate, which is 0 at the start. */
export function valueAt({ start, scale, doubt }: Parameter, x: number): number {
  if (scale === "linear") return start + doubt * x;
  return scale === "log" ? start * Math.exp(doubt * x) : start * Math.sqrt(1 + doubt * x);
}

/** The minimiser's coordinate of a value. */
export function coordinateOf({ start, scale, doubt }: Parameter, value: number): number {
  if (scale === "linear") return (value - start) / doubt;
  return (scale === "log" ? Math.log(value / start) : (value / start) ** 2 - 1) / doubt;
}

/** The derivative of the value by the minimiser's coordinate. */
export function slopeAt({ start, scale, doubt }: Parameter, value: number): number {
  if (scale === "linear") return doubt;
  return scale === "log" ? doubt * value : (doubt * start ** 2) / (2 * value);
}

/**
 * @throws InputError when a start is no number or lies outside of its bounds, or two parameters have one name
 */
export function checkParameters(parameters: readonly Parameter[]): void {
  if (parameters.length === 0) throw new InputError("nothing is refined: name at least one parameter");
  parameters.forEach(({ name, start, scale, doubt, lower, upper }, i) => {
    if (!Number.isFinite(start)) throw new InputError(`${name} starts at ${start}; it must be a finite number`);
    if (!(doubt > 0)) throw new InputError(`${name} has the doubt ${doubt}; it must be above 0`);
    if (!(lower < upper)) throw new InputError(`${name} has the bounds ${lower} and ${upper}, between which no number lies`);
    if (scale !== "linear" && !(lower > 0)) throw new InputError(`${name} is refined by its ${scale === "log" ? "logarithm" : "square"}, and its lower bound ${lower} is not above 0`);
    if (start < lower || start > upper) throw new InputError(`${name} starts at ${start}, outside of its bounds ${lower} and ${upper}`);
    const first = parameters.findIndex((other) => other.name === name);
    if (first < i) throw new InputError(`${name} is refined twice`);
  });
}
