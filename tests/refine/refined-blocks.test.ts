import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RefinedParameter } from "../../src/refine/refine.js";
import { refinedBlocks } from "../../src/refine/refined-blocks.js";

const refined = (name: string, value: number, esd: number | undefined): RefinedParameter => ({ name, unit: "", start: value, value, esd });
const close = (found: number | null, wanted: number): void => assert.ok(found !== null && Math.abs(found - wanted) < 1e-12, `${found}, not ${wanted}`);

test("the parts of blocks add up to all, and their standard deviations are those of weights whose correlation counts", () => {
  const parameters = [
    refined("scale", 2, 0.1), refined("block_2_x", 0.05, 0.001), refined("block_2_y", -0.02, 0.002), refined("block_2_z", 0.01, 0.003), refined("block_2_weight", 3, 0.2),
    refined("block_3_weight", 4, 0.4),
  ];
  const correlations = parameters.map((_, i) => parameters.map((__, j) => (i === j ? 1 : i + j === 9 ? 0.5 : 0)));
  const blocks = refinedBlocks({ parameters, correlations });
  assert.equal(blocks.map(({ rotationDeg }) => rotationDeg.map(({ value }) => value)), [[0, 0, 0], [0.05, -0.02, 0.01], [0, 0, 0]]);
  assert.equal(blocks[1].rotationDeg.map(({ esd }) => esd), [0.001, 0.002, 0.003]);
  [1, 3, 4].forEach((weight, i) => close(blocks[i].part.value, weight / 8));
  // The first part is 1/8: its slope by either weight is -1/64, and the covariance of the weights is 0.5 x 0.2 x 0.4.
  close(blocks[0].part.esd, Math.sqrt(0.2 ** 2 + 0.4 ** 2 + 2 * 0.5 * 0.2 * 0.4) / 64);
  // The second is 3/8: its slopes are 5/64 and -3/64.
  close(blocks[1].part.esd, Math.sqrt((5 * 0.2) ** 2 + (3 * 0.4) ** 2 - 2 * 0.5 * 15 * 0.2 * 0.4) / 64);
});

test("a weight that the data leave open leaves all parts open, and a crystal of one block has none", () => {
  const parameters = [refined("block_2_x", 0.05, undefined), refined("block_2_weight", 3, undefined)];
  const blocks = refinedBlocks({ parameters, correlations: [[1, 0], [0, 1]] });
  assert.equal(blocks.map(({ part, rotationDeg: [x] }) => [part.esd, x.esd]), [[null, 0], [null, null]]);
  assert.equal(refinedBlocks({ parameters: [refined("scale", 1, 0.1)], correlations: [[1]] }), []);
});

test.run();
