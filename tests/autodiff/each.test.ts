import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { derivativesOfEach, isMadeOfEach } from "../../src/autodiff/each.js";
import { pushForward } from "../../src/autodiff/forward.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, div, exp, flip, less, mul, sin, sqrt, sub, sum, where } from "../../src/autodiff/operations.js";
import { masked } from "../../src/autodiff/primitives/masked.js";
import { broadcastTo } from "../../src/autodiff/primitives/sum.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import { array, scalar } from "../../src/ndarray/ndarray.js";

type Made = (a: Variable, b: Variable, c: Variable, x: Variable) => Variable;

/** Single numbers act on elements at once and through others, which act through one another, too. */
const made: Made = (a, b, c, x) => {
  const wave = sin(mul(a, b));
  const both = mul(wave, add(c, 2));
  const length = sqrt(add(mul(x, x), mul(c, c), 1));
  const bent = where(less(x, wave), mul(both, x), div(mul(wave, x), length));
  return add(mul(bent, exp(mul(-0.3, length))), mul(both, sub(x, a)), broadcastTo(mul(c, wave), [4]));
};

/** By going forward all the way, and by the other way, at some numbers. */
function derivativesBoth(make: Made, numbers: readonly number[], elements: readonly number[]): (number[] | undefined)[][] {
  return ["forward", "each"].map((way) => {
    const tape = new Tape();
    const dtype = "float64";
    const sources = numbers.map(() => tape.input({ shape: [], dtype }));
    const x = tape.input({ shape: [elements.length], dtype });
    const target = make(sources[0], sources[1], sources[2], x);
    const one = tape.constant(1, dtype);
    const derivatives = way === "each" ? derivativesOfEach(sources, target) : sources.map((source) => pushForward([source], [one], [target])[0]);
    return derivatives.map((derivative) => {
      if (derivative === undefined) return undefined;
      const whole = broadcastTo(derivative, target.shape);
      return [...interpret(tape.program([whole]))([...numbers.map((number) => scalar(number)), array(elements)])[0].data];
    });
  });
}

test("the derivatives of each element by single numbers are those of going forward", () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), fc.array(number, { minLength: 4, maxLength: 4 }), (numbers, elements) => {
      const [forward, each] = derivativesBoth(made, numbers, elements);
      forward.forEach((wanted, i) => wanted?.forEach((derivative, element) => assert.ok(Math.abs((each[i]?.[element] ?? NaN) - derivative) <= 1e-13 * (10 + Math.abs(derivative)), `${i}, ${element}`)));
    }),
    { numRuns: 40, seed: 1 },
  );
});

test("what does not depend on a number has no derivative by it, and a single number has one of its own", () => {
  const [forward, each] = derivativesBoth((a, _b, c, x) => mul(a, x, c), [2, 3, 5], [1, 2, 3, 4]);
  assert.equal(each, forward);
  assert.equal(each, [[5, 10, 15, 20], undefined, [2, 4, 6, 8]]);
  assert.equal(derivativesBoth((a, b) => mul(a, b), [2, 3, 5], [1])[1], [[3], [2], undefined]);
});

test("elements are made of each alone unless they are added up, turned about, or made of arrays of another shape", () => {
  const isEach = (make: (a: Variable, x: Variable) => Variable): boolean => {
    const tape = new Tape();
    const [a, x] = [tape.input({ shape: [], dtype: "float64" }), tape.input({ shape: [4, 1], dtype: "float64" })];
    return isMadeOfEach([a], make(a, x));
  };
  assert.ok(isEach((a, x) => mul(exp(mul(a, x)), where(less(x, 1), sqrt(a), 2))));
  assert.ok(isEach((a, x) => add(mul(a, x), sum(x), flip(x, 0))), "of what does not depend on the number nothing is asked");
  assert.ok(isEach((a, x) => masked(mul(a, x), x.tape.literal(array([[1, 0]])), 2)));
  assert.not(isEach((a, x) => mul(x, sum(mul(a, x), 0))));
  assert.not(isEach((a, x) => flip(mul(a, x), 0)));
  assert.not(isEach((a, x) => sum(mul(x, a, x.tape.literal(array([[1, 2, 3]]))), 1)));
});

test.run();
