import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallestCut } from "../../src/autodiff/smallest-cut.js";

type Edge = readonly [from: number, to: number];

/** Whether a way from a start to an end passes none of some vertices. */
function isConnected(edges: readonly Edge[], starts: readonly number[], ends: readonly number[], without: readonly number[]): boolean {
  const reached = new Set(starts.filter((start) => !without.includes(start)));
  for (const vertex of reached) for (const [from, to] of edges) if (from === vertex && !without.includes(to)) reached.add(to);
  return ends.some((end) => reached.has(end));
}

test("the smallest cut of two diamonds in a row is what stands between them, and of a ladder its last rungs", () => {
  const diamonds: Edge[] = [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [3, 5]];
  assert.equal(smallestCut([0, 1, 2, 3, 4, 5], diamonds, [0, 1, 2], [4, 5]), [3]);
  const ladder: Edge[] = [[0, 2], [1, 3], [0, 3], [2, 4], [3, 5], [2, 5]];
  assert.equal(smallestCut([0, 1, 2, 3, 4, 5], ladder, [0, 1], [4, 5]), [4, 5]);
  assert.equal(smallestCut([7, 8], [], [7], [8]), []);
  assert.equal(smallestCut([7], [], [7], [7]), [7]);
});

test("a cut leaves no way, and no smaller set of vertices does", () => {
  const count = 7;
  const edge = fc.tuple(fc.nat(count - 2), fc.nat(count - 2)).map(([a, b]): Edge => [Math.min(a, b), Math.max(a, b) + 1]);
  const vertices = Array.from({ length: count }, (_, i) => i);
  const some = fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 14 }), some, some, (edges, starts, ends) => {
      const cut = smallestCut(vertices, edges, starts, ends);
      assert.not(isConnected(edges, starts, ends, cut));
      for (let subset = 0; subset < 2 ** count; subset++) {
        const chosen = vertices.filter((vertex) => subset & (1 << vertex));
        if (chosen.length < cut.length) assert.ok(isConnected(edges, starts, ends, chosen));
      }
    }),
    { numRuns: 60 },
  );
});

test.run();
