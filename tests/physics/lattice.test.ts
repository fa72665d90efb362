import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { directBasis, reciprocalBasis, type CellParameters, type DirectBasis } from "../../src/physics/lattice.js";
import { cross, dot, norm, type Vector } from "../../src/physics/vector.js";
import { assertNear, assertVector, between } from "./quantities.js";

const degrees = Math.PI / 180;
type Cell = { readonly [K in keyof CellParameters]: number };

/** Triclinic cells whose angles leave them a volume. */
const anyCell: fc.Arbitrary<Cell> = fc
  .record({
    a: between(5, 300),
    b: between(5, 300),
    c: between(5, 300),
    alpha: between(65, 115),
    beta: between(65, 115),
    gamma: between(65, 115),
  })
  .map((cell) => ({ ...cell, alpha: cell.alpha * degrees, beta: cell.beta * degrees, gamma: cell.gamma * degrees }));

const vectorsOf = ({ a, b, c }: DirectBasis): Vector[] => [a, b, c];
const angleBetween = (u: Vector, v: Vector): number => Math.acos(known(dot(u, v)) / (known(norm(u)) * known(norm(v))));

test("an orthorhombic cell has reciprocal vectors along the axes", () => {
  const right = 90 * degrees;
  const { aStar, bStar, cStar } = reciprocalBasis({ a: 20, b: 40, c: 50, alpha: right, beta: right, gamma: right });
  assert.equal(
    [aStar, bStar, cStar],
    [
      [1 / 20, 0, 0],
      [0, 1 / 40, 0],
      [0, 0, 1 / 50],
    ],
  );
});

test("a hexagonal cell has a* = 2 / (a sqrt 3)", () => {
  const right = 90 * degrees;
  const { aStar, bStar, cStar } = reciprocalBasis({ a: 50, b: 50, c: 80, alpha: right, beta: right, gamma: 120 * degrees });
  assertNear(known(norm(aStar)), 2 / (50 * Math.sqrt(3)), 1e-15);
  assertNear(known(norm(bStar)), 2 / (50 * Math.sqrt(3)), 1e-15);
  assertNear(angleBetween(aStar, bStar), 60 * degrees, 1e-14);
  assertVector(cStar, [0, 0, 1 / 80], 1e-15);
});

test("the direct vectors have the edges and angles of the cell that was asked for, triclinic or not", () => {
  fc.assert(
    fc.property(anyCell, (cell) => {
      const { a, b, c } = directBasis(reciprocalBasis(cell));
      assertNear(known(norm(a)) / cell.a, 1, 1e-12);
      assertNear(known(norm(b)) / cell.b, 1, 1e-12);
      assertNear(known(norm(c)) / cell.c, 1, 1e-12);
      assertNear(angleBetween(b, c), cell.alpha, 1e-11);
      assertNear(angleBetween(a, c), cell.beta, 1e-11);
      assertNear(angleBetween(a, b), cell.gamma, 1e-11);
    }),
  );
});

test("the reciprocal vectors are orthogonal to the real ones: a . a* = 1, a . b* = 0", () => {
  fc.assert(
    fc.property(anyCell, (cell) => {
      const reciprocal = reciprocalBasis(cell);
      const stars = [reciprocal.aStar, reciprocal.bStar, reciprocal.cStar];
      vectorsOf(directBasis(reciprocal)).forEach((edge, i) =>
        stars.forEach((star, j) => assertNear(known(dot(edge, star)), i === j ? 1 : 0, 1e-10)),
      );
    }),
  );
});

test("the volume is 2abc sqrt(sin S sin(S - alpha) sin(S - beta) sin(S - gamma)), half of the angles' sum being S", () => {
  fc.assert(
    fc.property(anyCell, (cell) => {
      const { a, b, c } = directBasis(reciprocalBasis(cell));
      const half = (cell.alpha + cell.beta + cell.gamma) / 2;
      const skew = Math.sin(half) * Math.sin(half - cell.alpha) * Math.sin(half - cell.beta) * Math.sin(half - cell.gamma);
      assertNear(known(dot(a, cross(b, c))) / (2 * cell.a * cell.b * cell.c * Math.sqrt(skew)), 1, 1e-11);
    }),
  );
});

test("by default a* points along X, b* lies in the plane of X and Y, c* points to positive Z", () => {
  fc.assert(
    fc.property(anyCell, (cell) => {
      const { aStar, bStar, cStar } = reciprocalBasis(cell);
      assert.ok(known(aStar[0]) > 0 && known(bStar[1]) > 0 && known(cStar[2]) > 0);
      assert.equal([aStar[1], aStar[2], bStar[2]], [0, 0, 0]);
    }),
  );
});

test("the lattice that is reciprocal to the reciprocal one is the direct one", () => {
  fc.assert(
    fc.property(anyCell, (cell) => {
      const { aStar, bStar, cStar } = reciprocalBasis(cell);
      const { a, b, c } = directBasis({ aStar, bStar, cStar });
      const back = directBasis({ aStar: a, bStar: b, cStar: c });
      [aStar, bStar, cStar].forEach((star, i) => {
        const found = vectorsOf(back)[i];
        star.forEach((component, axis) => assertNear(known(found[axis]), known(component), 1e-11));
      });
    }),
  );
});

test.run();
