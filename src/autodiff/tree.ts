import { describe, InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray } from "../ndarray/ndarray.js";
import { Variable } from "./tape.js";

/** What may stand at the leaves of a tree of parameters. */
export type Leaf = NdArray | Variable;

/** A tree of recorded parameters, plain objects and lists to any depth, as the arrays that may be handed in for it. */
export type Arrays<R> = R extends Variable ? NdArray : { readonly [K in keyof R]: Arrays<R[K]> };

/**
 * The leaves of a tree, in the order of its lists and of its objects' keys.
 * @throws InputError when something is neither an array, nor a recorded value, nor a plain object or list of such
 */
export function leavesOf(tree: unknown): Leaf[] {
  return isLeaf(tree) ? [tree] : Object.values(branchOf(tree)).flatMap(leavesOf);
}

/**
 * The leaves of a tree, in the order of another tree of the same form.
 * @throws InputError when the forms differ
 */
export function leavesInOrderOf(form: unknown, tree: unknown): Leaf[] {
  if (isLeaf(form)) {
    if (isLeaf(tree)) return [tree];
    throw new InputError("two trees of parameters have different forms: one has an array where the other has none");
  }
  const twigs = branchOf(form);
  const others = isLeaf(tree) ? {} : branchOf(tree);
  const [names, given] = [Object.keys(twigs), Object.keys(others)];
  if (names.length !== given.length || !names.every((name) => name in others)) {
    const forms = `one holds {${names.join(", ")}}, the other {${given.join(", ")}}`;
    throw new InputError(`two trees of parameters have different forms: ${forms}`);
  }
  return names.flatMap((name) => leavesInOrderOf(twigs[name], others[name]));
}

function isLeaf(tree: unknown): tree is Leaf {
  return tree instanceof NdArray || tree instanceof Variable;
}

/** What stands below a plain object or list, by name. */
function branchOf(tree: unknown): Readonly<Record<string, unknown>> {
  if (typeof tree === "object" && tree !== null) {
    const prototype: unknown = Object.getPrototypeOf(tree);
    if (prototype === Object.prototype || prototype === null || Array.isArray(tree)) return { ...tree };
  }
  throw new InputError(`a tree of parameters holds arrays in plain objects and lists, not ${describe(tree)}`);
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
    if (isLeaf(branch)) return leaves[next++];
    if (Array.isArray(branch)) return branch.map(fill);
    return Object.fromEntries(Object.entries(branchOf(branch)).map(([name, twig]) => [name, fill(twig)]));
  };
  return fill(tree);
}
