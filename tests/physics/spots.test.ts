import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { grad } from "../../src/autodiff/differentiate.js";
import { add, mul } from "../../src/autodiff/primitives/elementwise.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import { known, type Quantity, type Variable } from "../../src/autodiff/tape.js";
import { array } from "../../src/ndarray/ndarray.js";
import { directBasis, reciprocalBasis, type ReciprocalBasis } from "../../src/physics/lattice.js";
import {
  closedSpot,
  crystalFrame,
  domainOfCells,
  domainOfTensor,
  latticePoint,
  lengthsOfCells,
  mosaicCovariance,
  offsetsAt,
  ownSpot,
  reflectionOf,
  roundDomain,
  temperatureFactor,
  type Domain,
} from "../../src/physics/spots.js";
import { gram, invert, outer, plusTensors, scaleTensor, type Symmetric } from "../../src/physics/symmetric.js";
import { dot, minus, rotate, scale, transform, type Vector } from "../../src/physics/vector.js";
import { anyVector, assertNear, assertVector, each, numbers } from "./quantities.js";

const triclinic = reciprocalBasis({ a: 31, b: 37, c: 53, alpha: 1.3, beta: 1.9, gamma: 2 });
const orthogonal = reciprocalBasis({ a: 31, b: 37, c: 53, alpha: Math.PI / 2, beta: Math.PI / 2, gamma: Math.PI / 2 });
const cells = [12, 9, 7] as const;
const strengthOf = (y: Vector, covariance: Symmetric): number => known(closedSpot(y, covariance).strength);
const numbersOf = (tensor: Symmetric): number[] => tensor.map(known);
const wide = plusTensors(ownSpot, outer([2, 0.5, -1]), outer([0, 1, 3]));

test("a domain's own spot is exp(-2 sum (N dh)^2 / 0.63), half as high as its peak where that of a parallelepiped nearly is", () => {
  const { ofIndices, cells: count } = domainOfCells(cells, triclinic);
  fc.assert(
    fc.property(anyVector, (offset) => {
      const [h, k, l] = offset.map((x) => 0.05 * x);
      const sum = (12 * h) ** 2 + (9 * k) ** 2 + (7 * l) ** 2;
      assertNear(strengthOf(transform(ofIndices, [h, k, l]), ownSpot), Math.exp((-2 * sum) / 0.63), 1e-12);
    }),
  );
  assert.is(count, 12 * 9 * 7);
});

test("the integral of a spot does not depend on what widens it", () => {
  const step = 0.5;
  let [narrow, broad] = [0, 0];
  for (let x = -14; x <= 14; x += step) {
    for (let y = -14; y <= 14; y += step) {
      for (let z = -20; z <= 20; z += step) {
        narrow += strengthOf([x, y, z], ownSpot) * step ** 3;
        broad += strengthOf([x, y, z], wide) * step ** 3;
      }
    }
  }
  assertNear(narrow, (2 * Math.PI) ** 1.5, 1e-6);
  assertNear(broad, (2 * Math.PI) ** 1.5, 1e-4);
});

test("at a peak the slopes are 0 and the curvature is the inverse covariance, in both dtypes", () => {
  const along = (direction: Vector, at: Variable): Variable => {
    const y: Vector = [mul(at, direction[0]), mul(at, direction[1]), mul(at, direction[2])];
    return add(closedSpot(y, wide).strength, mul(0, at));
  };
  const { determinant, adjugate } = invert(wide);
  for (const [direction, wanted] of [[[1, 0, 0], adjugate[0]], [[0, 1, 0], adjugate[1]], [[0, 0, 1], adjugate[2]]] as [Vector, Quantity][]) {
    const slope = grad((x: Variable) => total(along(direction, x)));
    const curvature = grad((x: Variable) => total(slope(x)));
    for (const [dtype, tolerance] of [["float64", 1e-12], ["float32", 1e-6]] as const) {
      const peak = array([0], dtype);
      assert.is(slope(peak).data[0], 0);
      assertNear(curvature(peak).data[0], -known(wanted) / known(determinant) ** 1.5, tolerance);
    }
  }
});

test("float32 keeps four digits of spots that are a thousand times longer than wide", () => {
  const covariance = plusTensors(ownSpot, outer([600, 700, -300]), outer([3, -2, 1]));
  for (const at of [[0.3, -0.5, 0.2], [300, 350, -150], [301, 350, -150.5]] as const) {
    const strength = (dtype: "float32" | "float64"): number =>
      each((one) => add(mul(0, one), closedSpot([mul(at[0], one), at[1], at[2]], covariance).strength), [1], dtype)[0];
    assertNear(strength("float32") / strength("float64"), 1, 2e-3);
  }
});

test("a tensor of a domain's lengths along its cell's edges is so many cells of right angles", () => {
  const byCells = domainOfCells(cells, orthogonal);
  const byLengths = domainOfTensor([12 * 31, 9 * 37, 7 * 53, 0, 0, 0], orthogonal);
  assertNear(known(byLengths.cells), 12 * 9 * 7, 1e-9);
  numbersOf(byLengths.metric).forEach((component, i) => assertNear(component, numbersOf(byCells.metric)[i], 1e-6));
  assertVector(transform(byLengths.ofIndices, [1, 2, 3]), numbers(transform(byCells.ofIndices, [1, 2, 3])), 1e-9);
});

test("cells of a skew lattice make the spots of a tensor of lengths", () => {
  const byCells = domainOfCells(cells, triclinic);
  const byLengths = domainOfTensor(lengthsOfCells(cells, triclinic), triclinic);
  assertNear(known(byLengths.cells), 12 * 9 * 7, 1e-6);
  const point: Vector = [0.03, -0.02, 0.01];
  const square = (domain: Domain): number => known(dot(transform(domain.ofIndices, point), transform(domain.ofIndices, point)));
  assertNear(square(byLengths), square(byCells), 1e-9);
});

test("a round domain's own spot is as wide in all directions", () => {
  const { ofFrame } = domainOfTensor(roundDomain(0.002), triclinic);
  assertVector(transform(ofFrame, [0.002, 0, 0]), [1, 0, 0], 1e-12);
  assertVector(transform(ofFrame, [0, 0, 0.004]), [0, 0, 2], 1e-12);
});

test("a domain's spot does not depend on which of its square roots describes it", () => {
  const domain = domainOfTensor([400, 300, 350, 40, -60, 25], triclinic);
  const point: Vector = [0.03, -0.02, 0.01];
  const inFrame = latticePoint(point, triclinic);
  const own = transform(domain.ofIndices, point);
  assertVector(transform(domain.ofFrame, inFrame), numbers(own), 1e-9);
  assertVector(offsetsAt(own, domain), [0.03, -0.02, 0.01], 1e-12);
});

test("rotations about the crystal's three axes by the same angle are isotropic mosaicity, and six components their square root", () => {
  for (const domain of [domainOfCells(cells, triclinic), domainOfTensor([400, 300, 350, 40, -60, 25], triclinic)]) {
    const reflection = reflectionOf([3, -5, 8], triclinic);
    const isotropic = numbersOf(mosaicCovariance(0.004, reflection, domain));
    const size = Math.max(...isotropic.map(Math.abs));
    for (const eta of [[0.004, 0.004, 0.004], [0.004, 0.004, 0.004, 0, 0, 0]] as const) {
      numbersOf(mosaicCovariance(eta, reflection, domain)).forEach((component, i) => assertNear(component, isotropic[i], 1e-12 * size));
    }
    const turned = numbersOf(mosaicCovariance([0.002, 0.003, 0.005], reflection, domain));
    numbersOf(mosaicCovariance([0.002, 0.003, 0.005, 0, 0, 0], reflection, domain)).forEach((component, i) => assertNear(component, turned[i], 1e-12 * size));
  }
});

test("small rotations of a reflection have the covariance that is said of them", () => {
  const domain = domainOfCells(cells, triclinic);
  const reflection = reflectionOf([3, -5, 8], triclinic);
  const eta: Symmetric<number> = [0.004, 0.001, 0.002, 0.0005, -0.001, 0.0007];
  // The rows of the tensor are displaced rotation vectors: w = E g of independent g has the covariance E E.
  const rows: Vector<number>[] = [[eta[0], eta[3], eta[4]], [eta[3], eta[1], eta[5]], [eta[4], eta[5], eta[2]]];
  const moved = rows.map(([x, y, z]) => {
    const small = 1e-4;
    const to = rotate(reflection.inFrame, [small * x, small * y, small * z]);
    return transform(domain.ofFrame, scale(minus(to, reflection.inFrame), 1 / small));
  });
  const wanted = numbersOf(plusTensors(...moved.map(outer)));
  const found = numbersOf(mosaicCovariance(eta, reflection, domain));
  found.forEach((component, i) => assertNear(component, wanted[i], 1e-4 * Math.max(...wanted.map(Math.abs))));
});

test("F(000) is not widened by the domains' orientations", () => {
  const domain = domainOfCells(cells, triclinic);
  assert.equal(numbersOf(mosaicCovariance(0.01, reflectionOf([0, 0, 0], triclinic), domain)).map(Math.abs), [0, 0, 0, 0, 0, 0]);
});

test("the crystal's own frame has x along a* and z along c, whatever way the crystal stands and whatever hand it has", () => {
  const turn = (basis: ReciprocalBasis): ReciprocalBasis => ({ aStar: rotate(basis.aStar, [1, 2, 3]), bStar: rotate(basis.bStar, [1, 2, 3]), cStar: rotate(basis.cStar, [1, 2, 3]) });
  const frame = crystalFrame(turn(triclinic));
  assertVector(frame.aStar, numbers(triclinic.aStar));
  assertVector(frame.bStar, numbers(triclinic.bStar));
  assertVector(frame.cStar, numbers(triclinic.cStar));
  const { a, b, c } = directBasis(frame);
  assert.equal([known(c[0]), known(c[1])].map(Math.abs), [0, 0]);
  assertNear(known(dot(a, frame.aStar)) + known(dot(b, frame.bStar)), 2, 1e-12);
  const mirrored = { ...triclinic, aStar: triclinic.bStar, bStar: triclinic.aStar };
  const left = crystalFrame(mirrored);
  const lengths = ({ aStar, bStar, cStar }: ReciprocalBasis): number[] => numbersOf(gram([aStar, bStar, cStar]));
  lengths(left).forEach((component, i) => assertNear(component, lengths(mirrored)[i], 1e-12));
});

test("the temperature factor of an amplitude is exp(-B / 4 d^2), and a tensor of equal components is isotropic", () => {
  const scattering: Vector = [0.3, -0.2, 0.1];
  assertNear(known(temperatureFactor(20, scattering)), Math.exp(-20 * 0.14 / 4), 1e-15);
  assertNear(known(temperatureFactor([20, 20, 20, 0, 0, 0], scattering)), Math.exp(-20 * 0.14 / 4), 1e-15);
  assertNear(known(temperatureFactor([10, 20, 30, 4, -5, 6], scattering)), Math.exp(-(0.9 + 0.8 + 0.3 + 2 * (4 * -0.06 + -5 * 0.03 + 6 * -0.02)) / 4), 1e-15);
});

test("a wider covariance never raises a peak, and where it is uniform it scales the spot", () => {
  fc.assert(
    fc.property(anyVector, (vector) => {
      assert.ok(strengthOf([0, 0, 0], plusTensors(wide, outer(vector))) <= strengthOf([0, 0, 0], wide));
      assertNear(strengthOf([2, -1, 3], scaleTensor(ownSpot, 4)), strengthOf([1, -0.5, 1.5], ownSpot) / 8, 1e-12);
    }),
  );
});

test.run();
