/**
 * What a user differentiates with. Parameters are trees of arrays and numbers, and so are results. Every operator takes arrays and gives
 * arrays; called with recorded values, inside of a function that is itself being recorded, it records and gives recorded values, so that
 * a derivative can be differentiated again.
 */
import { describe, describeShape, DTypeError, InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray, scalar } from "../ndarray/ndarray.js";
import { sameShape, sizeOf } from "../ndarray/shape.js";
import { pushForward } from "./forward.js";
import { alias } from "./primitives/identity.js";
import { broadcastTo } from "./primitives/sum.js";
import { pullBack } from "./reverse.js";
import { run } from "./run.js";
import { Tape, TwoTapes, Variable, type Quantity, type Typed } from "./tape.js";
import { dtypeBeside, leavesInOrderOf, leavesOf, withLeaves, type Alike, type Arrays, type Direction, type Leaf, type Results } from "./tree.js";

/** A function of a tree of recorded parameters, to a tree of recorded values; where it gives something else, every operator throws InputError. */
export type Recordable<R, O = Quantity> = (parameters: R) => O;

/** A number to differentiate, and what else is to be known of the way to it. */
export interface WithAuxiliary<A> {
  /** what is differentiated, of shape [] */
  readonly value: Quantity;
  /** a tree of recorded values */
  readonly auxiliary: A;
}

/** A value, and its derivative by every parameter. */
export interface ValueAndGradient<Value, Parameters> {
  /** what the function gives */
  readonly value: Value;
  /** the derivative by every parameter, in the parameters' own tree */
  readonly gradient: Parameters;
}

/** A value, and how it changes along a direction of the parameters. */
export interface ValueAndTangent<Value> {
  /** what the function gives */
  readonly value: Value;
  /** its derivative along the direction, in its own tree */
  readonly tangent: Value;
}

/** The function's value, a tree of arrays. */
export function evaluate<R, O = Variable>(f: Recordable<R, O>) {
  function value<P extends Arrays<R>>(parameters: P): Results<O>;
  function value(parameters: R): O;
  function value(parameters: unknown): unknown {
    return recordOrRun(leavesOf(parameters), (sources) => resultsOf(f, parameters, sources));
  }
  return value;
}

/**
 * The function's value, and its derivative by every parameter, in reverse mode.
 * @param f of a tree of parameters, to one number
 * @throws ShapeError when f gives more than one number
 */
export function valueAndGrad<R>(f: Recordable<R>) {
  function valueAndGradient<P extends Arrays<R>>(parameters: P): ValueAndGradient<NdArray, Alike<P>>;
  function valueAndGradient(parameters: R): ValueAndGradient<Variable, R>;
  function valueAndGradient(parameters: unknown): ValueAndGradient<unknown, unknown> {
    const { value, gradient } = differentiate(f, parameters);
    return { value, gradient };
  }
  return valueAndGradient;
}

/**
 * The same for a function that gives more than the number that is differentiated.
 * @param f of a tree of parameters, to one number and an auxiliary tree
 * @throws ShapeError when f gives more than one number
 */
export function valueAndGradWithAuxiliary<R, A>(f: Recordable<R, WithAuxiliary<A>>) {
  function valueAndGradient<P extends Arrays<R>>(parameters: P): ValueAndGradient<NdArray, Alike<P>> & { readonly auxiliary: Results<A> };
  function valueAndGradient(parameters: R): ValueAndGradient<Variable, R> & { readonly auxiliary: A };
  function valueAndGradient(parameters: unknown): ValueAndGradient<unknown, unknown> & { readonly auxiliary: unknown } {
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
  function gradient<P extends Arrays<R>>(parameters: P): Alike<P>;
  function gradient(parameters: R): R;
  function gradient(parameters: unknown): unknown {
    return differentiate(f, parameters).gradient;
  }
  return gradient;
}

/**
 * The vector-Jacobian product: what a cotangent of the function's value means for every parameter.
 * @param f of a tree of parameters, to a tree of any shapes
 * @returns of (parameters, cotangents in the value's tree): the value, and a cotangent for every parameter
 * @throws ShapeError or DTypeError when a cotangent has not its value's shape and dtype; InputError when the trees differ
 */
export function vjp<R, O = Variable>(f: Recordable<R, O>) {
  function pulledBack<P extends Arrays<R>>(parameters: P, cotangent: Results<O>): ValueAndGradient<Results<O>, Alike<P>>;
  function pulledBack(parameters: R, cotangent: O): ValueAndGradient<O, R>;
  function pulledBack(parameters: unknown, cotangent: unknown): ValueAndGradient<unknown, unknown> {
    const at = leavesOf(parameters);
    const incoming = leavesOf(cotangent);
    const answer = recordOrRun([...at, ...incoming], (recorded) => {
      const sources = recorded.slice(0, at.length);
      const value = recordedBy(f, parameters, sources);
      const values = variablesIn(value, sources[0]);
      const cotangents = leavesInOrderOf(value, withLeaves(cotangent, recorded.slice(at.length))).map((leaf) => recordedLeaf(leaf, sources[0]));
      values.forEach((each, i) => checkLike("cotangent", cotangents[i], each));
      return { value: withLeaves(value, values), gradient: withLeaves(parameters, cotangentsOf(values, cotangents, sources)) };
    });
    return { value: answer.value, gradient: withNumbers(answer.gradient, at, parameters) };
  }
  return pulledBack;
}

/**
 * The Jacobian-vector product: how the function's value moves when the parameters move along a tangent.
 * @param f of a tree of parameters, to a tree of any shapes
 * @returns of (parameters, tangents in the same tree): the value and its tangent
 * @throws InputError when the trees have different forms; ShapeError or DTypeError when a tangent does not fit its parameter
 */
export function jvp<R, O = Variable>(f: Recordable<R, O>) {
  function pushedForward<P extends Arrays<R>>(parameters: P, tangents: Direction<P>): ValueAndTangent<Results<O>>;
  function pushedForward(parameters: R, tangents: R): ValueAndTangent<O>;
  function pushedForward(parameters: unknown, tangents: unknown): ValueAndTangent<unknown> {
    const at = leavesOf(parameters);
    return recordOrRun([...at, ...leavesInOrderOf(parameters, tangents)], (recorded) => {
      const sources = recorded.slice(0, at.length);
      const directions = recorded.slice(at.length);
      sources.forEach((source, i) => checkLike("tangent", directions[i], source));
      const value = recordedBy(f, parameters, sources);
      const targets = variablesIn(value, sources[0]);
      const moved = pushForward(sources, directions, targets).map((tangent, i) => tangent ?? constantLike(0, targets[i]));
      return { value: withLeaves(value, targets), tangent: withLeaves(value, moved) };
    });
  }
  return pushedForward;
}

interface Differentiated {
  readonly value: unknown;
  readonly gradient: unknown;
  readonly auxiliary: unknown;
}

function differentiate<R>(f: Recordable<R, unknown>, parameters: unknown): Differentiated {
  const leaves = leavesOf(parameters);
  const { value, gradient, auxiliary } = recordOrRun(leaves, (sources) => {
    const given = recordedBy(f, parameters, sources);
    const { value, auxiliary } = isWithAuxiliary(given) ? given : { value: given, auxiliary: [] };
    if (typeof value !== "number" && !(value instanceof Variable)) throw notRecorded(value);
    const recorded = recordedLeaf(value, sources[0]);
    if (sizeOf(recorded.shape) !== 1) {
      throw new ShapeError(`a gradient needs a function to one number, not to shape ${describeShape(recorded.shape)}; use vjp`);
    }
    return {
      value: recorded,
      gradient: withLeaves(parameters, cotangentsOf([recorded], [constantLike(1, recorded)], sources)),
      auxiliary: withLeaves(auxiliary, variablesIn(auxiliary, sources[0])),
    };
  });
  return { value, gradient: withNumbers(gradient, leaves, parameters), auxiliary };
}

function isWithAuxiliary(given: unknown): given is WithAuxiliary<unknown> {
  return typeof given === "object" && given !== null && !(given instanceof Variable) && "value" in given && "auxiliary" in given;
}

/** Where a parameter is a number, its derivative is one, too. */
function withNumbers(tree: unknown, leaves: readonly (Leaf | number)[], form: unknown): unknown {
  const found = leavesOf(tree).map((leaf, i) => (typeof leaves[i] === "number" && leaf instanceof NdArray ? leaf.item() : leaf));
  return withLeaves(form, found);
}

/** Tapes on which functions are being recorded, the innermost last. */
const open: Tape[] = [];

/**
 * Records on the tape of those leaves that are recorded or, where none is, on a new tape that is then run. A recorded leaf is aliased:
 * what f has in its closure, be it the very same value, does not vary with f's parameters. What uses a recorded value of a function
 * around is recorded beside it.
 * @param f gives a tree of recorded values
 */
function recordOrRun<T>(leaves: readonly (Leaf | number)[], f: (sources: Variable[]) => T): T;
function recordOrRun(leaves: readonly (Leaf | number)[], f: (sources: Variable[]) => unknown): unknown {
  if (leaves.length === 0) throw new InputError("a tree of parameters has to hold at least one array or number, and this one holds none");
  const dtype = dtypeBeside(leaves);
  const arrays = leaves.map((leaf) => (typeof leaf === "number" ? scalar(leaf, dtype) : leaf));
  const recordOn = (tape: Tape): unknown => f(arrays.map((leaf) => alias(leaf instanceof Variable ? leaf : tape.literal(leaf))));
  const tape = arrays.find((leaf) => leaf instanceof Variable)?.tape;
  if (tape) return recordOn(tape);
  const fresh = new Tape();
  open.push(fresh);
  try {
    const tree = f(arrays.map((leaf) => fresh.input(leaf)));
    const outputs = leavesOf(tree).flatMap((leaf) => (leaf instanceof Variable ? [leaf] : []));
    return withLeaves(tree, run(fresh.program(outputs), arrays.filter((leaf) => leaf instanceof NdArray)));
  } catch (error) {
    const around = error instanceof TwoTapes ? open.find((each) => each !== fresh && error.tapes.includes(each)) : undefined;
    if (around === undefined) throw error;
    return recordOn(around);
  } finally {
    open.splice(open.indexOf(fresh));
  }
}

/** What the function makes of parameters. */
function recordedBy<R>(f: Recordable<R, unknown>, parameters: unknown, sources: readonly Variable[]): unknown {
  return f(withLeaves(parameters, sources));
}

function resultsOf<R>(f: Recordable<R, unknown>, parameters: unknown, sources: readonly Variable[]): unknown {
  const value = recordedBy(f, parameters, sources);
  return withLeaves(value, variablesIn(value, sources[0]));
}

/** The leaves of a tree of results, as recorded values. */
function variablesIn(tree: unknown, like: Variable): Variable[] {
  if (tree === undefined || tree === null || typeof tree === "function" || typeof tree === "string") throw notRecorded(tree);
  const leaves = leavesOf(tree);
  if (!leaves.some((leaf) => leaf instanceof Variable) && leaves.length > 0) throw notRecorded(tree);
  return leaves.map((leaf) => recordedLeaf(leaf, like));
}

function recordedLeaf(leaf: Leaf | number, like: Variable): Variable {
  if (!(leaf instanceof Variable)) throw notRecorded(leaf);
  if (leaf.tape !== like.tape) throw new TwoTapes("the function's value stands on another tape", [leaf.tape, like.tape]);
  return leaf;
}

function notRecorded(value: unknown): InputError {
  return new InputError(`the function returns ${describe(value)}; it must return a value that is recorded from its parameters with ops`);
}

function cotangentsOf(values: readonly Variable[], cotangents: readonly Variable[], sources: readonly Variable[]): Variable[] {
  return pullBack(values, cotangents, sources).map((found, i) => found ?? constantLike(0, sources[i]));
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
