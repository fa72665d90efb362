/** Random small formulas of smooth primitives, over recorded values and over plain numbers. */
import * as fc from "fast-check";
import * as elementwise from "../../src/autodiff/primitives/elementwise.js";
import type { Quantity } from "../../src/autodiff/tape.js";

const { add, atan2, cos, div, exp, log, mul, neg, sin, sinPi, sqrt, sub } = elementwise;

export type Formula = (values: readonly Quantity[]) => Quantity;

const unaries: readonly ((...operands: Quantity[]) => Quantity)[] = [
  (x) => neg(x),
  (x) => sin(x),
  (x) => cos(x),
  (x) => mul(0.5, sinPi(mul(0.3, x))),
  (x) => exp(neg(mul(x, x))),
  (x) => log(add(2, sin(x))),
  (x) => sqrt(add(1, mul(x, x))),
];
const binaries: readonly ((...operands: Quantity[]) => Quantity)[] = [
  (x, y) => add(x, y),
  (x, y) => sub(x, y),
  (x, y) => mul(x, y),
  (x, y) => div(x, add(1, mul(y, y))),
  (x, y) => atan2(x, add(1.5, cos(y))),
];

/** Of so many values. */
export function anyFormula(count: number): fc.Arbitrary<Formula> {
  const { formula } = fc.letrec<{ formula: Formula }>((tie) => {
    const value = fc.nat({ max: count - 1 }).map((index): Formula => (values) => values[index]);
    const number = fc.constantFrom(-1, 0, 0.5, 1, 2).map((constant): Formula => () => constant);
    const unary = fc
      .tuple(fc.constantFrom(...unaries), tie("formula"))
      .map(([apply, of]): Formula => (values) => apply(of(values)));
    const binary = fc
      .tuple(fc.constantFrom(...binaries), tie("formula"), tie("formula"))
      .map(([apply, left, right]): Formula => (values) => apply(left(values), right(values)));
    return { formula: fc.oneof({ maxDepth: 4, depthSize: "medium" }, value, number, unary, binary, binary) };
  });
  return formula;
}
