import { InputError } from "../ndarray/errors.js";
import type { Vector } from "./vector.js";

/** Limits of the parameters, one for each; ±Infinity where there is none. */
export interface Bounds {
  /** smallest values, one a parameter; -Infinity for none */
  readonly lower?: Vector;
  /** largest values, one a parameter; Infinity for none */
  readonly upper?: Vector;
}

/** @throws InputError when there is not one limit for each parameter, or no number between two of them */
export function checkBounds(bounds: Bounds, count: number): void {
  for (const side of ["lower", "upper"] as const) {
    const limits = bounds[side];
    if (limits === undefined) continue;
    if (limits.length !== count) {
      throw new InputError(`there are ${limits.length} ${side} bounds for ${count} parameters; there must be one for each`);
    }
    const wrong = limits.findIndex(Number.isNaN);
    if (wrong >= 0) {
      throw new InputError(`the ${side} bound of parameter ${wrong} is NaN; where there is none, it is ±Infinity`);
    }
  }
  for (let i = 0; i < count; i++) {
    const [low, high] = limits(bounds, i);
    if (low > high || low === Infinity || high === -Infinity) {
      throw new InputError(`parameter ${i} has the lower bound ${low} and the upper bound ${high}; no number lies between`);
    }
  }
}

/** The lower and the upper limit of one parameter. */
export function limits(bounds: Bounds, i: number): readonly [low: number, high: number] {
  return [bounds.lower?.[i] ?? -Infinity, bounds.upper?.[i] ?? Infinity];
}

/** The nearest point within the bounds. */
export function project(parameters: Vector, bounds: Bounds): number[] {
  return parameters.map((parameter, i) => {
    const [low, high] = limits(bounds, i);
    return Math.min(Math.max(parameter, low), high);
  });
}

/** Whether the way downhill leads parameter i out of its bounds, on one of which it stands. */
export function isHeld(i: number, parameters: Vector, gradient: Vector, bounds: Bounds): boolean {
  const [low, high] = limits(bounds, i);
  return low === high || (parameters[i] <= low && gradient[i] > 0) || (parameters[i] >= high && gradient[i] < 0);
}

/** The gradient, with 0 for the parameters that are held at a bound: it vanishes at a minimum within the bounds. */
export function projectedGradient(parameters: Vector, gradient: Vector, bounds: Bounds): number[] {
  return gradient.map((slope, i) => (isHeld(i, parameters, gradient, bounds) ? 0 : slope));
}
