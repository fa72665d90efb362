import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate } from "../../../src/ndarray/dtype.js";
import { patchEdge } from "../../../src/simulate/live/blocked-pixels.js";
import { LeafSet } from "../../../src/simulate/live/leaf-set.js";
import { LiveLeaves } from "../../../src/simulate/live/live-leaves.js";
import { groupsOfBlock, leafColumn, leafEdge, leafRow, leavesAlong, leavesOfBlock } from "../../../src/simulate/live/pixel-block.js";

const steps = 3;
const along = patchEdge * leavesAlong;

/** Rectangles of a patch: the step, first and last row of its pixels, and first and last column of its leaves. */
const edges = (end: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.nat(end - 1), fc.nat(end - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const rectangles = fc.array(fc.tuple(fc.nat(steps - 1), edges(leafEdge * along), edges(along)), { maxLength: 6 });

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

test("the live leaves and the mask of each block of a patch are those of the rows of pixels that were made live", () => {
  const found = new LiveLeaves();
  const leaves = new LeafSet();
  fc.assert(
    fc.property(rectangles, (given) => {
      found.clear();
      for (const [step, [top, bottom], [left, right]] of given) for (let y = top; y <= bottom; y++) found.addRow(step, y, left, right);
      const isLive = (step: number, y: number, x: number): boolean =>
        given.some(([of, [top, bottom], [left, right]]) => of === step && y >= top && y <= bottom && x >= left && x <= right);
      for (let block = 0; block < patchEdge ** 2; block++) {
        const [row, column] = [Math.floor(block / patchEdge), block % patchEdge];
        const at = (step: number, leaf: number, line: number): boolean => isLive(step, leafEdge * (leavesAlong * row + leafRow[leaf]) + line, leavesAlong * column + leafColumn[leaf]);
        const all = Array.from({ length: leavesOfBlock }, (_, leaf) => leaf);
        const wanted = all.filter((leaf) => [0, 1, 2].some((step) => at(step, leaf, 0) || at(step, leaf, 1)));
        assert.is(found.writeLeaves({ row, column }, leaves) > 0, wanted.length > 0);
        assert.equal(leavesOf(leaves), wanted);
        // Every other leaf has a place in the mask, from its end on.
        const slotOf = (leaf: number): number => (leaf % 2 === 0 ? leavesOfBlock - 1 - leaf : -1);
        const slots = new Int32Array(leavesOfBlock);
        for (const leaf of all) slots[leavesAlong * leafRow[leaf] + leafColumn[leaf]] = slotOf(leaf);
        const mask = allocate("float64", 5 + steps * groupsOfBlock);
        found.writeMask({ row, column }, slots, mask, 5);
        let set = 0;
        for (let step = 0; step < steps; step++) {
          for (const leaf of all.filter((each) => slotOf(each) >= 0)) {
            for (const line of [0, 1]) {
              assert.is(mask[5 + groupsOfBlock * step + leafEdge * slotOf(leaf) + line], at(step, leaf, line) ? 1 : 0);
              if (at(step, leaf, line)) set++;
            }
          }
        }
        assert.is(mask.reduce((sum, x) => sum + x, 0), set);
      }
    }),
    { numRuns: 8, seed: 2 },
  );
});

test("a rectangle of leaves is live in both rows of pixels of each", () => {
  const found = new LiveLeaves();
  found.add(1, 3, 4, 2, 5);
  const slots = Int32Array.from({ length: leavesOfBlock }, (_, place) => place);
  const mask = allocate("float64", steps * groupsOfBlock);
  found.writeMask({ row: 0, column: 0 }, slots, mask, 0);
  const set = mask.map((value, at) => (value ? at - groupsOfBlock : -1)).filter((at) => at >= 0);
  assert.equal([...set], [3, 4].flatMap((row) => [2, 3, 4, 5].flatMap((column) => [0, 1].map((line) => leafEdge * (leavesAlong * row + column) + line))));
});

test.run();
