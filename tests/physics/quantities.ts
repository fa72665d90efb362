import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { evaluate } from "../../src/autodiff/differentiate.js";
import { known, type Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { array } from "../../src/ndarray/ndarray.js";
import type { Vector } from "../../src/physics/vector.js";

/** The components of a vector that is known. */
export function numbers([x, y, z]: Vector): Vector<number> {
  return [known(x), known(y), known(z)];
}

/** A formula at one number after another. */
export function each(formula: (x: Variable) => Variable, at: readonly number[], dtype: FloatDType = "float64"): number[] {
  return [...evaluate(formula)(array(at, dtype)).data];
}

export function assertNear(found: number, wanted: number, tolerance: number): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not within ${tolerance} of ${wanted}`);
}

export function assertVector(found: Vector, wanted: Vector<number>, tolerance = 1e-12): void {
  numbers(found).forEach((component, axis) => assertNear(component, wanted[axis], tolerance));
}

export function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true });
}

export const anyVector: fc.Arbitrary<Vector<number>> = fc.tuple(between(-2, 2), between(-2, 2), between(-2, 2));

/** Of length 1, drawn by height and azimuth. */
export const anyDirection: fc.Arbitrary<Vector<number>> = fc
  .tuple(between(-1, 1), between(-Math.PI, Math.PI))
  .map(([z, azimuth]) => {
    const radius = Math.sqrt(1 - z * z);
    return [radius * Math.cos(azimuth), radius * Math.sin(azimuth), z];
  });
