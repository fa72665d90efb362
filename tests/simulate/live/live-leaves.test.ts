import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate } from "../../../src/ndarray/dtype.js";
import { patchEdge } from "../../../src/simulate/live/blocked-pixels.js";
import { LeafSet } from "../../../src/simulate/live/leaf-set.js";
import { LiveLeaves } from "../../../src/simulate/live/live-leaves.js";
import { leafColumn, leafRow, leavesAlong, leavesOfBlock } from "../../../src/simulate/live/pixel-block.js";

const steps = 3;
const along = patchEdge * leavesAlong;

/** Rectangles of a patch's leaves: the step, and first and last row and column. */
const edges = fc.tuple(fc.nat(along - 1), fc.nat(along - 1)).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
const rectangles = fc.array(fc.tuple(fc.nat(steps - 1), edges, edges), { maxLength: 6 });

const leavesOf = (set: LeafSet): number[] => {
  const all: number[] = [];
  for (let leaf = set.next(0); leaf >= 0; leaf = set.next(leaf + 1)) all.push(leaf);
  return all;
};

test("a set of leaves has those that were added, in order, and none when it is cleared", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(leavesOfBlock - 1)), (given) => {
      const set = new LeafSet();
      for (const leaf of given) set.add(leaf);
      assert.equal(leavesOf(set), [...given].sort((a, b) => a - b));
      for (const leaf of [0, 31, 32, 255]) assert.is(set.has(leaf), given.includes(leaf));
      set.clear();
      assert.equal(leavesOf(set), []);
    }),
    { numRuns: 50, seed: 1, examples: [[[0, 31, 32, 255]]] },
  );
});

test("the live leaves and the mask of each block of a patch are those of the rectangles that were made live", () => {
  const found = new LiveLeaves();
  const leaves = new LeafSet();
  fc.assert(
    fc.property(rectangles, (given) => {
      found.clear();
      for (const [step, [top, bottom], [left, right]] of given) found.add(step, top, bottom, left, right);
      const isLive = (step: number, y: number, x: number): boolean =>
        given.some(([of, [top, bottom], [left, right]]) => of === step && y >= top && y <= bottom && x >= left && x <= right);
      for (let block = 0; block < patchEdge ** 2; block++) {
        const [row, column] = [Math.floor(block / patchEdge), block % patchEdge];
        const at = (step: number, leaf: number): boolean => isLive(step, leavesAlong * row + leafRow[leaf], leavesAlong * column + leafColumn[leaf]);
        const all = Array.from({ length: leavesOfBlock }, (_, leaf) => leaf);
        const wanted = all.filter((leaf) => [0, 1, 2].some((step) => at(step, leaf)));
        assert.is(found.writeLeaves({ row, column }, leaves) > 0, wanted.length > 0);
        assert.equal(leavesOf(leaves), wanted);
        // Every other leaf has a place in the mask, from its end on.
        const slots = Int32Array.from(all, (leaf) => (leaf % 2 === 0 ? leavesOfBlock - 1 - leaf : -1));
        const mask = allocate("float64", 5 + steps * leavesOfBlock);
        found.writeMask({ row, column }, slots, mask, 5);
        for (let step = 0; step < steps; step++) {
          for (const leaf of all) if (slots[leaf] >= 0) assert.is(mask[5 + leavesOfBlock * step + slots[leaf]], at(step, leaf) ? 1 : 0);
        }
        assert.is(mask.reduce((sum, x) => sum + x, 0), all.reduce((sum, leaf) => sum + [0, 1, 2].filter((step) => leaf % 2 === 0 && at(step, leaf)).length, 0));
      }
    }),
    { numRuns: 8, seed: 2 },
  );
});

test.run();
