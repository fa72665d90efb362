/** Vectors of three components, each a number or recorded; what is known to be 0 records nothing. */
import { add, cos, div, mul, neg, sin, sqrt, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";

/** Components along the laboratory's X, Y and Z. */
export type Vector<Q = Quantity> = readonly [x: Q, y: Q, z: Q];

/** Three rows that act on column vectors. */
export type Matrix<Q = Quantity> = readonly [Vector<Q>, Vector<Q>, Vector<Q>];

/** The product of quantities. */
export function product(x: Quantity, y: Quantity): Quantity {
  if (x === 0 || y === 0) return 0;
  return typeof x === "number" && typeof y === "number" ? x * y : mul(x, y);
}

/** The sum of quantities. */
export function sumOf(x: Quantity, y: Quantity): Quantity {
  return typeof x === "number" && typeof y === "number" ? x + y : add(x, y);
}

function difference(x: Quantity, y: Quantity): Quantity {
  if (y === 0) return x;
  return x === 0 ? neg(y) : sub(x, y);
}

/** The scalar product. */
export function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): Quantity {
  return sumOf(sumOf(product(ax, bx), product(ay, by)), product(az, bz));
}

/** The vector product. */
export function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [
    difference(product(ay, bz), product(az, by)),
    difference(product(az, bx), product(ax, bz)),
    difference(product(ax, by), product(ay, bx)),
  ];
}

/** The sum of vectors. */
export function plus(...vectors: Vector[]): Vector {
  return vectors.reduce<Vector>(([ax, ay, az], [bx, by, bz]) => [sumOf(ax, bx), sumOf(ay, by), sumOf(az, bz)], [0, 0, 0]);
}

/** The first vector less the second. */
export function minus([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [difference(ax, bx), difference(ay, by), difference(az, bz)];
}

/** A vector times a quantity. */
export function scale([x, y, z]: Vector, factor: Quantity): Vector {
  return [product(x, factor), product(y, factor), product(z, factor)];
}

/** The length of a vector. */
export function norm(vector: Vector): Quantity {
  return sqrt(dot(vector, vector));
}

/** The vector of length 1 in the same direction. */
export function unitize(vector: Vector): Vector {
  return scale(vector, div(1, norm(vector)));
}

/** A 3x3 matrix, row by row, times a vector. */
export function transform([first, second, third]: Matrix, vector: Vector): Vector {
  return [dot(first, vector), dot(second, vector), dot(third, vector)];
}

/**
 * The right-handed rotation about an axis through an angle, as a matrix: Rodrigues' formula.
 * @param axis of length 1
 * @param angle in radians
 */
export function rotationMatrix([x, y, z]: Vector, angle: Quantity): Matrix {
  const c = cos(angle);
  const s = sin(angle);
  const t = sub(1, c);
  const entry = (u: Quantity, v: Quantity, rest: Quantity): Quantity => add(product(product(u, v), t), rest);
  return [
    [entry(x, x, c), entry(x, y, product(-1, product(z, s))), entry(x, z, product(y, s))],
    [entry(y, x, product(z, s)), entry(y, y, c), entry(y, z, product(-1, product(x, s)))],
    [entry(z, x, product(-1, product(y, s))), entry(z, y, product(x, s)), entry(z, z, c)],
  ];
}

/**
 * Rotates about an axis, right-handed.
 * @param axis of length 1
 * @param angle in radians
 */
export function rotateAxis(vector: Vector, axis: Vector, angle: Quantity): Vector {
  return angle === 0 ? vector : transform(rotationMatrix(axis, angle), vector);
}

/** Rotates about the fixed axes X, then Y, then Z, right-handed, by angles in radians. */
export function rotate(vector: Vector, [x, y, z]: Vector): Vector {
  const aboutX = rotateAxis(vector, [1, 0, 0], x);
  const aboutY = rotateAxis(aboutX, [0, 1, 0], y);
  return rotateAxis(aboutY, [0, 0, 1], z);
}
