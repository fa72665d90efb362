import { test } from "uvu";
import * as assert from "uvu/assert";
import { searchBlocks } from "../../src/refine/block-search.js";
import { parametersNamed } from "../../src/refine/catalogue.js";
import type { Parameter } from "../../src/refine/parameter.js";
import { refine } from "../../src/refine/refine.js";
import type { Still } from "../../src/refine/still.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros } from "../../src/ndarray/ndarray.js";
import type { Experiment } from "../../src/models/experiment.js";
import { stillFrom, withCrystal } from "./small-still.js";

const closed = { spots: "closed", interpolation: "nearest" } as const;
const reach = 22;
const edge = 2 * reach + 1;
const grid = zeros([edge, edge, edge]);
for (let i = 0; i < grid.size; i++) grid.data[i] = i === (grid.size - 1) / 2 ? 0 : 60 + 40 * Math.sin(1 + 7.3 * i + 0.1 * i * Math.sin(i));
const one: Experiment = {
  beam: { wavelengthA: 1, fluence: 1e27 },
  crystal: { lattice: { a: 51, b: 60, c: 64, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [20, 18, 15], etaDeg: 0.1 },
  detector: { pixels: { fast: 60, slow: 60 }, pixelSizeMm: 1, distanceMm: 90 },
  structureFactors: new StructureFactors(grid, [-reach, -reach, -reach]),
  background: [0],
};
const blocks = [{ weight: 1 }, { rotationDeg: [0.2, -0.15, 0.1] as const, weight: 0.6 }, { rotationDeg: [-0.1, 0.1, 0.25] as const, weight: 0.4 }];
const three = withCrystal(one, { blocks });

const parametersOf = (stills: readonly Still[]): Parameter[] => {
  const { experiment } = stills[0];
  return parametersNamed(["misset", "scale", ...((experiment.crystal.blocks?.length ?? 1) > 1 ? (["blocks"] as const) : [])], experiment);
};

test("three blocks in a still are found, with their rotations and weights, and no more of them", async () => {
  const still = { ...stillFrom(three, one, 5, closed), options: closed };
  const { blocks: found, tried, values } = await searchBlocks([still], parametersOf, { coarseToFine: [] });
  assert.is(found.length, 3);
  assert.is(tried.length, 4);
  for (let i = 1; i < 3; i++) assert.ok(tried[i].aside < tried[i - 1].aside);

  const started: Still = { ...still, experiment: withCrystal(one, { blocks: found }) };
  const parameters = parametersOf([started]);
  const result = await refine([started], parameters, { coarseToFine: [], from: parameters.map(({ name, start }) => values.get(name) ?? start) });
  assert.ok(Math.abs(result.reducedChiSquare - 1) < 0.2, `the reduced chi-square is ${result.reducedChiSquare}`);
  const value = new Map(result.parameters.map((parameter) => [parameter.name, parameter]));
  // Whichever block came first, the misset turns with it: rotations count from it, and weights in its own.
  const weights = [1, value.get("block_2_weight")?.value ?? NaN, value.get("block_3_weight")?.value ?? NaN];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.map((weight) => weight / total).sort();
  [0.2, 0.3, 0.5].forEach((part, i) => assert.ok(Math.abs(parts[i] - part) < 0.03, `the parts are ${parts.join(", ")}`));
});

test("a crystal of one block stays one", async () => {
  const still = { ...stillFrom(one, one, 6, closed), options: closed };
  const { blocks: found, tried } = await searchBlocks([still], parametersOf, { coarseToFine: [] });
  assert.is(found.length, 0);
  assert.is(tried.length, 2);
});

test.run();
