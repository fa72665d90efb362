import { valueAndGrad, type Recordable } from "./differentiate.js";
import { leavesOf, treeOf, vectorOf, withLeaves, type Arrays } from "./tree.js";

/** A value and its derivatives, one for each number of the parameters. */
export interface VectorEvaluation {
  /** what the function gives */
  readonly value: number;
  /** in the order of `vectorOf` */
  readonly gradient: readonly number[];
}

/**
 * A function of a tree of parameters as minimisers take it: a function of their numbers, with its gradient.
 * @param f of a tree of parameters, to one number
 * @param like a tree of the parameters' form, the start of the fit for instance; its numbers are not used
 * @returns of a vector, in the order of `vectorOf(like)`
 * @throws ShapeError, when it is called, if f gives more than one number, or the vector has another length
 */
export function objectiveOf<R>(f: Recordable<R>, like: Arrays<R>): (vector: readonly number[]) => VectorEvaluation {
  return (vector) => {
    const parameters: Arrays<R> = withLeaves(like, leavesOf(treeOf(like, vector)));
    const { value, gradient } = valueAndGrad(f)(parameters);
    return { value: value.item(), gradient: vectorOf(gradient) };
  };
}
