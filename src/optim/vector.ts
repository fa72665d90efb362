/** A plain vector: a minimiser's parameters, or a gradient by them. */
export type Vector = readonly number[];

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean length. */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** The largest absolute element; 0 of an empty vector. */
export function maxAbs(a: Vector): number {
  return a.reduce((largest, element) => Math.max(largest, Math.abs(element)), 0);
}

export function scaled(a: Vector, factor: number): number[] {
  return a.map((element) => factor * element);
}

/** a + factor b */
export function addScaled(a: Vector, factor: number, b: Vector): number[] {
  return a.map((element, i) => element + factor * b[i]);
}

export function subtract(a: Vector, b: Vector): number[] {
  return a.map((element, i) => element - b[i]);
}

export function allFinite(a: Vector): boolean {
  return a.every(Number.isFinite);
}
