import type { Operand, Quantity } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, NdArray } from "../ndarray/ndarray.js";

/** Numbers and arrays in plain objects and lists. */
export type Parameters = number | NdArray | readonly Parameters[] | { readonly [name: string]: Parameters };

/** The same tree as a function of them sees it: with numbers, or with values on a tape. */
export type Quantities<P> = P extends number ? Quantity : P extends NdArray ? Operand : { readonly [K in keyof P]: Quantities<P[K]> };

/**
 * The leaves of a tree, in the order of its lists and of its objects' keys.
 * @throws InputError when one is neither a finite number nor an array of such
 */
export function parametersIn(tree: unknown, path = "parameters"): (number | NdArray)[] {
  if (tree instanceof NdArray) {
    const wrong = flatData(tree).find((element) => !Number.isFinite(element));
    if (wrong !== undefined) throw new InputError(`${path} holds ${wrong} where finite numbers are needed`);
    return [tree];
  }
  if (typeof tree === "number" && Number.isFinite(tree)) return [tree];
  if (typeof tree !== "object" || tree === null) throw new InputError(`${path} is ${String(tree)} where a finite number is needed`);
  return Object.entries(tree).flatMap(([name, branch]) => parametersIn(branch, `${path}.${name}`));
}

/** A tree of the same form with other leaves, in the order of `parametersIn`. */
export function withParameters<T>(tree: unknown, leaves: readonly (Operand | NdArray)[]): T;
export function withParameters(tree: unknown, leaves: readonly unknown[]): unknown {
  let next = 0;
  const fill = (branch: unknown): unknown => {
    if (typeof branch === "number" || branch instanceof NdArray) return leaves[next++];
    if (Array.isArray(branch)) return branch.map(fill);
    return Object.fromEntries(Object.entries(Object(branch)).map(([name, twig]) => [name, fill(twig)]));
  };
  return fill(tree);
}
