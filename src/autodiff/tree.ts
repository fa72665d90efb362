import { InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray } from "../ndarray/ndarray.js";
import { Variable } from "./tape.js";

export type Leaf = NdArray | Variable;

/** A tree of recorded parameters, plain objects and lists to any depth, as the arrays that may be handed in for it. */
export type Arrays<R> = R extends Variable ? NdArray : { readonly [K in keyof R]: Arrays<R[K]> };

/**
 * The leaves of a tree, in the order of its lists and of its objects' keys.
 * @throws InputError when something is neither an array, nor a recorded value, nor a plain object or list of such
 */
export function leavesOf(tree: unknown): Leaf[] {
  if (tree instanceof NdArray || tree instanceof Variable) return [tree];
  if (typeof tree !== "object" || tree === null) {
    throw new InputError(`a tree of parameters holds arrays in plain objects and lists, not ${String(tree)}`);
  }
  return Object.values(tree).flatMap(leavesOf);
}

/**
 * A tree of the same form with other leaves, in the order of `leavesOf`.
 * @throws ShapeError when their number differs
 */
export function withLeaves<T>(tree: unknown, leaves: readonly Leaf[]): T;
export function withLeaves(tree: unknown, leaves: readonly Leaf[]): unknown {
  const count = leavesOf(tree).length;
  if (count !== leaves.length) throw new ShapeError(`a tree of ${count} leaves cannot take ${leaves.length}`);
  let next = 0;
  const fill = (branch: unknown): unknown => {
    if (branch instanceof NdArray || branch instanceof Variable) return leaves[next++];
    if (Array.isArray(branch)) return branch.map(fill);
    return Object.fromEntries(Object.entries(Object(branch)).map(([name, twig]) => [name, fill(twig)]));
  };
  return fill(tree);
}
