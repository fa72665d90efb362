import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { norm, scaled, type Vector } from "./vector.js";

/** What a transformation remembers between updates: plain data, so that it can be stored. */
export interface State {
  /** Updates so far. */
  readonly count: number;
  /** Running sums of the gradients, one vector for each that the transformation keeps. */
  readonly moments: readonly Vector[];
  /** The states of a chain's links. */
  readonly links: readonly State[];
}

/** Turns gradients into updates, which are added to the parameters; a pair of pure functions, as in optax. */
export interface Transformation {
  /** the state before the first step */
  readonly init: (parameters: Vector) => State;
  /** from a gradient and a state to a step and the next state */
  readonly update: (gradient: Vector, state: State) => Update;
}

/** A step and the state behind it. */
export interface Update {
  /** what is added to the parameters */
  readonly update: Vector;
  /** for the next step */
  readonly state: State;
}

/** A number, or how it depends on the count of updates before. */
export type Schedule = number | ((count: number) => number);

/**
 * Multiplies by a factor, or each element by its own.
 * @throws InputError when a factor is not finite; at an update, too, when there is not one for each parameter
 */
export function scaleBy(factor: Schedule | Vector): Transformation {
  if (typeof factor === "function") {
    return transformation(0, (gradient, { count }) => {
      const now = factor(count);
      checkFactor(now);
      return [scaled(gradient, now)];
    });
  }
  if (typeof factor !== "object") {
    checkFactor(factor);
    return transformation(0, (gradient) => [scaled(gradient, factor)]);
  }
  factor.forEach(checkFactor);
  return transformation(0, (gradient) => {
    if (factor.length !== gradient.length) {
      throw new InputError(`there are ${factor.length} factors for ${gradient.length} parameters; there must be one for each`);
    }
    return [gradient.map((slope, i) => factor[i] * slope)];
  });
}

/**
 * Shortens to a Euclidean length of at most `maxNorm`.
 * @throws InputError when that is not above 0
 */
export function clipByNorm(maxNorm: number): Transformation {
  check("the largest norm", maxNorm, maxNorm > 0, "a number above 0");
  return transformation(0, (gradient) => {
    const length = norm(gradient);
    return [length > maxNorm ? scaled(gradient, maxNorm / length) : gradient];
  });
}

/**
 * Adds to each gradient a part of the sum of those before.
 * @param decay that part, 0 to 1
 * @param nesterov looks one step ahead (Sutskever et al., ICML 2013)
 * @throws InputError when the decay is beyond 0 to 1
 */
export function accumulate(decay: number, nesterov = false): Transformation {
  check("the decay", decay, decay >= 0 && decay <= 1, "a number from 0 to 1");
  return transformation(1, (gradient, { moments: [sum] }) => {
    const next = gradient.map((slope, i) => slope + decay * sum[i]);
    return [nesterov ? gradient.map((slope, i) => slope + decay * next[i]) : next, next];
  });
}

/** Constants of Adam. */
export interface AdamOptions {
  /** Decay of the mean of the gradients; 0.9 if not given. */
  readonly beta1?: number;
  /** Decay of the mean of their squares; 0.999 if not given. */
  readonly beta2?: number;
  /** Added to the root of that mean, in the gradient's unit; 1e-8 if not given. */
  readonly epsilon?: number;
}

/**
 * Divides the running mean of the gradient by the root of that of its square.
 * @throws InputError when a decay is not from 0 to below 1, or epsilon is below 0
 * @see Kingma & Ba, ICLR 2015, algorithm 1
 */
export function scaleByAdam(options: AdamOptions = {}): Transformation {
  checkOptions("Adam", options, { beta1: true, beta2: true, epsilon: true });
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  for (const [name, decay] of Object.entries({ beta1, beta2 })) check(name, decay, decay >= 0 && decay < 1, "a number from 0 to below 1");
  check("epsilon", epsilon, epsilon >= 0, "a number of at least 0");
  return transformation(2, (gradient, { count, moments: [mean, square] }) => {
    const first = gradient.map((slope, i) => beta1 * mean[i] + (1 - beta1) * slope);
    const second = gradient.map((slope, i) => beta2 * square[i] + (1 - beta2) * slope * slope);
    const unbias1 = 1 - beta1 ** (count + 1);
    const unbias2 = 1 - beta2 ** (count + 1);
    return [first.map((element, i) => element / unbias1 / (Math.sqrt(second[i] / unbias2) + epsilon)), first, second];
  });
}

/** Transformations one after another. */
export function chain(...links: readonly Transformation[]): Transformation {
  return {
    init: (parameters) => ({ count: 0, moments: [], links: links.map((link) => link.init(parameters)) }),
    update: (gradient, state) => {
      const states: State[] = [];
      const update = links.reduce((carried, link, i) => {
        const next = link.update(carried, state.links[i]);
        states.push(next.state);
        return next.update;
      }, gradient);
      return { update, state: { count: state.count + 1, moments: [], links: states } };
    },
  };
}

/** @throws InputError when the learning rate is negative or not finite; if it is a schedule, at an update */
export function gradientDescent(learningRate: Schedule): Transformation {
  return descending(learningRate);
}

/**
 * Gradient descent with `accumulate`.
 * @throws InputError when the decay is beyond 0 to 1, or the learning rate negative or not finite; if it is a schedule, at an update
 */
export function momentum(learningRate: Schedule, decay = 0.9, nesterov = false): Transformation {
  return chain(accumulate(decay, nesterov), descending(learningRate));
}

/**
 * Adam: every parameter moves by about the learning rate, whatever its unit.
 * @throws InputError when an option is wrong, or the learning rate negative or not finite; if it is a schedule, at an update
 * @see Kingma & Ba, ICLR 2015
 */
export function adam(learningRate: Schedule, options: AdamOptions = {}): Transformation {
  return chain(scaleByAdam(options), descending(learningRate));
}

/**
 * A learning rate that falls from `initial` to 0 along half a cosine.
 * @throws InputError when there is no step, or the rate is negative or not finite
 * @see Loshchilov & Hutter, ICLR 2017, eq. 5
 */
export function cosineDecay(initial: number, steps: number): (count: number) => number {
  checkRate(initial);
  check("the number of steps", steps, steps > 0, "above 0");
  return (count) => (initial / 2) * (1 + Math.cos(Math.PI * Math.min(count / steps, 1)));
}

function descending(learningRate: Schedule): Transformation {
  const against = (rate: number): number => {
    checkRate(rate);
    return -rate;
  };
  return scaleBy(typeof learningRate === "function" ? (count) => against(learningRate(count)) : against(learningRate));
}

function checkFactor(factor: number): void {
  check("the factor", factor, Number.isFinite(factor), "a finite number");
}

function checkRate(rate: number): void {
  check("the learning rate", rate, rate >= 0 && rate < Infinity, "a finite number of at least 0");
}

function check(name: string, found: number, isRight: boolean, right: string): void {
  if (!isRight) throw new InputError(`${name} is ${found}; it must be ${right}`);
}

/** A transformation that keeps some moments, from its rule: gradient and state to the update, then the moments. */
function transformation(
  moments: number,
  rule: (gradient: Vector, state: State) => readonly [update: Vector, ...moments: Vector[]],
): Transformation {
  return {
    init: (parameters) => ({ count: 0, moments: Array.from({ length: moments }, () => parameters.map(() => 0)), links: [] }),
    update: (gradient, state) => {
      const [update, ...next] = rule(gradient, state);
      return { update, state: { count: state.count + 1, moments: next, links: [] } };
    },
  };
}
