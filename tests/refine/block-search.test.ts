import { test } from "uvu";
import * as assert from "uvu/assert";
import { searchBlocks } from "../../src/refine/block-search.js";
import { parametersNamed } from "../../src/refine/catalogue.js";
import type { Parameter } from "../../src/refine/parameter.js";
import type { Still } from "../../src/refine/still.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros } from "../../src/ndarray/ndarray.js";
import type { Experiment } from "../../src/models/experiment.js";
import { stillFrom } from "./small-still.js";

const closed = { spots: "closed", interpolation: "nearest" } as const;
const reach = 14;
const edge = 2 * reach + 1;
const grid = zeros([edge, edge, edge]);
for (let i = 0; i < grid.size; i++) grid.data[i] = i === (grid.size - 1) / 2 ? 0 : 60 + 40 * Math.sin(1 + 7.3 * i + 0.1 * i * Math.sin(i));
const one: Experiment = {
  beam: { wavelengthA: 1, fluence: 1e27 },
  crystal: { lattice: { a: 51, b: 60, c: 64, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10, 20, 30], cells: [20, 18, 15], etaDeg: 0.1 },
  detector: { pixels: { fast: 20, slow: 20 }, pixelSizeMm: 1, distanceMm: 90 },
  structureFactors: new StructureFactors(grid, [-reach, -reach, -reach]),
  background: [0],
};
const parametersOf = (stills: readonly Still[]): Parameter[] => {
  const { experiment } = stills[0];
  return parametersNamed(["misset", "scale", ...((experiment.crystal.blocks?.length ?? 1) > 1 ? (["blocks"] as const) : [])], experiment);
};

test("a crystal of one block stays one", async () => {
  const still = { ...stillFrom(one, one, 6, closed), options: closed };
  const { blocks: found, tried } = await searchBlocks([still], parametersOf, { coarseToFine: [] });
  assert.is(found.length, 0);
  assert.is(tried.length, 2);
});

test.run();
