import { test } from "uvu";
import * as assert from "uvu/assert";
import { maskOf } from "../../src/io/mask.js";
import { array, toNested } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";

test("a mask skips the pixels that are 0", () => {
  const mask = maskOf({ shape: [2, 3], image: array([[0, 1, 65535], [0, 0, 7]]) });
  assert.equal(toNested(mask), [[0, 1, 1], [0, 0, 1]]);
  assert.is(mask.dtype, "int32");
});

test("a mask skips pixels that are not numbers, through any strides", () => {
  const image = transpose(array([[0, NaN, 1], [2, -1, 0.5]]));
  assert.equal(toNested(maskOf({ shape: [3, 2], image })), [[0, 1], [0, 1], [1, 1]]);
});

test.run();
