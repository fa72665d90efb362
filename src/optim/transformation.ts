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
  readonly init: (parameters: Vector) => State;
  readonly update: (gradient: Vector, state: State) => Update;
}

export interface Update {
  readonly update: Vector;
  readonly state: State;
}

/** A number, or how it depends on the count of updates before. */
export type Schedule = number | ((count: number) => number);

/** Multiplies by a factor, or each element by its own. */
export function scaleBy(factor: Schedule | Vector): Transformation {
  if (typeof factor === "object") return transformation(0, (gradient) => [gradient.map((slope, i) => factor[i] * slope)]);
  return transformation(0, (gradient, { count }) => [scaled(gradient, at(factor, count))]);
}

/** Shortens to a Euclidean length of at most `maxNorm`. */
export function clipByNorm(maxNorm: number): Transformation {
  return transformation(0, (gradient) => {
    const length = norm(gradient);
    return [length > maxNorm ? scaled(gradient, maxNorm / length) : gradient];
  });
}

/**
 * Adds to each gradient a part of the sum of those before.
 * @param decay that part, 0 to 1
 * @param nesterov looks one step ahead (Sutskever et al., ICML 2013)
 */
export function accumulate(decay: number, nesterov = false): Transformation {
  return transformation(1, (gradient, { moments: [sum] }) => {
    const next = gradient.map((slope, i) => slope + decay * sum[i]);
    return [nesterov ? gradient.map((slope, i) => slope + decay * next[i]) : next, next];
  });
}

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
 * @see Kingma & Ba, ICLR 2015, algorithm 1
 */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Transformation {
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

export function gradientDescent(learningRate: Schedule): Transformation {
  return descending(learningRate);
}

/** Gradient descent with `accumulate`. */
export function momentum(learningRate: Schedule, decay = 0.9, nesterov = false): Transformation {
  return chain(accumulate(decay, nesterov), descending(learningRate));
}

/**
 * Adam: every parameter moves by about the learning rate, whatever its unit.
 * @see Kingma & Ba, ICLR 2015
 */
export function adam(learningRate: Schedule, options: AdamOptions = {}): Transformation {
  return chain(scaleByAdam(options), descending(learningRate));
}

/**
 * A learning rate that falls from `initial` to 0 along half a cosine.
 * @see Loshchilov & Hutter, ICLR 2017, eq. 5
 */
export function cosineDecay(initial: number, steps: number): (count: number) => number {
  return (count) => (initial / 2) * (1 + Math.cos(Math.PI * Math.min(count / steps, 1)));
}

function descending(learningRate: Schedule): Transformation {
  return scaleBy(typeof learningRate === "number" ? -learningRate : (count) => -learningRate(count));
}

function at(schedule: Schedule, count: number): number {
  return typeof schedule === "number" ? schedule : schedule(count);
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
