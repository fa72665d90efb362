import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate } from "../../src/autodiff/differentiate.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { ScatteringCurve } from "../../src/models/scattering-curve.js";
import { array } from "../../src/ndarray/ndarray.js";
import { refuses } from "../io/refusal.js";

const at = (curve: ScatteringCurve, ...stol: number[]): number[] => [...evaluate((x: Variable) => curve.squaredAt(x))(array(stol)).data];

test("a curve goes through its points, and keeps the first and the last value beyond them", () => {
  const [stol, f] = [[0.05, 0.11, 0.2, 0.26, 0.5], [3, 7, 5, -2, 1]];
  const found = at(ScatteringCurve.through({ stol, f }), ...stol, 0, 0.02, 0.7, 4);
  [...f, 3, 3, 1, 1].forEach((value, i) => assert.ok(Math.abs(found[i] - value * value) < 0.02, `${found[i]}, not ${value * value}`));
});

test("between points a structure factor of third order is found as it is", () => {
  const cubic = (x: number): number => 4 + 3 * x - 20 * x * x + 25 * x * x * x;
  const stol = [0, 0.07, 0.1, 0.22, 0.35, 0.41, 0.6];
  const inside = [0.08, 0.1234, 0.2, 0.3, 0.4];
  const found = at(ScatteringCurve.through({ stol, f: stol.map(cubic) }), ...inside);
  inside.forEach((x, i) => assert.ok(Math.abs(found[i] / cubic(x) ** 2 - 1) < 1e-8, `${x}: ${found[i]}, not ${cubic(x) ** 2}`));
});

test("what makes no curve is refused", () => {
  const made = (stol: number[], f: number[]) => () => ScatteringCurve.through({ stol, f });
  refuses(made([0], [1]), /1 angles and 1 structure factors; it needs two or more/);
  refuses(made([0, 0.2, 0.1], [1, 2, 3]), /must ascend from 0 or above, and 0.1 stands behind 0.2/);
  refuses(made([0, 0.1], [1, NaN]), /finite numbers/);
});

test.run();
