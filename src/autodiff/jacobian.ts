/** Matrices of derivatives, made column by column or row by row from products with them. */
import { NdArray, fromData, zeros } from "../ndarray/ndarray.js";
import { grad, jvp, vjp, evaluate, type Recordable } from "./differentiate.js";
import type { Variable } from "./tape.js";
import { leavesOf, treeOf, vectorOf, withLeaves, type Alike, type Arrays, type Direction } from "./tree.js";

/** A tree of derivatives: for each parameter an array of the value's shape, then the parameter's own. */
export type JacobianOf<P> = P extends number | NdArray ? NdArray<"float64"> : { readonly [K in keyof P]: JacobianOf<P[K]> };

/**
 * The derivative of every element of the function's value by every parameter: in reverse mode where the value has fewer elements than the
 * parameters, else in forward mode.
 * @param f of a tree of parameters, to any shape
 * @returns in the parameters' tree, float64 arrays of shape [...value's, ...parameter's]
 */
export function jacobian<R>(f: Recordable<R, Variable>) {
  return <P extends Arrays<R>>(parameters: P): JacobianOf<P> => {
    const value = evaluate(f)(parameters);
    const size = vectorOf(parameters).length;
    const matrix = zeros([value.size, size]);
    const rows = value.size < size;
    const count = rows ? value.size : size;
    const unit = (length: number, at: number): Float64Array => Float64Array.from({ length }, (_, i) => (i === at ? 1 : 0));
    for (let i = 0; i < count; i++) {
      const found = rows
        ? vectorOf(vjp(f)(parameters, alike(value, unit(value.size, i))).gradient)
        : vectorOf(jvp(f)(parameters, treeOf(parameters, unit(size, i))).tangent);
      found.forEach((derivative, j) => (matrix.data[rows ? i * size + j : j * size + i] = derivative));
    }
    return blocksOf(parameters, value, matrix);
  };
}

function alike(like: NdArray, numbers: Float64Array): NdArray {
  return treeOf<NdArray>(like, numbers);
}

/** The columns of a matrix as the parameters' tree has them. */
function blocksOf<P>(parameters: P, { shape, size: rows }: NdArray, { data, shape: [, columns] }: NdArray): JacobianOf<P> {
  let next = 0;
  const blocks = leavesOf(parameters).map((leaf) => {
    const [own, width] = leaf instanceof NdArray ? [leaf.shape, leaf.size] : [[], 1];
    const block = new Float64Array(rows * width);
    for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) block[i * width + j] = data[i * columns + next + j];
    next += width;
    return fromData(block, [...shape, ...own]);
  });
  return withLeaves(parameters, blocks);
}

/**
 * The Hessian times a direction: how the gradient moves when the parameters move. It takes about two gradients.
 * @param f of a tree of parameters, to one number
 * @returns of (parameters, direction in the same tree): a tree of the same form
 */
export function hessianProduct<R>(f: Recordable<R>) {
  const slope = (parameters: R): R => grad(f)(parameters);
  return <P extends Arrays<R>>(parameters: P, direction: Direction<P>): Alike<P> => {
    const { tangent } = jvp<R, R>(slope)(parameters, direction);
    return treeOf(parameters, vectorOf(tangent));
  };
}

/**
 * All second derivatives, one product for each number of the parameters.
 * @param f of a tree of parameters, to one number
 * @returns shape [n, n], in the order of `vectorOf`
 */
export function hessian<R>(f: Recordable<R>) {
  const product = hessianProduct(f);
  return <P extends Arrays<R>>(parameters: P): NdArray<"float64"> => {
    const size = vectorOf(parameters).length;
    const matrix = zeros([size, size]);
    for (let i = 0; i < size; i++) {
      const direction = treeOf(parameters, Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
      vectorOf(product(parameters, direction)).forEach((second, j) => (matrix.data[i * size + j] = second));
    }
    return matrix;
  };
}

/** What a Gauss-Newton step needs: of ½ Σ r², its value, its gradient, and JᵀJ in place of its Hessian. */
export interface ResidualEquations {
  /** half the sum of the squared residuals */
  readonly value: number;
  /** in the order of `vectorOf` */
  readonly gradient: readonly number[];
  /** JᵀJ, row by row, in the order of `vectorOf` */
  readonly normal: readonly (readonly number[])[];
}

/**
 * Normal equations of one's own residuals, as `levenbergMarquardt` takes them.
 * @param residuals of a tree of parameters, an array of any shape, each in units of its sigma
 */
export function normalEquations<R>(residuals: Recordable<R, Variable>) {
  return <P extends Arrays<R>>(parameters: P): ResidualEquations => {
    const value = vectorOf(evaluate(residuals)(parameters));
    const size = vectorOf(parameters).length;
    const columns = Array.from({ length: size }, (_, i) => {
      const direction = treeOf(parameters, Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
      return vectorOf(jvp(residuals)(parameters, direction).tangent);
    });
    const inner = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
    return {
      value: inner(value, value) / 2,
      gradient: columns.map((column) => inner(column, value)),
      normal: columns.map((row) => columns.map((column) => inner(row, column))),
    };
  };
}
