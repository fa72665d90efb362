/** Symmetric 3 x 3 tensors: covariances, and what they are made of. */
import { add, div, mul, sub } from "../autodiff/primitives/elementwise.js";
import { known, Variable, type Quantity } from "../autodiff/tape.js";
import { dot, product, sumOf, type Matrix, type Vector } from "./vector.js";

/** The six components of a symmetric tensor. */
export type Symmetric<Q = Quantity> = readonly [xx: Q, yy: Q, zz: Q, xy: Q, xz: Q, yz: Q];

/** A multiple of unity, three components along the axes, or all six. */
export type Tensor<Q = Quantity> = Q | Vector<Q> | Symmetric<Q>;

/** The one, three or six components of a tensor as a list. */
export function componentsOf(tensor: Quantity | readonly Quantity[]): readonly Quantity[] {
  return typeof tensor === "number" || tensor instanceof Variable ? [tensor] : tensor;
}

/** All six components of a tensor. */
export function symmetricOf(tensor: Tensor): Symmetric {
  const [xx, yy = xx, zz = xx, xy = 0, xz = 0, yz = 0] = componentsOf(tensor);
  return [xx, yy, zz, xy, xz, yz];
}

/** The rows, which are the columns, of a tensor. */
export function rowsOf([xx, yy, zz, xy, xz, yz]: Symmetric): Matrix {
  return [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
}

/** v v'. */
export function outer([x, y, z]: Vector): Symmetric {
  return [product(x, x), product(y, y), product(z, z), product(x, y), product(x, z), product(y, z)];
}

/** v w' + w v'. */
export function outerSum([vx, vy, vz]: Vector, [wx, wy, wz]: Vector): Symmetric {
  const mixed = (a: Quantity, b: Quantity, c: Quantity, d: Quantity): Quantity => add(product(a, d), product(c, b));
  return [product(2, product(vx, wx)), product(2, product(vy, wy)), product(2, product(vz, wz)), mixed(vx, wx, vy, wy), mixed(vx, wx, vz, wz), mixed(vy, wy, vz, wz)];
}

/** M M', of a matrix' rows. */
export function gram([first, second, third]: Matrix): Symmetric {
  return [dot(first, first), dot(second, second), dot(third, third), dot(first, second), dot(first, third), dot(second, third)];
}

export function plusTensors(...tensors: Symmetric[]): Symmetric {
  return tensors.reduce<Symmetric>((a, b) => [sumOf(a[0], b[0]), sumOf(a[1], b[1]), sumOf(a[2], b[2]), sumOf(a[3], b[3]), sumOf(a[4], b[4]), sumOf(a[5], b[5])], [0, 0, 0, 0, 0, 0]);
}

/** The first tensor less the second. */
export function minusTensor(first: Symmetric, second: Symmetric): Symmetric {
  const component = (i: 0 | 1 | 2 | 3 | 4 | 5): Quantity => difference(first[i], second[i]);
  return [component(0), component(1), component(2), component(3), component(4), component(5)];
}

export function scaleTensor([xx, yy, zz, xy, xz, yz]: Symmetric, factor: Quantity): Symmetric {
  return [product(xx, factor), product(yy, factor), product(zz, factor), product(xy, factor), product(xz, factor), product(yz, factor)];
}

export interface Inverse {
  readonly determinant: Quantity;
  /** the inverse times the determinant */
  readonly adjugate: Symmetric;
}

export function invert([xx, yy, zz, xy, xz, yz]: Symmetric): Inverse {
  const minor = (a: Quantity, d: Quantity, b: Quantity, c: Quantity): Quantity => difference(product(a, d), product(b, c));
  const adjugate: Symmetric = [
    minor(yy, zz, yz, yz),
    minor(xx, zz, xz, xz),
    minor(xx, yy, xy, xy),
    minor(xz, yz, xy, zz),
    minor(xy, yz, xz, yy),
    minor(xy, xz, xx, yz),
  ];
  return { determinant: add(product(xx, adjugate[0]), product(xy, adjugate[3]), product(xz, adjugate[4])), adjugate };
}

/** The positive tensor whose square is the given one: by Denman and Beavers's iteration, Appl. Math. Comput. 2, 63 (1976). */
export function squareRoot(tensor: Symmetric<number>): Symmetric<number> {
  const size = (tensor[0] + tensor[1] + tensor[2]) / 3;
  let root = scaledNumbers(tensor, 1 / size);
  let inverse: Symmetric<number> = [1, 1, 1, 0, 0, 0];
  for (let i = 0; i < iterations; i++) [root, inverse] = [mean(root, inverseOf(inverse)), mean(inverse, inverseOf(root))];
  return scaledNumbers(root, Math.sqrt(size));
}

/** Enough for lengths along the axes that differ by a factor of a thousand. */
const iterations = 30;

function numbersOf([xx, yy, zz, xy, xz, yz]: Symmetric): Symmetric<number> {
  return [known(xx), known(yy), known(zz), known(xy), known(xz), known(yz)];
}

function scaledNumbers(tensor: Symmetric<number>, factor: number): Symmetric<number> {
  return numbersOf(scaleTensor(tensor, factor));
}

function mean(first: Symmetric<number>, second: Symmetric<number>): Symmetric<number> {
  return scaledNumbers(numbersOf(plusTensors(first, second)), 0.5);
}

function inverseOf(tensor: Symmetric<number>): Symmetric<number> {
  const { determinant, adjugate } = invert(tensor);
  return scaledNumbers(numbersOf(adjugate), 1 / known(determinant));
}

export interface Solution {
  /** v' T⁻¹ v */
  readonly square: Quantity;
  /** 1 / det T */
  readonly perDeterminant: Quantity;
  /** records T⁻¹ v */
  solution(): Vector;
}

/**
 * What the inverse of a positive tensor makes of a vector: by elimination of x, and of y and z together, with two divisions.
 * It is as exact for one that is long in some directions and short in others.
 */
export function solve([xx, yy, zz, xy, xz, yz]: Symmetric, [x, y, z]: Vector): Solution {
  const perX = div(1, xx);
  const [toY, toZ] = [product(xy, perX), product(xz, perX)];
  const [ownY, mixed, ownZ] = [difference(yy, product(toY, xy)), difference(yz, product(toZ, xy)), difference(zz, product(toZ, xz))];
  const [restY, restZ] = [difference(y, product(toY, x)), difference(z, product(toZ, x))];
  const perRest = div(1, difference(product(ownY, ownZ), product(mixed, mixed)));
  const alongY = difference(product(ownZ, restY), product(mixed, restZ));
  const alongZ = difference(product(ownY, restZ), product(mixed, restY));
  return {
    square: add(product(product(x, x), perX), product(add(product(restY, alongY), product(restZ, alongZ)), perRest)),
    perDeterminant: product(perX, perRest),
    solution() {
      const [solvedY, solvedZ] = [product(alongY, perRest), product(alongZ, perRest)];
      return [difference(difference(product(x, perX), product(toY, solvedY)), product(toZ, solvedZ)), solvedY, solvedZ];
    },
  };
}

function difference(x: Quantity, y: Quantity): Quantity {
  return y === 0 ? x : typeof x === "number" && x === 0 ? mul(-1, y) : sub(x, y);
}

/** T v. */
export function times(tensor: Symmetric, vector: Vector): Vector {
  const [first, second, third] = rowsOf(tensor);
  return [dot(first, vector), dot(second, vector), dot(third, vector)];
}
