/** Directions and rotations as files state them: plain numbers, in the laboratory frame of the file. */

export type Vector3 = readonly [x: number, y: number, z: number];

/** Three rows that act on column vectors. */
export type Matrix3 = readonly [Vector3, Vector3, Vector3];

export const identity: Matrix3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export function plus([ax, ay, az]: Vector3, [bx, by, bz]: Vector3): Vector3 {
  return [ax + bx, ay + by, az + bz];
}

export function minus([ax, ay, az]: Vector3, [bx, by, bz]: Vector3): Vector3 {
  return [ax - bx, ay - by, az - bz];
}

export function scaled([x, y, z]: Vector3, factor: number): Vector3 {
  return [x * factor, y * factor, z * factor];
}

export function dot([ax, ay, az]: Vector3, [bx, by, bz]: Vector3): number {
  return ax * bx + ay * by + az * bz;
}

export function cross([ax, ay, az]: Vector3, [bx, by, bz]: Vector3): Vector3 {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

export function lengthOf(vector: Vector3): number {
  return Math.hypot(...vector);
}

/** The vector of length 1 in the same direction; NaN for 0 0 0. */
export function direction(vector: Vector3): Vector3 {
  return scaled(vector, 1 / lengthOf(vector));
}

export function transform([first, second, third]: Matrix3, vector: Vector3): Vector3 {
  return [dot(first, vector), dot(second, vector), dot(third, vector)];
}

export function transposed([[a, b, c], [d, e, f], [g, h, i]]: Matrix3): Matrix3 {
  return [
    [a, d, g],
    [b, e, h],
    [c, f, i],
  ];
}

/** The matrix of the first transformation after the second. */
export function times([first, second, third]: Matrix3, right: Matrix3): Matrix3 {
  const columns = transposed(right);
  return [transform(columns, first), transform(columns, second), transform(columns, third)];
}

/** The right-handed rotation about an axis of any length, by Rodrigues' formula. */
export function rotationAbout(axis: Vector3, angleDeg: number): Matrix3 {
  const [x, y, z] = direction(axis);
  const angle = (angleDeg * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const t = 1 - c;
  return [
    [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
    [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
    [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
  ];
}

/** The basis with which three vectors have the scalar products 1 and 0: of the real axes, the reciprocal ones, and back. */
export function reciprocalOf(a: Vector3, b: Vector3, c: Vector3): Matrix3 {
  const volume = dot(a, cross(b, c));
  return [scaled(cross(b, c), 1 / volume), scaled(cross(c, a), 1 / volume), scaled(cross(a, b), 1 / volume)];
}

/** Whether three vectors span space, to a part in 1e9. */
export function spanSpace(a: Vector3, b: Vector3, c: Vector3): boolean {
  return Math.abs(dot(a, cross(b, c))) > 1e-9 * lengthOf(a) * lengthOf(b) * lengthOf(c);
}
