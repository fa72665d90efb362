import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import type { Experiment } from "../../src/models/experiment.js";
import { orientedLattice, type UnitCell } from "../../src/models/crystal.js";
import { ScatteringCurve } from "../../src/models/scattering-curve.js";
import { parametersNamed, refinable, refinableExperiment, type Refinable } from "../../src/refine/catalogue.js";
import { withCell } from "../../src/refine/crystal-cell.js";
import { cellTies, crystalSystemOf, type CrystalSystem } from "../../src/refine/crystal-system.js";
import { Likelihood } from "../../src/refine/likelihood.js";
import { lossNamed } from "../../src/refine/loss.js";
import { coordinateOf, experimentAt, slopeAt, valueAt } from "../../src/refine/parameter.js";
import { countsOf, options, truth } from "./small-still.js";

const cells: readonly (readonly [CrystalSystem, readonly number[], readonly string[]])[] = [
  ["cubic", [50, 50, 50, 90, 90, 90], ["a"]],
  ["tetragonal", [50, 50, 70, 90, 90, 90], ["a", "c"]],
  ["orthorhombic", [50, 60, 70, 90, 90, 90], ["a", "b", "c"]],
  ["hexagonal", [50, 50, 70, 90, 90, 120], ["a", "c"]],
  ["rhombohedral", [50, 50, 50, 80, 80, 80], ["a", "alpha"]],
  ["monoclinic", [50, 60, 70, 90, 100, 90], ["a", "b", "c", "beta"]],
  ["monoclinic", [50, 60, 70, 90, 90, 100], ["a", "b", "c", "gamma"]],
  ["triclinic", [50, 60, 70, 80, 95, 100], ["a", "b", "c", "alpha", "beta", "gamma"]],
];

function cellOf([a, b, c, alpha, beta, gamma]: readonly number[]): UnitCell {
  return { a, b, c, alpha, beta, gamma };
}

for (const [system, numbers, free] of cells) {
  test(`the cell ${numbers.join(" ")} is ${system}, and ${free.join(", ")} of it ${free.length === 1 ? "is" : "are"} free`, () => {
    const cell = cellOf(numbers);
    assert.is(crystalSystemOf(cell), system);
    assert.equal(cellTies(cell, system).map(({ name }) => name), free);
    const experiment = refinableExperiment({ ...truth, crystal: { ...truth.crystal, lattice: cell } });
    const parameters = parametersNamed(["cell"], experiment);
    const moved = experimentAt(experiment, parameters, parameters.map(({ start }) => 1.01 * start));
    const { lattice } = moved.crystal;
    assert.ok("a" in lattice);
    if (!("a" in lattice)) return;
    const written = cellOf([lattice.a, lattice.b, lattice.c, lattice.alpha, lattice.beta, lattice.gamma].map(known));
    const isFreeAngle = (angle: string): boolean => free.includes(angle) || (system === "rhombohedral" && free.includes("alpha"));
    assert.equal([written.a, written.b, written.c].map((edge) => edge.toFixed(6)), [cell.a, cell.b, cell.c].map((edge) => (1.01 * edge).toFixed(6)));
    for (const angle of ["alpha", "beta", "gamma"] as const) {
      assert.is(written[angle].toFixed(6), ((isFreeAngle(angle) ? 1.01 : 1) * cell[angle]).toFixed(6));
    }
  });
}

test("reciprocal vectors become a cell and a misset that orient the crystal the same", () => {
  const oriented = { ...truth.crystal, lattice: cellOf([20, 24, 28, 80, 95, 103]), missetDeg: [13, -40, 77] as const };
  const { reciprocal } = orientedLattice(oriented);
  const numbers = ([x, y, z]: typeof reciprocal.aStar) => [known(x), known(y), known(z)] as const;
  const given = { aStar: numbers(reciprocal.aStar), bStar: numbers(reciprocal.bStar), cStar: numbers(reciprocal.cStar) };
  const found = withCell({ ...truth.crystal, lattice: given, missetDeg: [0, 0, 0] });
  const again = orientedLattice(found).reciprocal;
  for (const name of ["aStar", "bStar", "cStar"] as const) {
    numbers(again[name]).forEach((component, i) => assert.ok(Math.abs(component - given[name][i]) < 1e-12, `${name} ${i}`));
  }
  const { lattice } = found;
  for (const name of ["a", "b", "c", "alpha", "beta", "gamma"] as const) assert.ok(Math.abs(lattice[name] - oriented.lattice[name]) < 1e-9, name);
});

test("a close distance becomes the distance along the beam that puts the detector in the same place", () => {
  const tilted = refinableExperiment({
    ...truth,
    detector: { pixels: { fast: 8, slow: 8 }, pixelSizeMm: 1, closeDistanceMm: 80, rotationDeg: [0, 5, 20] },
  });
  const { distanceMm = 0, closeDistanceMm } = tilted.detector;
  assert.is(closeDistanceMm, undefined);
  assert.ok(Math.abs(distanceMm * Math.cos((5 * Math.PI) / 180) * Math.cos((20 * Math.PI) / 180) - 80) < 1e-9);
});

/** An experiment that has everything; one amplitude for all, or it would jump between reflections, which no derivative sees. */
const full = refinableExperiment({
  ...truth,
  beam: { ...truth.beam, fluence: 1e25, kahnFactor: 0.3, dispersionPercent: { range: 0.5, count: 2 }, horizontalDivergenceMrad: { range: 2, count: 2 },
    verticalDivergenceMrad: { range: 1, count: 2 }, squareDivergence: true },
  crystal: { ...truth.crystal, lattice: cellOf([20.1, 24.2, 28.3, 85, 95, 103]), shape: "gauss", fudge: 0.5,
    mosaic: { spreadDeg: 0.5, domains: 3, seed: -5 } },
  detector: { ...truth.detector, pixels: { fast: 32, slow: 32 }, twothetaDeg: 5, rotationDeg: [1, 2, 3],
    sensor: { thicknessUm: 300, attenuationDepthUm: 200, layers: 2 } },
  structureFactors: 60,
  waterUm: 20,
  amorphous: [{ name: "air", curve: ScatteringCurve.through({ stol: [0, 0.2, 0.5], f: [14, 8, 4] }), thicknessMm: 1e-8, densityGcm3: 1.2e-3, molecularWeight: 29 }],
  background: [-1, 0.1, 0.2],
});

/** What widens spots in closed form alone, and what says nothing of them. */
const closedAlone: readonly Refinable[] = ["eta", "domain", "bandwidth", "footprint", "blocks"];
const sampledAlone: readonly Refinable[] = ["fudge", "mosaic_spread", "dispersion"];
const { mosaic: _, ...still } = full.crystal;
const closed: Experiment = {
  ...full,
  beam: { wavelengthA: full.beam.wavelengthA, fluence: 1e25, kahnFactor: 0.3, bandwidthPercent: 1, beamDivergenceMrad: [4, 7] },
  crystal: { ...still, cells: [5, 4, 6], etaDeg: [1, 1.5, 0.8], bFactorA2: 10, blocks: [{}, { rotationDeg: [1, -2, 1.5], weight: 0.6 }] },
  detector: { ...full.detector, pixels: { fast: 16, slow: 16 }, footprintMm: [1, 0.7, 0.2] },
  structureFactors: 600,
};
const tensors: Experiment = { ...closed, crystal: { ...closed.crystal, domainA: [90, 110, 130, 10, -12, 8], bFactorA2: [10, 12, 9, 1, 2, -1], etaDeg: [1, 1.5, 0.8, 0.1, 0.2, -0.1] } };
const kinds = [
  { what: "", experiment: full, options, without: closedAlone },
  { what: ", of spots in closed form", experiment: closed, options: { ...options, spots: "closed" }, without: [...sampledAlone, "domain"] },
  { what: ", of tensors of spots in closed form", experiment: tensors, options: { ...options, spots: "closed" }, without: [...sampledAlone, "N"] },
] as const;

for (const { what, experiment, options, without } of kinds) test(`everything that can be refined has the derivative that differences have${what}`, async () => {
  const left: readonly Refinable[] = ["fluence", "groups", ...without];
  const parameters = parametersNamed(refinable.filter((name) => !left.includes(name)), experiment, { separateN: true });
  const counts = countsOf(experiment, 3, options);
  const likelihood = new Likelihood([{ experiment, options, counts }], parameters, lossNamed("poisson"));
  const x = parameters.map((_, i) => 1e-3 * Math.sin(i + 1));
  const { gradient, normal, value } = await likelihood.normalEquations(x);
  assert.ok(value < 1e6, `a misfit of ${value} rounds differences away`);
  for (const [i, { name }] of parameters.entries()) {
    const step = 1e-5;
    const beside = async (sign: number): Promise<number> => (await likelihood.gradient(x.map((element, k) => element + (k === i ? sign * step : 0)))).value;
    const difference = (await beside(1) - (await beside(-1))) / (2 * step);
    const scale = Math.abs(difference) + Math.sqrt(normal[i][i]);
    assert.ok(normal[i][i] > 0, `nothing changes with ${name}`);
    assert.ok(Math.abs(gradient[i] - difference) < 1e-3 * scale, `${name}: ${gradient[i]} against ${difference}`);
  }
});

test("value, coordinate and slope belong together, of what is refined as it is, by its logarithm and by its square", () => {
  const parameters = [...parametersNamed(["cell", "fluence"], truth), ...parametersNamed(["bandwidth", "eta"], closed)];
  assert.equal([...new Set(parameters.map(({ scale }) => scale))], ["linear", "log", "square"]);
  for (const parameter of parameters) {
    assert.is(valueAt(parameter, 0), parameter.start);
    const value = valueAt(parameter, 0.3);
    assert.ok(Math.abs(coordinateOf(parameter, value) - 0.3) < 1e-12);
    const difference = (valueAt(parameter, 0.3 + 1e-6) - valueAt(parameter, 0.3 - 1e-6)) / 2e-6;
    assert.ok(Math.abs(difference / slopeAt(parameter, value) - 1) < 1e-6);
  }
});

test.run();
