/** From the atom to the pixel and back. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mul } from "../../src/autodiff/primitives/elementwise.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { array, copy, zeros } from "../../src/ndarray/ndarray.js";
import { ImageModel } from "../../src/simulate/image-model.js";
import { AmplitudeGrid } from "../../src/structure/amplitude-grid.js";
import { AtomicModel } from "../../src/structure/atomic-model.js";
import { unitScale } from "../../src/structure/scale.js";
import { SolventMask } from "../../src/structure/solvent-mask.js";
import { few, structureIn } from "./crystals.js";

const structure = structureIn("P 21 21 21", few);
const atoms = new AtomicModel(structure);
const grid = new AmplitudeGrid(atoms, 2.4, { mask: new SolventMask(structure, { stepA: 0.8 }) });
const pixels = { fast: 12, slow: 10 };
const start = { x: few[0].position[0], b: 14, occupancy: 0.7, density: 0.35, solventB: 46 };

function modelOf(interpolation: "nearest" | "tricubic", dtype: "float64" | "float32" = "float64"): ImageModel<typeof start> {
  return new ImageModel<typeof start>((p) => ({
    beam: { wavelengthA: 1, fluence: 1e27 },
    crystal: { lattice: structure.cell, missetDeg: [12, 33, 50], cells: [3, 3, 3] },
    detector: { pixels, pixelSizeMm: 2, distanceMm: 35 },
    structureFactors: grid.structureFactors,
    amplitudes: grid.amplitudes(
      {
        position: [0, 1, 2].map((axis) => atoms.atoms.map(({ position }, j) => (axis === 0 && j === 0 ? p.x : position[axis]))),
        displacement: atoms.atoms.map(({ bIso }, j) => (j === 1 ? p.b : bIso)),
        occupancy: atoms.atoms.map(({ occupancy }, j) => (j === 1 ? p.occupancy : occupancy)),
      },
      { ...unitScale, solventDensity: p.density, solventB: p.solventB },
    ),
  }), { interpolation, oversample: 1, dtype });
}

const weights = zeros([pixels.slow, pixels.fast]);
for (let i = 0; i < weights.size; i++) weights.data[i] = 1 + Math.sin(3 * i);
const loss = (photons: Variable, weight: Variable): Variable => mul(photons, weight);

for (const interpolation of ["nearest", "tricubic"] as const) {
  test(`an image, looked up by ${interpolation}, has the derivatives by an atom and the solvent that differences show`, () => {
    const model = modelOf(interpolation);
    const { gradient } = model.lossAndGradient(loss, start, weights);
    for (const name of ["x", "b", "occupancy", "density", "solventB"] as const) {
      const step = 1e-4 * Math.max(1, start[name]);
      const at = (shift: number): number => model.lossAndGradient(loss, { ...start, [name]: start[name] + shift }, weights).loss;
      const difference = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      assert.ok(Math.abs(difference) > 0 && Math.abs(gradient[name] / difference - 1) < 1e-6, `${name}: ${gradient[name]} is not ${difference}`);
    }
  });
}

test("in float32 the derivatives by an atom are those in float64, but for its digits", () => {
  const { gradient } = modelOf("nearest").lossAndGradient(loss, start, weights);
  const narrow = modelOf("nearest", "float32").lossAndGradient(loss, start, copy(weights, "float32")).gradient;
  for (const name of ["x", "b", "occupancy"] as const) assert.ok(Math.abs(narrow[name] / gradient[name] - 1) < 2e-3, name);
});

test("the grid holds the listed atoms' amplitudes, for every equivalent and Friedel mate", () => {
  const plain = new AmplitudeGrid(new AtomicModel(structure, { wavelengthA: 1.2 }), 2.4, { defaultF: 3 });
  const { grid: f, min } = plain.structureFactors;
  const at = (h: number, k: number, l: number): number => f.get(h - min[0], k - min[1], l - min[2]);
  const { real, imaginary } = plain.model.calculate(array([[1, 2, 3], [-1, -2, -3], [0, 0, 0]], "int32"));
  const modulus = (i: number): number => Math.hypot(real.get(i), imaginary.get(i));
  for (const [h, k, l] of [[1, 2, 3], [1, -2, -3], [-1, 2, -3]]) assert.ok(Math.abs(at(h, k, l) - modulus(0)) < 1e-9);
  for (const [h, k, l] of [[-1, -2, -3], [-1, 2, 3], [1, 2, -3]]) assert.ok(Math.abs(at(h, k, l) - modulus(1)) < 1e-9);
  assert.ok(Math.abs(modulus(0) - modulus(1)) > 1e-3 && Math.abs(at(0, 0, 0) - modulus(2)) < 1e-9);
  assert.is(at(min[0], min[1], min[2]), 3);
});

test.run();
