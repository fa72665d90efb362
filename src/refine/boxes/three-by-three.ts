/** Matrices of three rows of numbers. */
import { known } from "../../autodiff/tape.js";
import { cross, dot, type Matrix, type Vector } from "../../physics/vector.js";

export type Rows = Matrix<number>;

/** The components of a vector that are known. */
export function numbers([x, y, z]: Vector): Vector<number> {
  return [known(x), known(y), known(z)];
}

/** The scalar product of numbers. */
export function across([ax, ay, az]: Vector<number>, [bx, by, bz]: Vector<number>): number {
  return ax * bx + ay * by + az * bz;
}

/** M v. */
export function times([first, second, third]: Rows, vector: Vector<number>): Vector<number> {
  return [across(first, vector), across(second, vector), across(third, vector)];
}

/** M' v. */
export function transposedTimes([first, second, third]: Rows, [x, y, z]: Vector<number>): Vector<number> {
  return [first[0] * x + second[0] * y + third[0] * z, first[1] * x + second[1] * y + third[1] * z, first[2] * x + second[2] * y + third[2] * z];
}

/** The inverse of a matrix that has one. */
export function inverse([a, b, c]: Rows): Rows {
  const [bc, ca, ab] = [numbers(cross(b, c)), numbers(cross(c, a)), numbers(cross(a, b))];
  const volume = known(dot(a, bc));
  return [
    [bc[0] / volume, ca[0] / volume, ab[0] / volume],
    [bc[1] / volume, ca[1] / volume, ab[1] / volume],
    [bc[2] / volume, ca[2] / volume, ab[2] / volume],
  ];
}
