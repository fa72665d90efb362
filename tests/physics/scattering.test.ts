import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { total } from "../../src/autodiff/primitives/sum.js";
import { add, mul } from "../../src/autodiff/primitives/elementwise.js";
import { evaluate, valueAndGrad } from "../../src/autodiff/differentiate.js";
import { known, type Variable } from "../../src/autodiff/tape.js";
import { array } from "../../src/ndarray/ndarray.js";
import { captureFraction, polarizationFactor, scatteringVector, solidAngle } from "../../src/physics/scattering.js";
import { norm, rotateAxis, type Vector } from "../../src/physics/vector.js";
import { anyDirection, assertNear, assertVector, between } from "./quantities.js";

const beam: Vector<number> = [1, 0, 0];
const field: Vector<number> = [0, 0, 1];
const polarization = (diffracted: Vector, kahn: number): number => known(polarizationFactor(diffracted, beam, field, kahn));

test("at 90 degrees nothing is scattered along the electric field, everything across it, one half without polarization", () => {
  assertNear(polarization([0, 0, 1], 1), 0, 1e-15);
  assertNear(polarization([0, 1, 0], 1), 1, 1e-15);
  assertNear(polarization([0, 0, 1], -1), 1, 1e-15);
  assertNear(polarization([0, 0, 1], 0), 0.5, 1e-15);
  assertNear(polarization([0, 1, 0], 0), 0.5, 1e-15);
});

test("forwards and backwards the polarization factor is 1 whatever the polarization", () => {
  for (const kahn of [-1, 0, 0.3, 1]) {
    assertNear(polarization([1, 0, 0], kahn), 1, 1e-15);
    assertNear(polarization([-1, 0, 0], kahn), 1, 1e-15);
  }
});

test("the polarization factor is that of Kahn's angles: cos 2psi sin^2 2theta without an arc tangent", () => {
  fc.assert(
    fc.property(anyDirection, between(-1, 1), (diffracted, kahn) => {
      const twoTheta = Math.acos(diffracted[0]);
      // Across the beam along X, B is along unit(Z x X) = Y and E along unit(X x Y) = Z.
      const psi = -Math.atan2(diffracted[1], diffracted[2]);
      const wanted = 0.5 * (1 + Math.cos(twoTheta) ** 2 - kahn * Math.cos(2 * psi) * Math.sin(twoTheta) ** 2);
      assertNear(polarization(diffracted, kahn), wanted, 1e-12);
    }),
  );
});

test("two polarizations that are averaged are none", () => {
  fc.assert(
    fc.property(anyDirection, between(-1, 1), (diffracted, kahn) => {
      assertNear((polarization(diffracted, kahn) + polarization(diffracted, -kahn)) / 2, polarization(diffracted, 0), 1e-14);
    }),
  );
});

test("the scattering vector is 2 sin(theta) / lambda long", () => {
  fc.assert(
    fc.property(anyDirection, between(0.5, 3), (diffracted, wavelength) => {
      const sinTheta = Math.hypot(diffracted[0] - 1, diffracted[1], diffracted[2]) / 2;
      assertNear(known(norm(scatteringVector(diffracted, beam, wavelength))), (2 * sinTheta) / wavelength, 1e-12);
    }),
  );
  assertVector(scatteringVector([0, 1, 0], beam, 2), [-0.5, 0.5, 0], 1e-15);
});

test("the pixels of a closed box see the whole sphere", () => {
  const n = 60;
  const size = 2 / n;
  let oneFace = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) oneFace += known(solidAngle(size, Math.hypot(1, (i + 0.5) * size - 1, (j + 0.5) * size - 1), 1));
  }
  assertNear(6 * oneFace, 4 * Math.PI, 1e-3);
});

test("straight ahead a pixel's solid angle is its area over the squared distance", () => {
  assertNear(known(solidAngle(1e-4, 0.1, 0.1)), 1e-6, 1e-20);
});

test("the layers of a sensor together absorb what one of their thickness does: 1 - exp(-t / (mu cos))", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      between(0.01, 1),
      between(0.01, 2),
      between(0.2, 1),
      (layers, thickness, depth, obliquity) => {
        const index = array(Array.from({ length: layers }, (_, i) => i));
        const absorbed = evaluate((layer: Variable) =>
          total(add(captureFraction(layer, thickness / layers, depth, obliquity), mul(0, layer))),
        )(index).item();
        assertNear(absorbed, 1 - Math.exp(-thickness / (depth * obliquity)), 1e-12);
      },
    ),
  );
});

test("each layer absorbs less than the one before it, by the same factor", () => {
  const fractions = [0, 1, 2].map((layer) => known(captureFraction(layer, 0.1, 0.3, 0.8)));
  const factor = Math.exp(-0.1 / (0.3 * 0.8));
  assertNear(fractions[1] / fractions[0], factor, 1e-14);
  assertNear(fractions[2] / fractions[1], factor, 1e-14);
});

test("all layers and obliquities at once are those one by one, in both dtypes", () => {
  const layers = [[0, 1, 2, 3]];
  const obliquities = [[0.5], [0.8], [1]];
  for (const dtype of ["float64", "float32"] as const) {
    const all = evaluate(({ layer, obliquity }: { layer: Variable; obliquity: Variable }) =>
      add(captureFraction(layer, 0.1, 0.3, obliquity), mul(0, layer)),
    )({ layer: array(layers, dtype), obliquity: array(obliquities, dtype) });
    assert.equal([all.shape, all.dtype], [[3, 4], dtype]);
    obliquities.forEach(([obliquity], i) =>
      layers[0].forEach((layer, j) => {
        assertNear(all.get(i, j), known(captureFraction(layer, 0.1, 0.3, obliquity)), dtype === "float64" ? 1e-15 : 1e-7);
      }),
    );
  }
});

test("the polarization factor turns with the beam and its field", () => {
  fc.assert(
    fc.property(anyDirection, anyDirection, between(-3, 3), between(-1, 1), (diffracted, axis, angle, kahn) => {
      const turn = (v: Vector): Vector => rotateAxis(v, axis, angle);
      assertNear(
        known(polarizationFactor(turn(diffracted), turn(beam), turn(field), kahn)),
        polarization(diffracted, kahn),
        1e-12,
      );
    }),
  );
});

test("a beam along the electric field has the factor (1 + c^2 - K (1 - c^2)) / 2, recorded or not, and rounding does not matter", () => {
  fc.assert(
    fc.property(anyDirection, between(-1, 1), between(-1, 1), (diffracted, kahn, rounding) => {
      for (const sign of [1, -1]) {
        const along: Vector<number> = [1e-16 * rounding, 0, sign];
        const c = diffracted[2] * sign;
        const wanted = (1 + c * c - kahn * (1 - c * c)) / 2;
        assertNear(known(polarizationFactor(diffracted, along, field, kahn)), wanted, 1e-12);
        const { value, gradient } = valueAndGrad((d: { readonly [axis in "x" | "y" | "z"]: Variable }) => total(add(polarizationFactor([d.x, d.y, d.z], along, field, kahn), d.x, mul(-1, d.x))))({
          x: array(diffracted[0]),
          y: array(diffracted[1]),
          z: array(diffracted[2]),
        });
        assertNear(value.item(), wanted, 1e-12);
        assertNear(gradient.z.item(), (1 + kahn) * diffracted[2], 1e-12);
      }
    }),
    { numRuns: 30, seed: 3 },
  );
});

test.run();
