import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../src/models/experiment.js";
import { Ran1 } from "../../src/models/ran1.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { copy, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { parametersNamed, refinableExperiment } from "../../src/refine/catalogue.js";
import type { TurnedBlock } from "../../src/refine/block-search.js";
import { searchImageBlocks } from "../../src/refine/image-blocks.js";
import { refine } from "../../src/refine/refine.js";
import { refinedBlocks } from "../../src/refine/refined-blocks.js";
import type { Parameter } from "../../src/refine/parameter.js";
import type { Still } from "../../src/refine/still.js";
import { addNoise } from "../../src/simulate/noise.js";
import { simulate } from "../../src/simulate/simulate.js";
import { withCrystal } from "./small-still.js";

/** Amplitudes as a protein has them, but none of the direct beam. */
const reach = 30;
const grid = zeros([2 * reach + 1, 2 * reach + 1, 2 * reach + 1]);
const uniform = new Ran1().stream(-5);
for (let i = 0; i < grid.size; i++) grid.data[i] = i === (grid.size - 1) / 2 ? 0 : 200 * Math.sqrt(-Math.log(uniform()));

const pixels = 240;
const one: Experiment = refinableExperiment({
  beam: { wavelengthA: 1, fluence: 4e27, bandwidthPercent: 0.05 },
  crystal: { lattice: { a: 78, b: 84, c: 91, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [20, -30, 50], cells: [20, 20, 20], etaDeg: 0.01 },
  detector: { pixels: { fast: pixels, slow: pixels }, pixelSizeMm: 0.2, distanceMm: 80, footprintMm: 0.08 },
  structureFactors: new StructureFactors(grid, [-reach, -reach, -reach]),
  background: [0],
});
const blocks: readonly TurnedBlock[] = [
  { rotationDeg: [0, 0, 0], weight: 1 }, { rotationDeg: [0.045, -0.021, 0.003], weight: 0.6 }, { rotationDeg: [-0.028, -0.04, -0.012], weight: 0.4 },
];
const options = { spots: "closed", interpolation: "nearest" } as const;
const start: Experiment = {
  ...withCrystal(one, { missetDeg: [20.02, -30.02, 49.98], etaDeg: 0.03 }),
  beam: { ...one.beam, fluence: 5e27 },
};

/** Around the bright pixels, where spots are. */
function around(image: NdArray, least: number, reachPixels: number): NdArray {
  const mask = zeros(image.shape, "int32");
  for (let slow = reachPixels; slow < pixels - reachPixels; slow++) for (let fast = reachPixels; fast < pixels - reachPixels; fast++) {
    if (image.get(slow, fast) < least) continue;
    for (let i = -reachPixels; i <= reachPixels; i++) for (let j = -reachPixels; j <= reachPixels; j++) mask.data[(slow + i) * pixels + fast + j] = 1;
  }
  return mask;
}

function stillOf(truth: Experiment, seed: number): Still {
  const { image } = simulate(truth, options);
  const counts = copy(addNoise(image, { seed: -seed, adcOffset: 0 }).counts, "float64");
  return { experiment: start, options: { ...options, mask: around(image, 1000, 3) }, counts, overload: Infinity };
}

const parametersOf = (stills: readonly Still[]): Parameter[] => {
  const [{ experiment }] = stills;
  return parametersNamed(["misset", "scale", "eta", ...(experiment.crystal.blocks ? (["blocks"] as const) : [])], experiment);
};

test("three blocks 0.05 degrees apart are found, with weights, though one block of a larger mosaicity explains most", async () => {
  const still = stillOf(withCrystal(one, { blocks }), 1);
  const found = await searchImageBlocks([still], { parametersOf, most: 3, coarseToFine: [] });
  assert.is(found.blocks.length, 3, JSON.stringify(found.blocks));
  const crystal = withCrystal(start, { blocks: found.blocks });
  const parameters = parametersOf([{ ...still, experiment: crystal }]);
  const refinement = await refine([{ ...still, experiment: crystal }], parameters, { coarseToFine: [], from: parameters.map(({ name, start: from }) => found.values.get(name) ?? from) });
  assert.ok(Math.abs(refinement.reducedChiSquare - 1) < 5 * refinement.chiSquareSigma, `chi-square ${refinement.reducedChiSquare}`);
  const eta = refinement.parameters.find(({ name }) => name === "eta");
  assert.ok(Math.abs((eta?.value ?? 0) - 0.01) < 4 * (eta?.esd ?? 0), `eta ${eta?.value} +- ${eta?.esd}`);
  const refined = refinedBlocks(refinement);
  const turn = (k: number, axis: number): number => refined[k].rotationDeg[axis].value;
  // Which block became which is not known; it is the order in which their turns against each other are the most alike.
  const misfit = (order: readonly number[]): number => blocks.reduce((sum, { rotationDeg }, k) => sum + rotationDeg.reduce<number>((own, angle, axis) => own + (turn(order[k], axis) - turn(order[0], axis) - angle) ** 2, 0), 0);
  const [order] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].sort((one, other) => misfit(one) - misfit(other));
  blocks.forEach((block, k) => {
    const { part, rotationDeg } = refined[order[k]];
    assert.ok(Math.abs(part.value - block.weight / 2) < 4 * (part.esd ?? 0) && (part.esd ?? 1) < 0.1, `part ${part.value} +- ${part.esd}, not ${block.weight / 2}`);
    rotationDeg.forEach(({ esd }, axis) => {
      const [apart, esds] = [turn(order[k], axis) - turn(order[0], axis), Math.hypot(esd ?? NaN, refined[order[0]].rotationDeg[axis].esd ?? NaN)];
      assert.ok(Math.abs(apart - block.rotationDeg[axis]) <= 4 * esds && esds < 0.02, `${apart} +- ${esds}, not ${block.rotationDeg[axis]}`);
    });
  });
});

test.run();
