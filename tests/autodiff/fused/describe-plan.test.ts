import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describePlan } from "../../../src/autodiff/fused/describe-plan.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { cumulativeSum } from "../../../src/autodiff/primitives/cumulative-sum.js";
import { masked } from "../../../src/autodiff/primitives/masked.js";
import { exp, mul, sum } from "../../../src/autodiff/operations.js";
import { Tape } from "../../../src/autodiff/tape.js";

test("the walk-through shows what becomes of its example", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [64, 1], dtype: "float64" });
  const y = tape.input({ shape: [1, 3], dtype: "float64" });
  const described = describePlan(planLoops(tape.program([sum(exp(mul(x, mul(y, y))), 1)])));
  const page = readFileSync(new URL("../../../src/autodiff/fused/WALKTHROUGH.md", import.meta.url), "utf8");
  assert.is(/```\n([\s\S]*?)\n```/.exec(page)?.[1], described);
});

test("a plan says what the interpreter runs, and which nests obey a mask", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [64], dtype: "float64" });
  const mask = tape.input({ shape: [4], dtype: "float64" });
  const described = describePlan(planLoops(tape.program([cumulativeSum(masked(exp(x), mask, 16), 0)])));
  assert.match(described, /nest of vectors along axis 0, where the mask is set/);
  assert.match(described, /the interpreter runs node/);
});

test("vectors run along the pixels, even where there are more sources", () => {
  const tape = new Tape();
  const [x, y] = [tape.input({ shape: [84, 1, 1, 1], dtype: "float64" }), tape.input({ shape: [1, 1, 100, 1], dtype: "float64" })];
  assert.match(describePlan(planLoops(tape.program([sum(exp(mul(x, y)), 1, 2, 3)]))), /for axis 2, vectors along axis 0/);
});

test.run();
