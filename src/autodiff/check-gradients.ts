import { isFloat, type FloatDType } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { copy, flatData, zeros, NdArray } from "../ndarray/ndarray.js";
import { evaluate, jvp, vjp, type Recordable } from "./differentiate.js";
import { leavesOf, withLeaves, type Arrays, type Leaf } from "./tree.js";

/** How gradients are compared with differences. */
export interface GradientCheckOptions {
  /** of the random direction and cotangent; 1 unless told */
  readonly seed?: number;
  /** the step of the differences, relative to each leaf's root mean square (1 where that is 0); 1e-3 unless told */
  readonly step?: number;
}

/** A derivative by the tape and by differences. */
export interface GradientCheck {
  /** the derivative along the random direction, for the random cotangent, in reverse mode */
  readonly reverse: number;
  /** the derivative along the direction, in forward mode */
  readonly forward: number;
  /** the same from central differences */
  readonly numerical: number;
  /** the larger distance of reverse and forward from numerical, over the largest of the three; 0 when all are 0 */
  readonly relativeError: number;
}

/**
 * Compares derivatives in reverse and in forward mode with central differences of fourth order, along a seeded random direction
 * and for a seeded random cotangent. The differences are taken in float64 whatever the parameters' dtype, so the function has to be
 * neutral in dtype.
 * @param f of a tree of parameters, to any shape
 * @returns of parameters, away from the kinks of f, the comparison
 * @throws InputError when a parameter is not of a float dtype
 */
export function checkGradients<R>(f: Recordable<R>) {
  return (parameters: Arrays<R>, { seed = 1, step = 1e-3 }: GradientCheckOptions = {}): GradientCheck => {
    const leaves = leavesOf(parameters).map(asFloat);
    const random = uniform(seed);
    const precise = leaves.map((leaf) => copy(leaf, "float64"));
    const directions = precise.map((leaf) => randomLike(leaf, random, rootMeanSquare(leaf)));
    const tree = (arrays: readonly NdArray[]): Arrays<R> => withLeaves(parameters, arrays);
    const along = (distance: number): NdArray => evaluate(f)(tree(precise.map((leaf, i) => moved(leaf, directions[i], distance))));

    const cotangent = randomLike(along(0), random, 1);
    const rise = (distance: number): number => dot(cotangent, along(distance)) - dot(cotangent, along(-distance));
    const numerical = (8 * rise(step) - rise(2 * step)) / (12 * step);

    const dtype: FloatDType = leaves.some((leaf) => leaf.dtype === "float32") ? "float32" : "float64";
    const { gradient } = vjp(f)(parameters, copy(cotangent, dtype));
    const reverse = leavesOf(gradient).reduce((sum, leaf, i) => sum + dot(asFloat(leaf), directions[i]), 0);
    const forward = dot(cotangent, jvp(f)(parameters, tree(directions.map((direction) => copy(direction, dtype)))).tangent);

    const largest = Math.max(Math.abs(reverse), Math.abs(forward), Math.abs(numerical));
    const distance = Math.max(Math.abs(reverse - numerical), Math.abs(forward - numerical));
    return { reverse, forward, numerical, relativeError: largest === 0 ? 0 : distance / largest };
  };
}

function asFloat(leaf: Leaf): NdArray {
  if (!(leaf instanceof NdArray) || !isFloat(leaf.dtype)) throw new InputError("a gradient check takes float32 or float64 arrays");
  return leaf;
}

/** Numbers in [-1, 1) from a seed: mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

function randomLike({ shape }: NdArray, random: () => number, scale: number): NdArray {
  const result = zeros(shape, "float64");
  for (let i = 0; i < result.size; i++) result.data[i] = scale * random();
  return result;
}

function rootMeanSquare(x: NdArray): number {
  return Math.sqrt(dot(x, x) / Math.max(1, x.size)) || 1;
}

function moved(x: NdArray, direction: NdArray, distance: number): NdArray {
  const result = copy(x);
  for (let i = 0; i < result.size; i++) result.data[i] += distance * direction.data[i];
  return result;
}

function dot(a: NdArray, b: NdArray): number {
  const left = flatData(a);
  const right = flatData(b);
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}
