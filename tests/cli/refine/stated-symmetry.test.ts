import { test } from "uvu";
import * as assert from "uvu/assert";
import { statedSymmetry } from "../../../src/cli/refine/stated-symmetry.js";
import { truth, withCrystal } from "../../refine/boxes/closed-still.js";

const withCell = (a: number, b: number, c: number, alpha: number, beta: number, gamma: number) => withCrystal(truth, { lattice: { a, b, c, alpha, beta, gamma } });

test("intensities of a crystal under strain are written in its space group, with the mean cell of that", () => {
  const { group, cell, warning } = statedSymmetry(withCell(57.94, 58.08, 150.3, 90.2, 89.9, 90.1), "P 41 21 2");
  assert.is(group?.number, 92);
  const edge = Math.sqrt((57.94 ** 2 + 58.08 ** 2) / 2);
  cell.forEach((value, i) => assert.ok(Math.abs(value - [edge, edge, 150.3, 90, 90, 90][i]) < 1e-6, cell.join(" ")));
  assert.match(warning ?? "", /the refined cell 57.94 58.08 150.3 90.2 89.9 90.1 does not quite have the symmetry of space group P 41 21 2: the intensities are written with its mean over that, 58.01 58.01 150.3 90 90 90/);
  const hexagonal = statedSymmetry(withCell(91.2, 91.27, 45.87, 90.02, 89.96, 120.03), "P 61");
  assert.is(hexagonal.group?.number, 169);
  assert.ok(Math.abs(hexagonal.cell[0] - hexagonal.cell[1]) < 1e-9 && Math.abs(hexagonal.cell[5] - 120) < 1e-6, hexagonal.cell.join(" "));
});

test("intensities of a cell that is another one are written in P 1, and a cell of the symmetry stays", () => {
  const other = statedSymmetry(withCell(57.9, 60, 150, 90, 90, 90), "P 41 21 2");
  assert.is(other.group, undefined);
  assert.equal(other.cell.map((value) => Number(value.toFixed(6))), [57.9, 60, 150, 90, 90, 90]);
  assert.match(other.warning ?? "", /written in P 1/);
  const own = statedSymmetry(withCell(58, 58, 150, 90, 90, 90), "P 41 21 2");
  assert.equal([own.group?.number, own.warning], [92, undefined]);
});

test.run();
