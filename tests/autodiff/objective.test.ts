import { test } from "uvu";
import { mul, total } from "../../src/autodiff/operations.js";
import { objectiveOf } from "../../src/autodiff/objective.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array } from "../../src/ndarray/ndarray.js";
import * as assert from "uvu/assert";
import { refuses } from "./assertions.js";

test("a function of a tree is a function of its numbers, as minimisers take it", () => {
  const f = ({ x, k }: { readonly x: Variable; readonly k: Variable }): Variable => total(mul(0.5, k, x, x));
  const objective = objectiveOf(f, { x: array([0, 0]), k: 0 });
  assert.equal(objective([1, 2, 3]), { value: 7.5, gradient: [3, 6, 2.5] });
  refuses(() => objective([1, 2]), ShapeError, "3 numbers", "vector of 2");
});

test.run();
