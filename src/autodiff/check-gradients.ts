import { isFloat } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { copy, flatData, scalar, zeros, NdArray } from "../ndarray/ndarray.js";
import type { Variable } from "./tape.js";
import { evaluate, jvp, vjp, type Recordable } from "./differentiate.js";
import { dtypeBeside, leavesOf, treeOf, vectorOf, withLeaves, type Arrays, type Direction, type Leaf } from "./tree.js";

/** How gradients are compared with differences. */
export interface GradientCheckOptions {
  /** of the random direction and cotangent; 1 unless told */
  readonly seed?: number;
  /** the step of the differences, relative to each leaf's root mean square (1 where that is 0); 2e-4 unless told */
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
  /**
   * the larger distance of reverse and forward from numerical, over the sum of the sizes of what the parameters' elements contribute to the
   * derivative: where contributions cancel, the derivative is no more precise than they are; 0 below the rounding of the differences
   */
  readonly relativeError: number;
}

/**
 * Compares derivatives in reverse and in forward mode with central differences of sixth order, along a seeded random direction
 * and for a seeded random cotangent. The differences are taken in float64 whatever the parameters' dtype, so the function has to be
 * neutral in dtype.
 * @param f of a tree of parameters, to any shape
 * @returns of parameters, away from the kinks of f, the comparison
 * @throws InputError when a parameter is not of a float dtype
 */
export function checkGradients<R>(f: Recordable<R, Variable>) {
  return (parameters: Arrays<R>, options: GradientCheckOptions = {}): GradientCheck => {
    const { seed, step } = completed("checkGradients", options);
    const leaves = leavesOf(parameters).map(asFloat);
    const random = uniform(seed);
    const precise = leaves.map((leaf) => copy(leaf, "float64"));
    const directions = precise.map((leaf) => randomLike(leaf, random, rootMeanSquare(leaf)));
    const tree = (arrays: readonly NdArray[]): Arrays<R> => withLeaves(parameters, arrays);
    const at = (distance: number): NdArray => evaluate(f)(tree(precise.map((leaf, i) => moved(leaf, directions[i], distance))));

    const value = at(0);
    const cotangent = randomLike(value, random, 1);
    const { slope: numerical, steepest } = slopeAlong((distance) => dot(cotangent, at(distance)), dot(cotangent, value), step);

    const dtype = dtypeBeside(leaves);
    const { gradient } = vjp(f)(tree(leaves), copy(cotangent, dtype));
    const slopes = leavesOf(gradient).map(asFloat);
    const reverse = slopes.reduce((sum, slope, i) => sum + dot(slope, directions[i]), 0);
    const contributed = slopes.reduce((sum, slope, i) => sum + sizeOfDot(slope, directions[i]), 0);
    const tangents: Direction<Arrays<R>> = withLeaves(parameters, directions.map((direction) => copy(direction, dtype)));
    const forward = dot(cotangent, jvp(f)(tree(leaves), tangents).tangent);
    return compared({ reverse, forward, numerical }, contributed, roundingOf(sizeOfDot(cotangent, value) + steepest, step));
  };
}

/** A number and its derivatives, as `ImageModel.lossAndGradient` gives them. */
export interface Differentiated<P> {
  /** the number that is differentiated */
  readonly loss: number;
  /** its derivative by every parameter, in the parameters' own tree */
  readonly gradient: P;
}

/**
 * Compares a gradient that a model gives with central differences of sixth order, along a seeded random direction.
 * @param lossAndGradient such as `(p) => model.lossAndGradient(loss, p, counts)` of an `ImageModel`
 * @param parameters a tree of numbers and float64 arrays, away from kinks
 * @returns the comparison; `forward` is `reverse` again
 * @throws InputError when the tree holds something else
 */
export function checkGradientOf<P>(lossAndGradient: (parameters: P) => Differentiated<P>, parameters: P, options: GradientCheckOptions = {}): GradientCheck {
  const { seed, step } = completed("checkGradientOf", options);
  const random = uniform(seed);
  const leaves = leavesOf(parameters).map(asFloat);
  const directions = leaves.flatMap((leaf) => vectorOf(randomLike(leaf, random, rootMeanSquare(leaf))));
  const start = vectorOf(parameters);
  const at = (distance: number): P => withLeaves(parameters, leavesOf(treeOf(parameters, start.map((x, i) => x + distance * directions[i]))));
  const { loss, gradient } = lossAndGradient(parameters);
  const contributions = vectorOf(gradient).map((slope, i) => slope * directions[i]);
  const reverse = contributions.reduce((sum, each) => sum + each, 0);
  const contributed = contributions.reduce((sum, each) => sum + Math.abs(each), 0);
  const { slope: numerical, steepest } = slopeAlong((distance) => lossAndGradient(at(distance)).loss, loss, step);
  return compared({ reverse, forward: reverse, numerical }, contributed, roundingOf(Math.abs(loss) + steepest, step));
}

function completed(whose: string, options: GradientCheckOptions): Required<GradientCheckOptions> {
  checkOptions(whose, options, { seed: true, step: true });
  return { seed: options.seed ?? 1, step: options.step ?? 2e-4 };
}

/** The slope at a point by differences, and the steepest way to one of the places that they are taken from. */
function slopeAlong(valueAt: (distance: number) => number, start: number, step: number): { readonly slope: number; readonly steepest: number } {
  const [ahead, behind] = [step, -step].map((distance) => [1, 2, 3].map((steps) => valueAt(steps * distance)));
  const [first, second, third] = ahead.map((value, i) => value - behind[i]);
  const farthest = Math.max(...[...ahead, ...behind].map((value) => Math.abs(value - start)));
  return { slope: (45 * first - 9 * second + third) / (60 * step), steepest: farthest / step };
}

/**
 * How far differences are off by rounding: values of a size by some units of their last digit, and parameters, too, which the slope on the
 * way to them makes felt. A slope of exactly 0 differs from them by that.
 */
function roundingOf(size: number, step: number): number {
  return (16 * Number.EPSILON * size) / step;
}

function compared(derivatives: Omit<GradientCheck, "relativeError">, contributed: number, rounding: number): GradientCheck {
  const { reverse, forward, numerical } = derivatives;
  const largest = Math.max(contributed, Math.abs(forward), Math.abs(numerical));
  const distance = Math.max(Math.abs(reverse - numerical), Math.abs(forward - numerical));
  return { ...derivatives, relativeError: distance <= rounding ? 0 : distance / largest };
}

function asFloat(leaf: Leaf | number): NdArray {
  if (typeof leaf === "number") return scalar(leaf);
  if (!(leaf instanceof NdArray) || !isFloat(leaf.dtype)) throw new InputError("a gradient check takes numbers and float32 or float64 arrays");
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

/** The sum of the sizes of a dot product's terms. */
function sizeOfDot(a: NdArray, b: NdArray): number {
  const left = flatData(a);
  const right = flatData(b);
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += Math.abs(left[i] * right[i]);
  return sum;
}

function dot(a: NdArray, b: NdArray): number {
  const left = flatData(a);
  const right = flatData(b);
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}
