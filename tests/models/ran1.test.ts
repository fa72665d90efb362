import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import {
  drawMisset, drawMosaicDomains, drawRotation, mosaicMatrix, Ran1, umat2misset, type Matrix3, type Uniform, type Vector3,
} from "../../src/models/ran1.js";

const degrees = 180 / Math.PI;

function take(uniform: Uniform, count: number): number[] {
  return Array.from({ length: count }, () => uniform());
}

function close(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.is(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= tolerance, `${value} is not ${expected[i]}`));
}

function product(a: Matrix3, b: Matrix3): number[] {
  return a.map((_, i) => [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + (i % 3)], 0));
}

function transposed([xx, xy, xz, yx, yy, yz, zx, zy, zz]: Matrix3): Matrix3 {
  return [xx, yx, zx, xy, yy, zy, xz, yz, zz];
}

const identity: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

const anyAngle = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const anyAxis = fc.tuple(anyAngle, fc.double({ min: -1, max: 1, noNaN: true })).map(([azimuth, height]): Vector3 => {
  const radius = Math.sqrt(1 - height * height);
  return [radius * Math.cos(azimuth), radius * Math.sin(azimuth), height];
});

test("seed 1 gives the sequence of Numerical Recipes' ran1", () => {
  assert.equal(take(new Ran1().stream(-1), 5), [
    0.4159993529319763, 0.09196489304304123, 0.7564104795455933, 0.5297002196311951, 0.9304364919662476,
  ]);
});

test("the reference program's default mosaic seed gives its deviates", () => {
  assert.equal(take(new Ran1().stream(-12345678), 3), [0.7659893035888672, 0.023453664034605026, 0.5897266268730164]);
});

test("deviates lie between 0 and 1, are numbers of float32, and have mean 1/2 and variance 1/12", () => {
  const count = 50000;
  const drawn = take(new Ran1().stream(-7), count);
  assert.ok(drawn.every((value) => value > 0 && value < 1 && Math.fround(value) === value));
  const mean = drawn.reduce((sum, value) => sum + value, 0) / count;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  assert.ok(Math.abs(mean - 1 / 2) < 5 * Math.sqrt(1 / 12 / count));
  assert.ok(Math.abs(variance - 1 / 12) < 5 * Math.sqrt(1 / 180 / count));
});

test("a seed of 0, or above 0 in a fresh generator, is sequence 1", () => {
  const first = take(new Ran1().stream(-1), 40);
  assert.equal(take(new Ran1().stream(0), 40), first);
  assert.equal(take(new Ran1().stream(777), 40), first);
});

test("a seed below 0 starts anew whatever was drawn before, one above 0 goes on with the table", () => {
  const generator = new Ran1();
  take(generator.stream(-3), 50);
  assert.equal(take(generator.stream(-1), 40), take(new Ran1().stream(-1), 40));
  const goesOn = take(generator.stream(777), 40);
  assert.not.equal(goesOn, take(new Ran1().stream(-777), 40));
  assert.not.equal(goesOn, take(new Ran1().stream(777), 40));
});

test("the first deviate of a seed that goes on was already in the table", () => {
  const drawn = new Ran1();
  drawn.stream(-3)();
  const generator = new Ran1();
  const before = generator.stream(-3);
  before();
  assert.is(drawn.stream(777)(), before());
});

test("a seed that is not a whole number of 31 bits is refused with the number", () => {
  for (const seed of [0.5, NaN, Infinity, 2147483647, -2147483647]) {
    const refused = (error: unknown): boolean => error instanceof InputError && error.message.endsWith(`not ${seed}`);
    assert.throws(() => new Ran1().stream(seed), refused);
  }
  for (const seed of [2147483646, -2147483646]) assert.ok(new Ran1().stream(seed)() > 0);
});

test("a random rotation has an axis of length 1, uniform on the sphere, and a factor between 0 and 1", () => {
  const uniform = new Ran1().stream(-99);
  const count = 20000;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const { axis, angleFactor } = drawRotation(uniform);
    assert.ok(Math.abs(Math.hypot(...axis) - 1) < 1e-14);
    assert.ok(angleFactor >= 0 && angleFactor <= 1 && Math.fround(angleFactor) === angleFactor);
    axis.forEach((component, which) => {
      sums[which] += component / count;
      squares[which] += component ** 2 / count;
    });
  }
  close(sums, [0, 0, 0], 5 * Math.sqrt(1 / 3 / count));
  close(squares, [1 / 3, 1 / 3, 1 / 3], 5 * Math.sqrt(4 / 45 / count));
});

test("the first mosaic domain is the identity, and takes three deviates all the same", () => {
  const [first, second] = drawMosaicDomains(new Ran1().stream(-12345678), 2);
  assert.equal(mosaicMatrix(first.axis, 0.6 * first.angleFactor), identity);
  const uniform = new Ran1().stream(-12345678);
  take(uniform, 3);
  assert.equal(second, drawRotation(uniform));
  close(second.axis, [0.05780204067851697, 0.2578183164442992, 0.9644628763198853], 1e-15);
  assert.is(second.angleFactor, 0.9476318359375);
});

test("a random misset of seed 17 is the reference program's", () => {
  close(drawMisset(new Ran1().stream(-17)).map((angle) => angle * degrees), [26.049659, -53.54182, 89.769219], 1e-6);
});

test("a quarter turn about Z takes X to Y", () => {
  close(mosaicMatrix([0, 0, 1], Math.PI / 2), [0, -1, 0, 1, 0, 0, 0, 0, 1], 1e-16);
});

test("a rotation keeps lengths and handedness, leaves its axis alone, and is undone by the opposite angle", () => {
  fc.assert(
    fc.property(anyAxis, anyAngle, (axis, angle) => {
      const matrix = mosaicMatrix(axis, angle);
      const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = matrix;
      close(product(matrix, transposed(matrix)), identity, 1e-14);
      close([xx * (yy * zz - yz * zy) - xy * (yx * zz - yz * zx) + xz * (yx * zy - yy * zx)], [1], 1e-14);
      const [x, y, z] = axis;
      close([xx * x + xy * y + xz * z, yx * x + yy * y + yz * z, zx * x + zy * y + zz * z], axis, 1e-14);
      close([xx + yy + zz], [1 + 2 * Math.cos(angle)], 1e-14);
      close(product(matrix, mosaicMatrix(axis, -angle)), identity, 1e-14);
    }),
  );
});

test("misset angles are those of the rotations about X, then Y, then Z", () => {
  fc.assert(
    fc.property(anyAngle, fc.double({ min: -1.5, max: 1.5, noNaN: true }), anyAngle, (x, y, z) => {
      const matrix = turn(turn(mosaicMatrix([1, 0, 0], x), [0, 1, 0], y), [0, 0, 1], z);
      close(umat2misset(matrix), [x, y, z], 1e-12);
    }),
  );
});

function turn(before: Matrix3, axis: Vector3, angle: number): Matrix3 {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = product(mosaicMatrix(axis, angle), before);
  return [xx, xy, xz, yx, yy, yz, zx, zy, zz];
}

test.run();
