import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import type { Awaitable } from "./objective.js";
import type { Vector } from "./vector.js";

/** Where a run stands after a step; step 0 is the start. */
export interface Progress {
  /** Steps taken; 0 at the start. */
  readonly step: number;
  /** Of the objective. */
  readonly value: number;
  /** As the method measures it; see `StopConditions.gradientTolerance`. */
  readonly gradientNorm: number;
  /** One number a parameter. */
  readonly parameters: Vector;
}

/** When a run ends; whichever comes first. A tolerance of 0 switches its test off. */
export interface StopConditions {
  /** Steps taken; 200 if not given. */
  readonly maxSteps?: number;
  /**
   * The gradient's norm, 1e-10 if not given. It is the largest |dF/dx| of a parameter that is not held at a bound, in the
   * objective's unit by the parameter's; in `levenbergMarquardt` the largest cosine between the residuals and their
   * derivative by a parameter, which has no unit.
   */
  readonly gradientTolerance?: number;
  /** The change of the value in a step, relative to the value; 1e-12 if not given. Not below the objective's noise. */
  readonly valueTolerance?: number;
  /** The length of a step, relative to that of the parameters; 1e-12 if not given. */
  readonly stepTolerance?: number;
  /** Seconds since the run began; none if not given. An evaluation that is under way is waited for. */
  readonly maxSeconds?: number;
  /**
   * Ends the run after the evaluation that is under way, or by the error which that throws. Where the objective is not
   * asynchronous, nothing can abort until `onStep` waits for a task.
   */
  readonly signal?: AbortSignal;
  /** Called at the start and after each step, and waited for. */
  readonly onStep?: (progress: Progress) => Awaitable<void>;
}

/** The stop conditions with nothing left open. */
export interface CompleteStopConditions extends StopConditions {
  /** Steps taken. */
  readonly maxSteps: number;
  /** Of the gradient's norm. */
  readonly gradientTolerance: number;
  /** Relative change of the value. */
  readonly valueTolerance: number;
  /** Relative length of a step. */
  readonly stepTolerance: number;
  /** Seconds since the run began. */
  readonly maxSeconds: number;
}

/**
 * Why a run ended: a tolerance was met ("gradient", "value", "step"); it was cut short ("maxSteps", "time", "aborted");
 * no step, however short, lowered the value although the gradient promised it ("lineSearchFailed": the gradient is wrong,
 * or the value has more noise than `valueTolerance`); or nowhere else was the objective finite ("notFinite").
 */
export type Why = "gradient" | "value" | "step" | "maxSteps" | "time" | "aborted" | "lineSearchFailed" | "notFinite";

/** One line of a run's history. */
export interface HistoryEntry {
  /** Steps taken until then. */
  readonly step: number;
  /** Of the objective. */
  readonly value: number;
  /** As the method measures it. */
  readonly gradientNorm: number;
  /** Calls of the objective until then. */
  readonly evaluations: number;
}

/** Parameters and what is known of the objective there. */
export interface Point {
  /** One number a parameter. */
  readonly parameters: Vector;
  /** Of the objective. */
  readonly value: number;
  /** Of the objective, one number a parameter. */
  readonly gradient?: Vector;
}

/** What a minimiser found. The parameters are the best that it saw, however it ended. */
export interface Result extends Point {
  /** NaN when the run was aborted before the first evaluation ended. */
  readonly value: number;
  /** At the parameters; missing when the run ended before it was known. */
  readonly gradient?: Vector;
  /** What ended the run. */
  readonly why: Why;
  /** Whether a tolerance was met. */
  readonly converged: boolean;
  /** Steps taken, without the tries that were rejected. */
  readonly steps: number;
  /** Calls of the objective. */
  readonly evaluations: number;
  /** An entry for the start and each step. */
  readonly history: readonly HistoryEntry[];
}

/** @throws InputError when a limit is negative or not a number */
export function completeStopConditions(given: StopConditions): CompleteStopConditions {
  checkOptions("a minimiser's stop conditions", given, {
    maxSteps: true, gradientTolerance: true, valueTolerance: true, stepTolerance: true, maxSeconds: true, signal: true, onStep: true,
  });
  const { maxSteps = 200, gradientTolerance = 1e-10, valueTolerance = 1e-12, stepTolerance = 1e-12, maxSeconds = Infinity } = given;
  const limits = { maxSteps, gradientTolerance, valueTolerance, stepTolerance, maxSeconds };
  for (const [name, limit] of Object.entries(limits)) {
    if (!(limit >= 0)) throw new InputError(`${name} is ${limit}; it must be a number of at least 0`);
  }
  return { ...given, ...limits };
}
