import { test } from "uvu";
import * as assert from "uvu/assert";
import { leavesInOrderOf, leavesOf, withLeaves } from "../../src/autodiff/tree.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { scalar } from "../../src/ndarray/ndarray.js";
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
  const odd = [3, "word", null, undefined, new Map(), new Float32Array(2)];
  const shown = ["3", "word", "null", "undefined", "Map", "Float32Array"];
  odd.forEach((leaf, i) => refuses(() => leavesOf({ good: a, deep: [leaf] }), InputError, shown[i]));
});

test("too few or too many leaves are refused", () => {
  refuses(() => withLeaves(tree, [a]), ShapeError, "4 leaves", "1");
  refuses(() => withLeaves(a, [a, b]), ShapeError, "1 leaves", "2");
});

test.run();
