import * as fc from "fast-check";
import type { Primitive } from "../../../src/autodiff/primitive.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { between } from "../draws.js";

/** Distance to the kinks that derivatives are compared at. */
export const clearance = 0.04;

/** Shapes that broadcast together to this one. */
export function anyOperands(shape: Shape, count: number): fc.Arbitrary<Shape[]> {
  const operand = fc.oneof(
    fc.constant(shape),
    fc.tuple(...shape.map((extent) => fc.constantFrom(extent, 1))).chain((stretched) =>
      fc.nat({ max: shape.length }).map((dropped) => stretched.slice(dropped)),
    ),
  );
  return fc
    .tuple(fc.array(operand, { minLength: count - 1, maxLength: count - 1 }), fc.nat({ max: count - 1 }))
    .map(([others, whole]) => [...others.slice(0, whole), shape, ...others.slice(whole)]);
}

/** Any number, often one at which rounding turns. */
export function anywhere(): fc.Arbitrary<number> {
  return fc.oneof(between(-3, 3), fc.integer({ min: -6, max: 6 }).map((halves) => halves / 2));
}

export function awayFromZero(): fc.Arbitrary<number> {
  return between(-2, 2).filter((x) => Math.abs(x) > 0.2);
}

/** Numbers that, alone or three of them together, keep clear of a primitive's kinks. */
export function clearOf({ kinks }: Pick<Primitive, "kinks">, numbers = between(-2.5, 2.5)): fc.Arbitrary<number> {
  // As float32 holds them, too: 2.04 is less than that there.
  return numbers.filter((x) => kinks === undefined || [x, Math.fround(x)].every((y) => kinks(y, y, y) > clearance));
}

/** Two numbers that are never equal. */
export function apart(): fc.Arbitrary<number>[] {
  const halves = fc.integer({ min: -4, max: 4 }).map((i) => i / 2);
  return [halves, halves.map((x) => x + 0.25)];
}
