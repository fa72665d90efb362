import * as fc from "fast-check";
import { test } from "uvu";
import { known } from "../../src/autodiff/tape.js";
import {
  cross,
  dot,
  minus,
  norm,
  plus,
  rotate,
  rotateAxis,
  rotationMatrix,
  scale,
  transform,
  unitize,
} from "../../src/physics/vector.js";
import { anyDirection, anyVector, assertNear, assertVector, between, numbers } from "./quantities.js";

const quarter = Math.PI / 2;

test("a quarter turn about an axis is right-handed: X goes to Y about Z, Y to Z about X, Z to X about Y", () => {
  assertVector(rotateAxis([1, 0, 0], [0, 0, 1], quarter), [0, 1, 0]);
  assertVector(rotateAxis([0, 1, 0], [1, 0, 0], quarter), [0, 0, 1]);
  assertVector(rotateAxis([0, 0, 1], [0, 1, 0], quarter), [1, 0, 0]);
});

test("three rotations are about the fixed axes X, then Y, then Z", () => {
  assertVector(rotate([0, 1, 0], [quarter, quarter, 0]), [1, 0, 0]);
  assertVector(rotate([0, 1, 0], [quarter, quarter, quarter]), [0, 1, 0]);
  assertVector(rotate([1, 0, 0], [quarter, quarter, 0]), [0, 0, -1]);
});

test("a rotation keeps lengths, angles, handedness and its own axis", () => {
  fc.assert(
    fc.property(anyVector, anyVector, anyDirection, between(-7, 7), (a, b, axis, angle) => {
      const turn = (v: typeof a) => rotateAxis(v, axis, angle);
      assertNear(known(dot(turn(a), turn(b))), known(dot(a, b)), 1e-12);
      assertVector(cross(turn(a), turn(b)), numbers(turn(numbers(cross(a, b)))), 1e-12);
      assertVector(turn(axis), axis);
    }),
  );
});

test("rotations about one axis add up, and a turn back undoes a turn", () => {
  fc.assert(
    fc.property(anyVector, anyDirection, between(-7, 7), between(-7, 7), (v, axis, first, second) => {
      assertVector(rotateAxis(rotateAxis(v, axis, first), axis, second), numbers(rotateAxis(v, axis, first + second)), 1e-12);
      assertVector(rotateAxis(rotateAxis(v, axis, first), axis, -first), v, 1e-12);
    }),
  );
});

test("the rows of a rotation's matrix are of length 1 and orthogonal", () => {
  fc.assert(
    fc.property(anyDirection, between(-7, 7), (axis, angle) => {
      const rows = rotationMatrix(axis, angle);
      rows.forEach((row, i) => rows.forEach((other, j) => assertNear(known(dot(row, other)), i === j ? 1 : 0, 1e-12)));
      assertVector(transform(rows, axis), axis);
    }),
  );
});

test("the cross product is orthogonal to both, and as long as the area that they span", () => {
  fc.assert(
    fc.property(anyVector, anyVector, (a, b) => {
      const normal = cross(a, b);
      assertNear(known(dot(normal, a)), 0, 1e-12);
      assertNear(known(dot(normal, b)), 0, 1e-12);
      const area = known(dot(a, a)) * known(dot(b, b)) - known(dot(a, b)) ** 2;
      assertNear(known(dot(normal, normal)), area, 1e-11);
    }),
  );
});

test("sums, differences and multiples are those of the components", () => {
  assertVector(plus([1, 2, 3], [10, 20, 30], [0, 0, 5]), [11, 22, 38]);
  assertVector(minus([1, 2, 3], [10, 0, 3]), [-9, 2, 0]);
  assertVector(minus([0, 0, 0], [1, -2, 3]), [-1, 2, -3]);
  assertVector(scale([1, -2, 0], -3), [-3, 6, 0]);
  assertNear(known(norm([2, 3, 6])), 7, 1e-15);
  assertVector(unitize([2, 3, 6]), [2 / 7, 3 / 7, 6 / 7], 1e-15);
});

test.run();
