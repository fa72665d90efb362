import { test } from "uvu";
import * as assert from "uvu/assert";
import { add, mul } from "../../../src/autodiff/operations.js";
import { Tape, type Program } from "../../../src/autodiff/tape.js";
import { array, flatData } from "../../../src/ndarray/ndarray.js";
import { openWorkspace, type OpenWorkspace } from "../../../src/refine/boxes/open-workspace.js";

/** by x + row, of a number and a list that are known. */
function programOf(by: number, row: readonly number[]): Program {
  const tape = new Tape();
  const x = tape.input({ shape: [row.length], dtype: "float64" });
  return tape.program([add(mul(by, x), tape.literal(array(row)))]);
}

function run({ workspace, writeKnown }: OpenWorkspace, x: readonly number[]): number[] {
  x.forEach((value, i) => (workspace.inputs[0].data[workspace.inputs[0].offset + i] = value));
  writeKnown();
  return [...flatData(workspace.run()[0])];
}

test("programs that differ in numbers and lists alone share a workspace, each with its own", () => {
  const [first, second, longer] = [programOf(3, [1, 2]), programOf(-5, [10, 20]), programOf(3, [1, 2, 3])].map((program) => openWorkspace(program, "webassembly"));
  assert.is(first.workspace, second.workspace);
  assert.is.not(first.workspace, longer.workspace);
  assert.is.not(first.workspace, openWorkspace(programOf(3, [1, 2]), "interpreter").workspace);
  for (let turn = 0; turn < 2; turn++) {
    assert.equal(run(first, [1, 1]), [4, 5]);
    assert.equal(run(second, [1, 1]), [5, 15]);
    assert.equal(run(longer, [0, 0, 1]), [1, 2, 6]);
  }
});

test("the eight structures that were met last are kept", () => {
  const open = (length: number) => openWorkspace(programOf(3, Array.from({ length }, () => 0)), "interpreter").workspace;
  const [first, second] = [open(20), open(21)];
  for (let length = 22; length < 28; length++) open(length);
  // Met again, the first is the newest, and one more drives out the second.
  assert.is(open(20), first);
  open(28);
  assert.is(open(20), first);
  assert.is.not(open(21), second);
});

test("a structure that has not been met for long is made anew", () => {
  const { workspace } = openWorkspace(programOf(3, [1, 2]), "webassembly");
  for (let length = 3; length < 12; length++) openWorkspace(programOf(3, Array.from({ length }, () => 0)), "webassembly");
  assert.is.not(openWorkspace(programOf(3, [1, 2]), "webassembly").workspace, workspace);
});

test.run();
