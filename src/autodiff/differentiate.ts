/**
 * What a user differentiates with. Every operator takes arrays and gives arrays; called with recorded values, inside of a function
 * that is itself being recorded, it records and gives recorded values, so that a derivative can be differentiated again.
 */
import { describe, describeShape, DTypeError, InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, sizeOf } from "../ndarray/shape.js";
import { pushForward } from "./forward.js";
import { alias, broadcastTo } from "./primitives/structure.js";
import { pullBack } from "./reverse.js";
import { runRecorded } from "./recorded-runs.js";
import { Tape, Variable, type Typed } from "./tape.js";
import { leavesInOrderOf, leavesOf, withLeaves, type Arrays, type Leaf } from "./tree.js";

/** A function of a tree of recorded parameters, to a recorded value; where it gives something else, every operator throws InputError. */
export type Recordable<R> = (parameters: R) => Variable;

/** The value of a function and its gradient. */
export interface ValueAndGradient<Value, Parameters> {
  /** of the function */
  readonly value: Value;
  /** the derivative by every parameter, in the parameters' own tree */
  readonly gradient: Parameters;
}

/** The value of a function and its derivative along a direction. */
export interface ValueAndTangent<Value> {
  /** of the function */
  readonly value: Value;
  /** derivative of the value along the direction, of the value's shape */
  readonly tangent: Value;
}

/** The function's value. */
export function evaluate<R>(f: Recordable<R>) {
  function value(parameters: Arrays<R>): NdArray;
  function value(parameters: R): Variable;
  function value(parameters: unknown): Leaf {
    return record(leavesOf(parameters), (sources) => [recordedBy(f, parameters, sources)])[0];
  }
  return value;
}

/**
 * The function's value, and its derivative by every parameter, in reverse mode.
 * @param f of a tree of parameters, to one number
 * @throws ShapeError when f gives more than one number
 */
export function valueAndGrad<R>(f: Recordable<R>) {
  function valueAndGradient(parameters: Arrays<R>): ValueAndGradient<NdArray, Arrays<R>>;
  function valueAndGradient(parameters: R): ValueAndGradient<Variable, R>;
  function valueAndGradient(parameters: unknown): ValueAndGradient<Leaf, unknown> {
    return differentiate(f, parameters);
  }
  return valueAndGradient;
}

/**
 * The function's derivative by every parameter, in reverse mode.
 * @param f of a tree of parameters, to one number
 * @throws ShapeError when f gives more than one number
 */
export function grad<R>(f: Recordable<R>) {
  function gradient(parameters: Arrays<R>): Arrays<R>;
  function gradient(parameters: R): R;
  function gradient(parameters: unknown): unknown {
    return differentiate(f, parameters).gradient;
  }
  return gradient;
}

/**
 * The vector-Jacobian product: what a cotangent of the function's value means for every parameter.
 * @param f of a tree of parameters, to any shape
 * @returns of (parameters, cotangent of the value's shape): the value, and a cotangent for every parameter
 * @throws ShapeError or DTypeError when the cotangent has not the value's shape and dtype
 */
export function vjp<R>(f: Recordable<R>) {
  function pulledBack(parameters: Arrays<R>, cotangent: NdArray): ValueAndGradient<NdArray, Arrays<R>>;
  function pulledBack(parameters: R, cotangent: Variable): ValueAndGradient<Variable, R>;
  function pulledBack(parameters: unknown, cotangent: Leaf): ValueAndGradient<Leaf, unknown> {
    const [value, ...gradient] = record([cotangent, ...leavesOf(parameters)], ([incoming, ...sources]) => {
      const recorded = recordedBy(f, parameters, sources);
      checkLike("cotangent", incoming, recorded);
      return [recorded, ...cotangentsOf(recorded, incoming, sources)];
    });
    return { value, gradient: withLeaves(parameters, gradient) };
  }
  return pulledBack;
}

/**
 * The Jacobian-vector product: how the function's value moves when the parameters move along a tangent.
 * @param f of a tree of parameters, to any shape
 * @returns of (parameters, tangents in the same tree): the value and its tangent
 * @throws InputError when the trees have different forms; ShapeError or DTypeError when a tangent does not fit its parameter
 */
export function jvp<R>(f: Recordable<R>) {
  function pushedForward(parameters: Arrays<R>, tangents: Arrays<R>): ValueAndTangent<NdArray>;
  function pushedForward(parameters: R, tangents: R): ValueAndTangent<Variable>;
  function pushedForward(parameters: unknown, tangents: unknown): ValueAndTangent<Leaf> {
    const at = leavesOf(parameters);
    const [value, tangent] = record([...at, ...leavesInOrderOf(parameters, tangents)], (recorded) => {
      const sources = recorded.slice(0, at.length);
      const directions = recorded.slice(at.length);
      sources.forEach((source, i) => checkLike("tangent", directions[i], source));
      const target = recordedBy(f, parameters, sources);
      const [moved] = pushForward(sources, directions, [target]);
      return [target, moved ?? constantLike(0, target)];
    });
    return { value, tangent };
  }
  return pushedForward;
}

function differentiate<R>(f: Recordable<R>, parameters: unknown): ValueAndGradient<Leaf, unknown> {
  const [value, ...gradient] = record(leavesOf(parameters), (sources) => {
    const recorded = recordedBy(f, parameters, sources);
    if (sizeOf(recorded.shape) !== 1) {
      throw new ShapeError(`a gradient needs a function to one number, not to shape ${describeShape(recorded.shape)}; use vjp`);
    }
    return [recorded, ...cotangentsOf(recorded, constantLike(1, recorded), sources)];
  });
  return { value, gradient: withLeaves(parameters, gradient) };
}

/**
 * Records on the tape of those leaves that are recorded or, where all of them are arrays, on a new tape that is then run.
 * A recorded leaf is aliased: what f has in its closure, be it the very same value, does not vary with f's parameters.
 */
function record(leaves: readonly Leaf[], f: (sources: Variable[]) => Variable[]): Leaf[] {
  if (leaves.length === 0) throw new InputError("a tree of parameters has to hold at least one array, and this one holds none");
  const tape = leaves.find((leaf) => leaf instanceof Variable)?.tape;
  if (tape) return f(leaves.map((leaf) => alias(leaf instanceof Variable ? leaf : tape.literal(leaf))));
  const fresh = new Tape();
  const outputs = f(leaves.map((leaf) => fresh.input(leaf)));
  return runRecorded(fresh.program(outputs), leaves.filter((leaf) => leaf instanceof NdArray));
}

/** What the function makes of parameters. */
function recordedBy<R>(f: Recordable<R>, parameters: unknown, sources: readonly Variable[]): Variable {
  const value: unknown = f(withLeaves(parameters, sources));
  if (value instanceof Variable) return value;
  throw new InputError(`the function gives ${describe(value)}; it has to give a value that is recorded from its parameters by ops`);
}

function cotangentsOf(value: Variable, cotangent: Variable, sources: readonly Variable[]): Variable[] {
  return pullBack([value], [cotangent], sources).map((found, i) => found ?? constantLike(0, sources[i]));
}

function constantLike(number: number, like: Variable): Variable {
  return broadcastTo(like.tape.constant(number, like.dtype), like.shape);
}

function checkLike(role: string, given: Typed, wanted: Typed): void {
  if (given.dtype !== wanted.dtype) throw new DTypeError(`the ${role} is ${given.dtype} where ${wanted.dtype} is needed`);
  if (!sameShape(given.shape, wanted.shape)) {
    throw new ShapeError(`the ${role} has shape ${describeShape(given.shape)} where ${describeShape(wanted.shape)} is needed`);
  }
}
