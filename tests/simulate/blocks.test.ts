import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { orientedLattice, type Block, type Crystal } from "../../src/models/crystal.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { rotate, type Vector } from "../../src/physics/vector.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { simulate } from "../../src/simulate/simulate.js";

const grid = zeros([15, 15, 15]);
for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * Math.sin(1.7 * i);
const lattice = { a: 30, b: 34, c: 41, alpha: 84, beta: 97, gamma: 102 };
const other = { a: 28, b: 45, c: 33, alpha: 90, beta: 90, gamma: 90 };
const crystal: Crystal = { lattice, missetDeg: [11, 22, 33], cells: [8, 9, 7], bFactorA2: 10, scan: { phiDeg: 1, stepDeg: 0.4, steps: 2 } };
const experiment: Experiment = {
  beam: { wavelengthA: 1.1, fluence: 1e27 },
  crystal,
  detector: { pixels: { fast: 11, slow: 9 }, pixelSizeMm: 1, distanceMm: 60, beamCenterMm: { x: -4, y: -3 } },
  structureFactors: new StructureFactors(grid, [-7, -7, -7]),
  waterUm: 0.01,
};

const blocks: readonly Block[] = [
  { weight: 2 },
  { rotationDeg: [0.4, -0.3, 0.2] },
  { rotationDeg: [0.1, 0.2, 0.3], missetDeg: [50, 10, 5], weight: 0.5 },
  { lattice: other, missetDeg: [20, 30, 40], weight: 1.5 },
];

/** The crystal that a block is. */
function crystalOf({ rotationDeg = [0, 0, 0], lattice: own = lattice, missetDeg = crystal.missetDeg ?? [0, 0, 0] }: Block): Crystal {
  const { reciprocal } = orientedLattice({ lattice: own, missetDeg });
  const radians: Vector = [rotationDeg[0] * (Math.PI / 180), rotationDeg[1] * (Math.PI / 180), rotationDeg[2] * (Math.PI / 180)];
  const turned = (vector: Vector): Vector<number> => {
    const [x, y, z] = rotate(vector, radians);
    return [known(x), known(y), known(z)];
  };
  return { ...crystal, missetDeg: [0, 0, 0], lattice: { aStar: turned(reciprocal.aStar), bStar: turned(reciprocal.bStar), cStar: turned(reciprocal.cStar) } };
}

const kinds: readonly (readonly [string, Partial<Crystal>, ImageOptions])[] = [
  ["a square crystal", {}, {}],
  ["a square crystal, summed as by the reference program", {}, { semantics: "nanobragg" }],
  ["a Gaussian crystal", { shape: "gauss" }, {}],
  ["a crystal of mosaic domains", { mosaic: { spreadDeg: 0.5, domains: 3 } }, {}],
  ["spots in closed form", { etaDeg: [0.3, 0.6, 0.2] }, { spots: "closed" }],
  ["spots in closed form between reflections", { etaDeg: 0.3 }, { spots: "closed", interpolation: "tricubic" }],
];

for (const [what, part, more] of kinds) {
  test(`blocks scatter as so many crystals, each by its weight: ${what}`, () => {
    const options: ImageOptions = { oversample: 1, interpolation: "nearest", ...more };
    const image = (one: Crystal): NdArray => simulate({ ...experiment, crystal: { ...one, ...part } }, options).image;
    const whole = image({ ...crystal, blocks });
    const parts = blocks.map((block) => image(crystalOf(block)));
    const total = blocks.reduce((sum, { weight = 1 }) => sum + weight, 0);
    const largest = Math.max(...whole.data);
    for (let i = 0; i < whole.size; i++) {
      const wanted = parts.reduce((sum, one, k) => sum + ((blocks[k].weight ?? 1) / total) * one.data[i], 0);
      assert.ok(Math.abs(whole.data[i] - wanted) < 2e-6 * largest, `pixel ${i}: ${whole.data[i]}, not ${wanted}`);
    }
    assert.ok(parts.some((one) => one.data.some((value, i) => Math.abs(value - whole.data[i]) > 0.05 * largest)), "the blocks are all the same");
  });
}

test("no block, blocks without weight and blocks that cannot be are refused", () => {
  const of = (given: readonly Block[]): Experiment => ({ ...experiment, crystal: { ...crystal, blocks: given } });
  assert.throws(() => simulate(of([])), /blocks is empty/);
  assert.throws(() => simulate(of([{ weight: 0 }])), /weight 0/);
  assert.throws(() => simulate(of([{ weight: -1 }])), /weight is -1/);
  assert.throws(() => simulate(of([{ lattice: { ...other, gamma: 200 } }])), /lattice/);
});

test.run();
