import { test } from "uvu";
import * as assert from "uvu/assert";
import { leavesInOrderOf, leavesOf, treeOf, vectorOf, withLeaves } from "../../src/autodiff/tree.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, NdArray, scalar, toNested } from "../../src/ndarray/ndarray.js";
import { refuses } from "./assertions.js";

const [a, b, c, d] = [1, 2, 3, 4].map((value) => scalar(value));
const tree = { cell: { lengths: [a, b], angle: c }, nothing: {}, none: [], distance: d };

test("leaves come in the order of lists and keys, and go back into the same form", () => {
  const leaves = leavesOf(tree);
  assert.ok(leaves.every((leaf, i) => leaf === [a, b, c, d][i]));
  assert.equal(leavesOf(a), [a]);
  assert.equal(withLeaves<unknown>(tree, leaves), tree);
  assert.equal(withLeaves<unknown>(tree, [d, c, b, a]), { cell: { lengths: [d, c], angle: b }, nothing: {}, none: [], distance: a });
});

test("leaves are found by name, whatever the order of the keys", () => {
  const shuffled = { distance: d, none: [], cell: { angle: c, lengths: [a, b] }, nothing: {} };
  assert.ok(leavesInOrderOf(tree, shuffled).every((leaf, i) => leaf === [a, b, c, d][i]));
});

test("trees of different forms are refused", () => {
  const refused = (form: unknown, other: unknown): void => refuses(() => leavesInOrderOf(form, other), InputError, "different forms");
  refused({ a, b }, { a });
  refused({ a }, { a, b });
  refused({ a }, { b: a });
  refused([a, b], [a]);
  refused({ a }, a);
  refused({ a }, { a: { a } });
});

test("what is neither an array nor a plain object or list of such is refused, and shown", () => {
  const odd = ["word", null, undefined, new Map(), new Float32Array(2)];
  const shown = ["word", "null", "undefined", "Map", "Float32Array"];
  odd.forEach((leaf, i) => refuses(() => leavesOf({ good: a, deep: [leaf] }), InputError, shown[i]));
});

test("too few or too many leaves are refused", () => {
  refuses(() => withLeaves(tree, [a]), ShapeError, "4 leaves", "1");
  refuses(() => withLeaves(a, [a, b]), ShapeError, "1 leaves", "2");
});

test("a tree becomes a vector of its numbers, and that vector the tree again", () => {
  const mixed = { x: array([[1, 2], [3, 4]]), y: [5, array([6], "float32")] };
  assert.equal(vectorOf(mixed), [1, 2, 3, 4, 5, 6]);
  const back = treeOf(mixed, [6, 5, 4, 3, 2, 1]);
  assert.equal([toNested(back.x), back.y[0], leavesOf(back.y[1]).map((leaf) => leaf instanceof NdArray && [leaf.dtype, toNested(leaf)])], [[[6, 5], [4, 3]], 2, [["float32", [1]]]]);
  refuses(() => treeOf(mixed, [1, 2]), ShapeError, "6 numbers", "2");
});

test.run();
