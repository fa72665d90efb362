import type { Vector } from "./vector.js";

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** What is to be minimised, at one point. */
export interface Evaluation {
  /** of the objective */
  readonly value: number;
  /** Derivatives of the value, one for each parameter. */
  readonly gradient: Vector;
}

/** A function of the parameters with its gradient; numbers that are not finite say "not here". */
export type Objective = (parameters: Vector) => Awaitable<Evaluation>;
