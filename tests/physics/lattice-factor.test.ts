import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, grad } from "../../src/autodiff/differentiate.js";
import { add, mul, round, sub } from "../../src/autodiff/primitives/elementwise.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import type { Quantity, Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { array } from "../../src/ndarray/ndarray.js";
import {
  crystalShapeNames,
  gaussCrystal,
  roundCrystal,
  shapeNamed,
  sinc3,
  sincg,
  squareCrystal,
  tophatCrystal,
  type CellCounts,
  type OffsetBox,
  type Offsets,
} from "../../src/physics/lattice-factor.js";
import { reciprocalBasis } from "../../src/physics/lattice.js";
import { assertNear, between, each } from "./quantities.js";

const basis = { aStar: [0.05, 0, 0], bStar: [0, 0.04, 0], cStar: [0, 0, 0.02] } as const;
const quotient = (n: number, x: number): number => Math.sin(Math.PI * n * x) / Math.sin(Math.PI * x);

test("at a reflection sincg is the number of cells, whole or fractional, in both dtypes", () => {
  for (const n of [1, 2, 5.5, 8, 1000]) {
    for (const dtype of ["float64", "float32"] as const) {
      for (const value of each((dh) => sincg(n, dh), [0, 1e-17, -1e-17, 1e-30], dtype)) {
        assertNear(value / n, 1, dtype === "float64" ? 1e-11 : 1e-5);
      }
    }
  }
});

test("sincg is sin(pi N x) / sin(pi x), and even", () => {
  fc.assert(
    fc.property(between(1, 50), between(1e-3, 0.5), (n, x) => {
      const [right, left] = each((dh) => sincg(n, dh), [x, -x]);
      assertNear(right, quotient(n, x), 1e-10);
      assert.is(right, left);
    }),
  );
});

test("half way between reflections sincg is 0 for an even number of cells and of size 1 for an odd one", () => {
  assertNear(each((dh) => sincg(8, dh), [0.5])[0], 0, 1e-15);
  assertNear(Math.abs(each((dh) => sincg(7, dh), [0.5])[0]), 1, 1e-15);
});

test("beside a reflection sincg falls as N (1 - (N^2 - 1) (pi x)^2 / 6), and no digit is lost", () => {
  const n = 10;
  for (const x of [1e-3, 1e-4, 1e-5]) {
    assertNear(
      each((dh) => sincg(n, dh), [x])[0],
      n * (1 - ((n * n - 1) * (Math.PI * x) ** 2) / 6),
      1e3 * n * (n * x) ** 4 + 1e-13,
    );
  }
});

test("the slope of sincg is finite everywhere, 0 at the reflection itself, and rises from there", () => {
  const slopes = grad((dh: Variable) => total(sincg(8, dh)))(array([0, 1e-17, 1e-9, 1e-5, 0.3, 0.5])).data;
  assert.ok(slopes.every(Number.isFinite));
  assert.is(slopes[0], 0);
  assertNear(slopes[1] / 1e-17, -(Math.PI ** 2) * 8 * 21, 1e-9);
});

test("sinc3 is even, and its slope odd", () => {
  for (const x of [1e-3, 0.05, 0.0999999, 0.1000001, 0.2, 1, 4, 20]) {
    const [left, right] = each(sinc3, [-x, x]);
    assert.is(left, right);
    const [fall, rise] = grad((at: Variable) => total(sinc3(at)))(array([-x, x])).data;
    assert.is(fall, -rise);
  }
});

test("sinc3 is 1 at 0, the transform of a sphere elsewhere, and continuous where its series ends", () => {
  const exact = (x: number): number => (3 * (Math.sin(x) / x - Math.cos(x))) / (x * x);
  assert.is(each(sinc3, [0])[0], 1);
  for (const x of [0.0999999, 0.1, 0.1000001, 1, 4.4934094579, 20]) assertNear(each(sinc3, [x])[0], exact(x), 1e-11);
  assertNear(each(sinc3, [4.493409457909064])[0], 0, 1e-15);
  assertNear(each(sinc3, [1e-3])[0], 1 - 1e-7, 1e-13);
  const slopes = grad((x: Variable) => total(sinc3(x)))(array([0, 1e-8, 0.05, 0.0999999, 0.1000001])).data;
  assert.is(slopes[0], 0);
  assertNear(slopes[1], -2e-9, 1e-15);
  assertNear(slopes[3], slopes[4], 1e-7);
});

/** A shape of which all three offsets are one number, at one number after another. */
function shapeAt(shape: (offsets: Offsets) => Quantity, at: readonly number[]): number[] {
  return each((x) => add(shape([x, x, x]), mul(0, x)), at);
}

test("at a reflection every shape but the round one scatters as the number of its cells", () => {
  assertNear(shapeAt((offsets) => squareCrystal([2, 3, 4], offsets), [0])[0], 24, 1e-9);
  assert.is(shapeAt((offsets) => gaussCrystal([2, 3, 4], offsets, basis, 1), [0])[0], 24);
  assert.is(shapeAt((offsets) => tophatCrystal([2, 3, 4], offsets, basis, 1), [0])[0], 24);
  assertNear(shapeAt((offsets) => roundCrystal([2, 3, 4], offsets, 1), [0])[0], 24 * 0.723601254558268, 1e-12);
});

test("a square crystal of one cell along an axis does not feel that axis", () => {
  const at = [0.01, 0.2, 0.4];
  assert.equal(
    shapeAt((offsets) => squareCrystal([1, 5, 1], offsets), at),
    each((x) => sincg(5, x), at),
  );
  assert.equal(
    shapeAt((offsets) => squareCrystal([1, 1, 1], offsets), at),
    [1, 1, 1],
  );
});

test("a larger fudge narrows a round and a gaussian peak", () => {
  for (const shape of [roundCrystal, (c: CellCounts, o: Offsets, f: Quantity) => gaussCrystal(c, o, basis, f)]) {
    const [narrow] = shapeAt((offsets) => shape([4, 4, 4], offsets, 4), [0.02]);
    const [wide] = shapeAt((offsets) => shape([4, 4, 4], offsets, 1), [0.04]);
    assertNear(narrow, wide, 1e-10);
  }
});

test("a tophat ends where the squared distance is 0.3969, and has no slope on either side", () => {
  const tophat = (x: Variable): Quantity => tophatCrystal([2, 3, 4], [x, mul(0, x), mul(0, x)], basis, 1);
  const edge = Math.sqrt(0.3969) / (24 * 0.05);
  assert.equal(
    each((x) => add(tophat(x), mul(0, x)), [edge * 0.999, edge * 1.001]),
    [24, 0],
  );
  assert.equal([...grad((x: Variable) => total(add(tophat(x), mul(0, x))))(array([edge * 0.5, edge * 2])).data], [0, 0]);
});

/** Numbers that are as dense everywhere between two ends, which those of fast-check are not. */
const even = (min: number, max: number): fc.Arbitrary<number> => fc.nat({ max: 10000 }).map((part) => min + ((max - min) * part) / 10000);
const skew = reciprocalBasis({ a: 31, b: 37, c: 53, alpha: 1.3, beta: 1.9, gamma: 2 });

for (const name of crystalShapeNames) {
  const { factor, bound, ends } = shapeNamed(name);
  const interval = fc.tuple(even(-0.5, 0.5), fc.oneof(even(0, 0.02), even(0, 1))).map(([low, width]) => ({ low, high: Math.min(0.5, low + width) }));
  const box: fc.Arbitrary<OffsetBox> = fc.tuple(interval, interval, interval);
  const body = fc.record({ counts: fc.tuple(even(1, 12), fc.constant(1), even(0.5, 400)), basis: fc.constantFrom(basis, skew), fudge: even(0.1, 3) });

  test(`nowhere in a box of offsets does a ${name} crystal scatter more than its bound`, () => {
    let [zeros, dark] = [0, 0];
    const part = fc.tuple(even(0, 1), even(0, 1), even(0, 1));
    fc.assert(
      fc.property(body, box, fc.array(part, { minLength: 20, maxLength: 20 }), (crystal, offsets, parts) => {
        const least = bound(crystal)(offsets);
        const along = offsets.map(({ low, high }, axis) => parts.map((at) => low + at[axis] * (high - low)));
        const at = ([x, y, z]: Variable[]): Variable => add(factor(crystal, [x, y, z]), mul(0, x));
        const found = [...evaluate(at)(along.map((values) => array(values))).data].map(Math.abs);
        assert.ok(Math.max(...found) <= least * (1 + 1e-9), `${Math.max(...found)} is more than ${least}`);
        if (least === 0) zeros++;
        if (found.every((value) => value === 0)) dark++;
      }),
      { seed: 11, numRuns: 200 },
    );
    assert.is(ends, dark > 0);
    if (ends) assert.ok(zeros > dark / 3, `of ${dark} boxes that are dark, ${zeros} are known to be`);
  });

  test(`the bound of a ${name} crystal at a single point is near to its factor, but for waves`, () => {
    const point = [0.02, 0, 0.004].map((x) => ({ low: x, high: x }));
    const crystal = { counts: [9, 1, 15], basis, fudge: 0.5 } as const;
    const found = Math.abs(each((x) => add(factor(crystal, [x, mul(0, x), mul(0.2, x)]), mul(0, x)), [0.02])[0]);
    const least = bound(crystal)([point[0], point[1], point[2]]);
    assert.ok(least >= found * (1 - 1e-9) && least < 1.2 * found, `${least} bounds ${found}`);
  });
}

/** The slope's slope, and that by the other operand. */
const curvature = (f: (x: Variable) => Variable, at: readonly number[], dtype: FloatDType): number[] =>
  [...grad<Variable>((x) => total(grad<Variable>((y) => total(f(y)))(x)))(array([...at], dtype)).data];

test("at a peak and beside it the second derivative of sincg is that of the waves that it is the sum of, in both dtypes", () => {
  const at = [0, 1e-12, 1e-7, 1e-5, 1e-3, 3.7e-3, 3.8e-3, 0.01, 0.031, 0.032, 0.1, 0.3, 0.5].flatMap((x) => [x, -x]);
  for (const n of [2, 3, 8, 25]) {
    // sin(πNx) / sin(πx) is the sum of cos(π (N - 1 - 2m) x).
    const waves = Array.from({ length: n }, (_, m) => Math.PI * (n - 1 - 2 * m));
    for (const dtype of ["float64", "float32"] as const) {
      const found = curvature((x) => sincg(n, x), at, dtype);
      at.forEach((x, i) => {
        const rounded = dtype === "float32" ? Math.fround(x) : x;
        const right = waves.reduce((sum, k) => sum - k * k * Math.cos(k * rounded), 0);
        assertNear(found[i] / n ** 3, right / n ** 3, dtype === "float32" ? 2e-5 : 2e-11);
      });
    }
  }
});

test("in loops of vectors the slopes of sincg keep their digits, at a peak, beside it and between peaks, in both dtypes", () => {
  const at = [0, 1e-10, 1e-7, 1e-4, 3.7e-3, 0.0312, 0.0626, 0.1, 0.1874, 0.25, 0.3, 0.4999].flatMap((x) => [x, -x]);
  // As many as are worth loops.
  const all = Array.from({ length: 1064 }, (_, i) => at[i % at.length]);
  for (const dtype of ["float64", "float32"] as const) {
    const x = array(all, dtype);
    const digits = dtype === "float32" ? 3e-6 : 4e-14;
    for (const n of [2, 3, 8, 25]) {
      const waves = Array.from({ length: n }, (_, m) => Math.PI * (n - 1 - 2 * m));
      const cells = array(all.map(() => n), dtype);
      // Offsets from the nearest reflection, and numbers of which nothing is known.
      for (const offset of [(h: Variable): Variable => sub(h, round(h)), (h: Variable): Variable => h]) {
        const slopes = grad<Variable>((h) => total(sincg(n, offset(h))))(x).data;
        const byCells = grad<Variable>((c) => total(sincg(c, offset(c.tape.literal(x)))))(cells).data;
        at.forEach((_, i) => {
          const h = x.data[i];
          const slope = waves.reduce((sum, k) => sum - k * Math.sin(k * h), 0);
          const size = waves.reduce((sum, k) => sum + Math.abs(k) * Math.min(1, Math.abs(k * h)), 0);
          // At 0 the distance is taken for 1e-30.
          assertNear(slopes[i], slope, digits * size + 1e-25);
          assertNear(byCells[i], h === 0 ? 1 : (Math.PI * h * Math.cos(Math.PI * n * h)) / Math.sin(Math.PI * h), digits * 4);
        });
      }
    }
  }
});

test("by the number of cells sincg has the slopes that differences show, at a peak and beside it", () => {
  for (const x of [0, 1e-9, 1e-3, 0.004, 0.02, 0.2]) {
    for (const n of [1, 2.5, 8]) {
      const f = ({ n: cells, x: dh }: { readonly n: Variable; readonly x: Variable }): Variable => sincg(cells, dh);
      const { n: byN, x: byX } = grad(f)({ n: array(n), x: array(x) });
      const step = 1e-4;
      const value = (cells: number): number => each((dh) => sincg(cells, dh), [x])[0];
      const slope = (cells: number): number => grad<Variable>((dh) => sincg(cells, dh))(array(x)).item();
      assertNear(byN.item(), (value(n + step) - value(n - step)) / (2 * step), 1e-6);
      const mixed = grad<Variable>((cells) => grad<{ readonly x: Variable }>((p) => sincg(cells, p.x))({ x: cells.tape.literal(array(x)) }).x)(array(n)).item();
      assertNear(mixed, (slope(n + step) - slope(n - step)) / (2 * step), 1e-5 * (1 + Math.abs(mixed)));
      assert.ok(Number.isFinite(byX.item()));
    }
  }
});

test("sinc3 has the slopes and second derivatives of the waves of a sphere, at 0, where its series ends and beyond, in both dtypes", () => {
  // 3/4 of the integral of (1 - t²) cos(xt) over -1 to 1, by Simpson's rule.
  const ofWaves = (f: (t: number) => number): number => {
    const points = 20000;
    let sum = 0;
    for (let i = 0; i <= points; i++) {
      const t = -1 + (2 * i) / points;
      sum += (i === 0 || i === points ? 1 : i % 2 === 1 ? 4 : 2) * 0.75 * (1 - t * t) * f(t);
    }
    return (sum * 2) / points / 3;
  };
  const at = [0, 1e-9, 1e-4, 0.01, 0.0999, 0.1001, 0.5, 1, 1.999, 2.001, 2.999, 3.001, 4.49, 7, 20];
  for (const dtype of ["float64", "float32"] as const) {
    const tolerance = dtype === "float32" ? 1e-6 : 1e-11;
    const slopes = grad<Variable>((x) => total(sinc3(x)))(array(at, dtype)).data;
    const curvatures = curvature(sinc3, at, dtype);
    at.forEach((given, i) => {
      const x = dtype === "float32" ? Math.fround(given) : given;
      const slope = ofWaves((t) => -t * Math.sin(x * t));
      assertNear(slopes[i], slope, tolerance * Math.max(Math.abs(slope), 0.01));
      assertNear(curvatures[i], ofWaves((t) => -t * t * Math.cos(x * t)), tolerance);
    });
  }
});

test("a round crystal's second derivative at a reflection is the one beside it", () => {
  const counts: CellCounts = [5, 6, 7];
  const factor = (dh: Variable): Variable => add(roundCrystal(counts, [dh, mul(0, dh), mul(0, dh)], 1), mul(0, dh));
  const [peak, beside] = curvature(factor, [0, 1e-6], "float64");
  assertNear(peak / (210 * 0.723601254558268 * 25 * Math.PI ** 2), -1 / 5, 1e-12);
  assertNear(peak, beside, 1e-6 * Math.abs(peak));
});

test.run();
