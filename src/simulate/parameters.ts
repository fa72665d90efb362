import { InputError } from "../ndarray/errors.js";
import { flatData, NdArray } from "../ndarray/ndarray.js";
import { namedLeavesOf } from "../autodiff/tree.js";
import type { Operand, Quantity } from "../autodiff/tape.js";

/** Numbers and arrays in plain objects and lists, as an image's parameters are; an interface of such will do. */
export type Parameters = number | NdArray | readonly Parameters[] | { readonly [name: string]: Parameters };

/** The same tree as a function of them sees it: with numbers, or with values on a tape. */
export type Quantities<P> = P extends number ? Quantity : P extends NdArray ? Operand : { readonly [K in keyof P]: Quantities<P[K]> };

/**
 * The leaves of a tree, in the order of its lists and of its objects' keys.
 * @throws InputError when one is neither a finite number nor an array of such
 */
export function parametersIn(tree: unknown): (number | NdArray)[] {
  return namedLeavesOf(tree, "parameters").map(({ path, leaf }) => {
    if (typeof leaf === "number") {
      if (Number.isFinite(leaf)) return leaf;
      throw new InputError(`${path} is ${leaf} where a finite number is needed`);
    }
    if (!(leaf instanceof NdArray)) throw new InputError(`${path} is a recorded value where a number or an array is needed`);
    const wrong = flatData(leaf).find((element) => !Number.isFinite(element));
    if (wrong !== undefined) throw new InputError(`${path} holds ${wrong} where finite numbers are needed`);
    return leaf;
  });
}
