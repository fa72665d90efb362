import * as fc from "fast-check";
import { record } from "../../../src/autodiff/primitive.js";
import { primitives, type PrimitiveName } from "../../../src/autodiff/primitives/registry.js";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { between, tabulate } from "../draws.js";
import type { Case } from "./case.js";

/** Sums of waves over points, and over frequencies. */
export const waveCases = {
  waveSum: waves("waveSum", (points) => [points], (hkl, powers, quarters, [x, u, weight]) =>
    tabulate([2, hkl.shape[0]], (part, i) => {
      const each = Array.from({ length: x.shape[1] }, (_, j) => weight.get(j) * waveOf(hkl, i, x, u, j, quarters)[part]);
      return monomial(hkl, i, powers) * each.reduce((sum, term) => sum + term, 0);
    }),
  ),
  waveMoments: waves("waveMoments", (_, frequencies) => [2, frequencies], (hkl, powers, quarters, [x, u, values]) =>
    tabulate([powers.length / 3, x.shape[1]], (m, j) => {
      const each = Array.from({ length: hkl.shape[0] }, (_, i) => {
        const [cos, sin] = waveOf(hkl, i, x, u, j, quarters);
        return monomial(hkl, i, powers.slice(3 * m, 3 * m + 3)) * (values.get(0, i) * cos + values.get(1, i) * sin);
      });
      return each.reduce((sum, term) => sum + term, 0);
    }),
  ),
} satisfies { readonly [P in PrimitiveName]?: Case };

/** Points of few frequencies, some of them neighbours along l, with any powers and quarter turns. */
function waves(
  name: "waveSum" | "waveMoments",
  shapeOfLast: (points: number, frequencies: number) => Shape,
  reference: (hkl: NdArray, powers: readonly number[], quarters: number, inputs: readonly NdArray[]) => NdArray,
): Case {
  const power = fc.integer({ min: 0, max: 2 });
  const sets = name === "waveSum" ? 1 : 2;
  return {
    draw: (by) =>
      fc.tuple(by.shape({ minRank: 2, maxRank: 2 }), fc.array(power, { minLength: 3 * sets, maxLength: 3 * sets }), fc.nat({ max: 4 })).chain(
        ([[points, frequencies], powers, quarters]) =>
          fc
            .tuple(
              by.indices([frequencies, 3], 3),
              by.view([3, points], by.number(between(-1, 1), between(-2, 2))),
              by.view([6, points], between(-0.01, 0.02)),
              by.view(shapeOfLast(points, frequencies), between(-2, 2)),
            )
            .map(([hkl, ...inputs]) => ({
              inputs,
              apply: ([x, ...others]) => record(primitives[name], [x.tape.literal(hkl), x, ...others], { powers, quarters }),
              reference: (given) => reference(hkl, powers, quarters, given),
            })),
      ),
  };
}

/** cos and sin of a point's wave at a frequency, so many quarter turns further, times its height. */
function waveOf(hkl: NdArray, i: number, x: NdArray, u: NdArray, j: number, quarters: number): readonly number[] {
  const h = [0, 1, 2].map((axis) => hkl.get(i, axis));
  const angle = 2 * Math.PI * (h[0] * x.get(0, j) + h[1] * x.get(1, j) + h[2] * x.get(2, j)) + (quarters * Math.PI) / 2;
  const squares = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]].map(([a, b], at) => (a === b ? 1 : 2) * u.get(at, j) * h[a] * h[b]);
  const height = Math.exp(-2 * Math.PI ** 2 * squares.reduce((sum, term) => sum + term, 0));
  return [height * Math.cos(angle), height * Math.sin(angle)];
}

function monomial(hkl: NdArray, i: number, powers: readonly number[]): number {
  return powers.reduce((product, power, axis) => product * hkl.get(i, axis) ** power, 1);
}
