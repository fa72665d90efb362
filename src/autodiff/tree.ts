import { isFloat, type FloatDType } from "../ndarray/dtype.js";
import { describe, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, flatData, fromData, NdArray } from "../ndarray/ndarray.js";
import { Variable } from "./tape.js";

/** What a tree of parameters holds: arrays and numbers, or recorded values in their place. */
export type Leaf = NdArray | Variable;

/** A tree of what a function sees, plain objects and lists to any depth, as the arrays and numbers that may be handed in for it. */
export type Arrays<R> = Variable extends R ? NdArray | number : { readonly [K in keyof R]: Arrays<R[K]> };

/** A tree like one that was handed in: an array for an array, of its type, and a number for a number. */
export type Alike<P> = P extends number ? number : P extends NdArray<infer D> ? NdArray<D> : { readonly [K in keyof P]: Alike<P[K]> };

/** A tree of parameters as a function sees it that is recorded: a recorded value for each array and each number. */
export type Recorded<P> = P extends number | NdArray ? Variable : { readonly [K in keyof P]: Recorded<P[K]> };

/** A direction in which a tree of parameters moves: an array for an array, of its shape and type, and a number for a number. */
export type Direction<P> = P extends number ? number : P extends NdArray ? NdArray : { readonly [K in keyof P]: Direction<P[K]> };

/** A tree of recorded results as arrays. */
export type Results<O> = Variable extends O ? NdArray : { readonly [K in keyof O]: Results<O[K]> };

export interface NamedLeaf {
  /** the names on the way to it, joined by points */
  readonly path: string;
  readonly leaf: Leaf | number;
}

/**
 * The leaves of a tree, in the order of its lists and of its objects' keys.
 * @throws InputError when something is neither an array, a number or a recorded value, nor a plain object or list of such
 */
export function leavesOf(tree: unknown): (Leaf | number)[] {
  const leaves: (Leaf | number)[] = [];
  const collect = (branch: unknown): void => {
    if (isLeaf(branch)) leaves.push(branch);
    else if (Array.isArray(branch)) branch.forEach(collect);
    else Object.values(branchOf(branch)).forEach(collect);
  };
  collect(tree);
  return leaves;
}

/** The same with their names. */
export function namedLeavesOf(tree: unknown, path: string): NamedLeaf[] {
  if (isLeaf(tree)) return [{ path, leaf: tree }];
  return Object.entries(branchOf(tree, path)).flatMap(([name, twig]) => namedLeavesOf(twig, `${path}.${name}`));
}

/**
 * The leaves of a tree, in the order of another tree of the same form.
 * @throws InputError when the forms differ
 */
export function leavesInOrderOf(form: unknown, tree: unknown): (Leaf | number)[] {
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

function isLeaf(tree: unknown): tree is Leaf | number {
  return typeof tree === "number" || tree instanceof NdArray || tree instanceof Variable;
}

/** What stands below a plain object or list, by name. */
function branchOf(tree: unknown, path = "a tree of parameters"): Readonly<Record<string, unknown>> {
  if (typeof tree === "object" && tree !== null) {
    const prototype: unknown = Object.getPrototypeOf(tree);
    if (prototype === Object.prototype || prototype === null || Array.isArray(tree)) return { ...tree };
  }
  const where = path === "parameters" || path.startsWith("a tree") ? "a tree of parameters" : path;
  throw new InputError(`${where} holds arrays and numbers in plain objects and lists, not ${describe(tree)}`);
}

/**
 * A tree of the same form with other leaves, in the order of `leavesOf`.
 * @throws ShapeError when their number differs
 */
export function withLeaves<T>(tree: unknown, leaves: readonly (Leaf | number)[]): T;
export function withLeaves(tree: unknown, leaves: readonly (Leaf | number)[]): unknown {
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

/**
 * The numbers of a tree of arrays and numbers one after another, as minimisers take them: leaf by leaf, each array in the order of its
 * elements.
 * @throws InputError when the tree holds something else
 */
export function vectorOf(tree: unknown): number[] {
  return leavesOf(tree).flatMap((leaf) => {
    if (typeof leaf === "number") return [leaf];
    if (leaf instanceof NdArray) return [...flatData(leaf)];
    throw new InputError("a recorded value has no numbers yet, so a tree with one is no vector of numbers");
  });
}

/**
 * The tree of a form that holds the numbers of a vector: the inverse of `vectorOf`. Arrays keep their dtype.
 * @throws ShapeError when the tree takes another number of them
 */
export function treeOf<P>(form: P, vector: ArrayLike<number>): Alike<P>;
export function treeOf(form: unknown, vector: ArrayLike<number>): unknown {
  const leaves = leavesOf(form);
  const size = leaves.reduce<number>((sum, leaf) => sum + (leaf instanceof NdArray ? leaf.size : 1), 0);
  if (size !== vector.length) throw new ShapeError(`a tree of ${size} numbers cannot take a vector of ${vector.length}`);
  const numbers = Float64Array.from(vector);
  let next = 0;
  const filled = leaves.map((leaf) => {
    if (!(leaf instanceof NdArray)) return numbers[next++];
    next += leaf.size;
    return copy(fromData(numbers.slice(next - leaf.size, next), leaf.shape), leaf.dtype);
  });
  return withLeaves(form, filled);
}

/** The dtype that numbers take beside other leaves: float32 only where all arrays are. */
export function dtypeBeside(leaves: readonly (Leaf | number)[]): FloatDType {
  const floats = leaves.flatMap((leaf) => (typeof leaf !== "number" && isFloat(leaf.dtype) ? [leaf.dtype] : []));
  return floats.length > 0 && floats.every((dtype) => dtype === "float32") ? "float32" : "float64";
}
