import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { laueGroup, parseSymmetryOperator, type SymmetryOperator } from "../../src/io/symmetry.js";
import { readsOrRefuses, refuses } from "./refusal.js";

function operatorsOf(...texts: readonly string[]): SymmetryOperator[] {
  return texts.map((text) => parseSymmetryOperator(text, "here"));
}

test("operators are read as CCP4 writes them", () => {
  assert.equal(operatorsOf("X,Y,Z", "-X+1/2, Y, -Z", " 1/3 -y , x-Y,z + 0.25"), [
    { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
    { rotation: [-1, 0, 0, 0, 1, 0, 0, 0, -1], translation: [0.5, 0, 0] },
    { rotation: [0, -1, 0, 1, -1, 0, 0, 0, 1], translation: [1 / 3, 0, 0.25] },
  ]);
});

test("what is not a symmetry operator is refused", () => {
  const wrong = ["", "X,Y", "X,Y,Z,X", "X,Y,W", "X,Y,1/2", "X,X,Z", "2X,Y,Z", "X+X,Y,Z", "X,Y,Z+1/0", "X,,Z", "X,Y,+", "X,Y,Z+1.1.1"];
  for (const text of wrong) {
    refuses(() => parseSymmetryOperator(text, "a.mtz, SYMM record 2"), /a\.mtz, SYMM record 2: .* is not a symmetry operator/);
  }
});

test("a long line of nonsense is refused", () => {
  refuses(() => parseSymmetryOperator(`${"1".repeat(50_000)}!,Y,Z`, "here"), /is not a symmetry operator/);
  refuses(() => parseSymmetryOperator(`${"X+1".repeat(50_000)}+,Y,Z`, "here"), /is not a symmetry operator/);
});

test("the Laue groups of common space groups have their orders", () => {
  assert.is(laueGroup(operatorsOf("X,Y,Z"), "P 1").length, 2);
  assert.is(laueGroup(operatorsOf("X,Y,Z", "-X,-Y,-Z"), "P -1").length, 2);
  assert.is(laueGroup(operatorsOf("X,Y,Z", "-X,Y+1/2,-Z", "X+1/2,Y+1/2,Z", "-X+1/2,Y,-Z+1/2"), "C 2").length, 4);
  assert.is(laueGroup(operatorsOf("X,Y,Z", "-Y,X,Z+1/4", "-X,-Y,Z+1/2", "Y,-X,Z+3/4"), "P 41").length, 8);
  assert.is(laueGroup(operatorsOf("X,Y,Z", "-Y,X-Y,Z+1/3", "Y-X,-X,Z+2/3"), "P 31").length, 6);
});

test("the identity comes first, and every rotation has its negative", () => {
  const group = laueGroup(operatorsOf("X,Y,Z", "-Y,X,Z", "-X,-Y,Z", "Y,-X,Z"), "P 4");
  assert.equal(group[0], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const keys = new Set(group.map(String));
  assert.ok(group.every((rotation) => keys.has(String(rotation.map((entry) => 0 - entry)))));
});

test("operators that are not a group are refused", () => {
  refuses(() => laueGroup(operatorsOf("X,Y,Z", "-Y,X,Z"), "a.mtz"), /a\.mtz: the symmetry operators are not a group/);
  const many = Array.from({ length: 30 }, (_, i) => ({ rotation: [1, i, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] }));
  refuses(() => laueGroup(many, "a.mtz"), /more rotations than any space group has/);
});

test("no text makes the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(() => parseSymmetryOperator(text, "here"))));
  const characters = fc.array(fc.constantFrom(..."XYZ,+-/.129 "), { maxLength: 20 });
  fc.assert(fc.property(characters, (text) => readsOrRefuses(() => parseSymmetryOperator(text.join(""), "here"))));
});

test.run();
