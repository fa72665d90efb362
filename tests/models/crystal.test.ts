import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { orientationCount, orientedLattice, scatteringLattices, type Crystal } from "../../src/models/crystal.js";
import type { DirectBasis } from "../../src/physics/lattice.js";
import { cross, dot, norm, rotate, rotateAxis, type Vector } from "../../src/physics/vector.js";
import { anyDirection, assertNear, assertVector, between, numbers } from "../physics/quantities.js";

const lattice = { a: 34, b: 45, c: 56, alpha: 75, beta: 85, gamma: 100 };
const edges = ({ a, b, c }: DirectBasis): Vector[] => [a, b, c];
const spindle: Vector<number> = [0, 0, 1];

/** The lattice in each of its orientations. */
function orientations(crystal: Crystal): DirectBasis[] {
  const { direct } = orientedLattice(crystal);
  return Array.from({ length: orientationCount(crystal) }, (_, i) =>
    scatteringLattices(crystal, direct, spindle, (values) => values[i]),
  );
}

test("a misset turns the lattice about X, then Y, then Z, and leaves the cell as it is", () => {
  fc.assert(
    fc.property(fc.tuple(between(-180, 180), between(-180, 180), between(-180, 180)), (missetDeg) => {
      const rest = edges(orientedLattice({ lattice }).direct);
      const turned = orientedLattice({ lattice, missetDeg });
      const radians = missetDeg.map((angle) => (angle * Math.PI) / 180);
      edges(turned.direct).forEach((edge, i) =>
        assertVector(edge, numbers(rotate(rest[i], [radians[0], radians[1], radians[2]])), 1e-11),
      );
      assertNear(known(dot(turned.direct.a, turned.reciprocal.aStar)), 1, 1e-12);
      assertNear(known(dot(turned.direct.b, turned.reciprocal.cStar)), 0, 1e-12);
    }),
  );
});

test("reciprocal vectors that are given are those of the lattice", () => {
  const { reciprocal } = orientedLattice({ lattice });
  const same = orientedLattice({
    lattice: { aStar: numbers(reciprocal.aStar), bStar: numbers(reciprocal.bStar), cStar: numbers(reciprocal.cStar) },
  });
  edges(same.direct).forEach((edge, i) => assertVector(edge, numbers(edges(orientedLattice({ lattice }).direct)[i]), 1e-12));
});

test("a scan turns the lattice about the spindle, each step from where the last one was", () => {
  const crystal: Crystal = { lattice, scan: { phiDeg: 10, stepDeg: 5, steps: 3 } };
  const rest = edges(orientedLattice(crystal).direct);
  orientations(crystal).forEach((turned, step) => {
    const phi = ((10 + 5 * step) * Math.PI) / 180;
    edges(turned).forEach((edge, i) => assertVector(edge, numbers(rotateAxis(rest[i], spindle, phi)), 1e-12));
  });
});

test("the first mosaic domain stands as the crystal, the others within the spread of it", () => {
  const spreadDeg = 0.5;
  const crystal: Crystal = { lattice, mosaic: { spreadDeg, domains: 50 } };
  const rest = edges(orientedLattice(crystal).direct);
  const turned = orientations(crystal);
  assert.is(turned.length, 50);
  edges(turned[0]).forEach((edge, i) => assertVector(edge, numbers(rest[i]), 1e-13));
  const tilts = turned.map(({ a }) => Math.asin(known(norm(cross(a, rest[0]))) / lattice.a ** 2));
  const spread = (spreadDeg * Math.PI) / 180;
  assert.ok(tilts.every((tilt) => tilt <= spread * 1.000001));
  assert.ok(Math.max(...tilts) > 0.7 * spread);
});

test("mosaic domains are the innermost orientations, within every step of the scan", () => {
  const mosaic = { spreadDeg: 1, domains: 3, seed: -5 };
  const both = orientations({ lattice, mosaic, scan: { phiDeg: 10, stepDeg: 5, steps: 2 } });
  assert.is(both.length, 6);
  const second = orientations({ lattice, mosaic, scan: { phiDeg: 15, stepDeg: 5, steps: 1 } });
  second.forEach((domain, i) =>
    edges(domain).forEach((edge, axis) => assertVector(edges(both[3 + i])[axis], numbers(edge), 1e-12)),
  );
});

test("another mosaic seed gives other domains, the same seed the same", () => {
  const domainsOf = (seed: number): number[] =>
    orientations({ lattice, mosaic: { spreadDeg: 1, domains: 2, seed } }).map(({ a }) => known(a[1]));
  assert.equal(domainsOf(-5), domainsOf(-5));
  assert.is.not(domainsOf(-5)[1], domainsOf(-6)[1]);
});

test("mosaic domains are turned about axes of the laboratory: they keep the cell's volume", () => {
  fc.assert(
    fc.property(anyDirection, between(0, 5), ([x, y, z], spreadDeg) => {
      for (const { a, b, c } of orientations({
        lattice,
        missetDeg: [90 * x, 90 * y, 90 * z],
        mosaic: { spreadDeg, domains: 3 },
      })) {
        const { direct } = orientedLattice({ lattice });
        assertNear(known(dot(a, cross(b, c))) / known(dot(direct.a, cross(direct.b, direct.c))), 1, 1e-12);
      }
    }),
    { numRuns: 30 },
  );
});

test.run();
