import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseStol } from "../../src/io/stol.js";
import { refuses } from "./refusal.js";

test("a scattering curve is read in order of its angles, comments aside, and what is odd of it is told", () => {
  const { angles, f, warnings } = parseStol("# water\n0 2.57\n0.2 6.75 12 0.1\n0.18\t7.32\n", "w.stol");
  assert.equal([angles, f], [[0, 0.18, 0.2], [2.57, 7.32, 6.75]]);
  assert.equal(warnings, ["w.stol, line 3: columns behind the second one are passed over", "w.stol, line 4: the angle 0.18 is smaller than the one before; the lines are put in order"]);
});

test("a line that is no point of a curve is refused by its number", () => {
  refuses(() => parseStol("0 2\n0.1 x\n", "w.stol"), /w.stol, line 2: "x" is not a finite number; two numbers are expected/);
  refuses(() => parseStol("0 2\n0.1\n", "w.stol"), /w.stol, line 2: there is one number/);
  refuses(() => parseStol("-0.1 2\n0.1 3\n", "w.stol"), /w.stol, line 1: the angle -0.1 is below 0/);
  refuses(() => parseStol("0 2\n0.1 3\n0.1 4\n", "w.stol"), /w.stol, line 3: the angle 0.1 stands on line 2, too/);
  refuses(() => parseStol("", "w.stol"), /w.stol lists no point/);
  refuses(() => parseStol("0 1\n", "w.stol"), /w.stol lists a single point/);
});

test.run();
