import { InputError } from "../ndarray/errors.js";
import type { Awaitable, Evaluation } from "./objective.js";
import {
  completeStopConditions, type CompleteStopConditions, type HistoryEntry, type Point, type Result, type StopConditions, type Why,
} from "./stop.js";
import { allFinite, norm, subtract, type Vector } from "./vector.js";

/** Ends a run from the midst of a step; `minimise` catches it. */
class Interruption extends Error {
  constructor(readonly why: "aborted" | "time") {
    super(why);
  }
}

/** Changes of the value below this part of it may be nothing but rounding. */
export const rounding = 4 * Number.EPSILON;

/** A run of a minimiser: it counts the evaluations, keeps the best point and the history, and knows when to stop. */
export class Run {
  private readonly began = performance.now();
  private readonly history: HistoryEntry[] = [];
  private evaluations = 0;
  private best: Point;
  private current: Point;

  constructor(
    start: Vector,
    readonly stop: CompleteStopConditions,
  ) {
    this.best = this.current = { parameters: start, value: NaN };
  }

  /**
   * Evaluates the objective at the start.
   * @throws InputError when something there is not finite or the gradient has another length
   */
  async begin<E extends Evaluation>(compute: (parameters: Vector) => Awaitable<E>): Promise<E & Point> {
    const start = this.current.parameters;
    const wrong = start.findIndex((parameter) => !Number.isFinite(parameter));
    if (wrong >= 0) throw new InputError(`parameter ${wrong} starts at ${start[wrong]}; it must be a finite number`);
    const point = await this.evaluate(start, compute);
    if (point.gradient.length !== start.length) {
      throw new InputError(`${point.gradient.length} derivatives for ${start.length} parameters; there must be one for each`);
    }
    if (!isUsable(point)) {
      const culprit = Number.isFinite(point.value) ? "gradient" : "value";
      const found = Number.isFinite(point.value) ? point.gradient.find((slope) => !Number.isFinite(slope)) : point.value;
      throw new InputError(`the objective's ${culprit} is ${found} at the start; begin where value and gradient are finite`);
    }
    return point;
  }

  /** Evaluates something at a point, which is remembered if it is the best so far; or ends the run. */
  async evaluate<E extends Omit<Point, "parameters">>(
    parameters: Vector,
    compute: (parameters: Vector) => Awaitable<E>,
  ): Promise<E & Point> {
    const reason = this.interruption();
    if (reason !== undefined) throw new Interruption(reason);
    const point = { ...(await this.unlessAborted(() => compute(parameters))), parameters };
    this.evaluations++;
    if (isUsable(point) && !(point.value >= this.best.value)) this.best = point;
    return point;
  }

  /**
   * Takes a step (at first: the start) into the history.
   * @param gradientNorm the gradient's norm there, as the method measures it
   * @param scale factors that make the parameters comparable before the step's length is measured
   * @returns why the run ends here, or undefined when it goes on
   */
  async accept(point: Point, gradientNorm: number, scale?: Vector): Promise<Why | undefined> {
    const { stop, current: previous } = this;
    const { parameters, value } = point;
    const step = this.history.length;
    this.history.push({ step, value, gradientNorm, evaluations: this.evaluations });
    this.current = point;
    // Among values that are equal but for rounding the later point is the better one: its gradient is smaller.
    if (value <= this.best.value + rounding * Math.abs(this.best.value)) this.best = point;
    await this.unlessAborted(() => stop.onStep?.({ step, value, gradientNorm, parameters }));
    if (gradientNorm <= stop.gradientTolerance) return "gradient";
    if (step > 0) {
      const { valueTolerance, stepTolerance } = stop;
      const change = Math.abs(previous.value - value);
      if (valueTolerance > 0 && change <= valueTolerance * Math.max(Math.abs(previous.value), Math.abs(value))) return "value";
      const length = scaledNorm(subtract(parameters, previous.parameters), scale);
      if (stepTolerance > 0 && length <= stepTolerance * (scaledNorm(parameters, scale) + stepTolerance)) return "step";
    }
    return step >= stop.maxSteps ? "maxSteps" : this.interruption();
  }

  result(why: Why): Result {
    return {
      ...pointOf(this.best),
      why,
      converged: why === "gradient" || why === "value" || why === "step",
      steps: Math.max(this.history.length - 1, 0),
      evaluations: this.evaluations,
      history: this.history,
    };
  }

  private interruption(): "aborted" | "time" | undefined {
    if (this.stop.signal?.aborted) return "aborted";
    return performance.now() - this.began > 1000 * this.stop.maxSeconds ? "time" : undefined;
  }

  private async unlessAborted<T>(work: () => Awaitable<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.stop.signal?.aborted ? new Interruption("aborted") : error;
    }
  }
}

/**
 * Carries out a method within the stop conditions.
 * @param start not copied
 * @param method runs until it knows why it ends
 */
export async function minimise(start: Vector, stop: StopConditions, method: (run: Run) => Promise<Why>): Promise<Result> {
  const run = new Run(start, completeStopConditions(stop));
  try {
    return run.result(await method(run));
  } catch (error) {
    if (error instanceof Interruption) return run.result(error.why);
    throw error;
  }
}

/** Whether the value and, if there is one, the gradient are finite. */
export function isUsable(point: Omit<Point, "parameters">): boolean {
  return Number.isFinite(point.value) && (point.gradient === undefined || allFinite(point.gradient));
}

function pointOf({ parameters, value, gradient }: Point): Point {
  return gradient === undefined ? { parameters, value } : { parameters, value, gradient };
}

function scaledNorm(vector: Vector, scale: Vector | undefined): number {
  return norm(scale === undefined ? vector : vector.map((element, i) => element * scale[i]));
}
