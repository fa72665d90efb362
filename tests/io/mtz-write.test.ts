import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnmergedMtz } from "../../src/io/mtz-write.js";
import { parseMtz } from "../../src/io/mtz.js";
import { array } from "../../src/ndarray/ndarray.js";

const bytes = formatUnmergedMtz({
  title: "spots of one still",
  cell: [58, 58, 150, 90, 90, 90],
  wavelengthA: 0.97625,
  batch: 17,
  phiDeg: [0.1, 0.2],
  columns: [{ label: "I", type: "J" }, { label: "SIGI", type: "Q" }],
  hkl: array([[3, -4, 5], [1, 2, -3], [0, 0, 7]]),
  values: array([[100.5, 10], [200.25, 12], [0, 3]]),
});

test("an unmerged MTZ file is read back as it was written, each reflection or its Friedel mate", () => {
  const { cell, batches, columns, data, datasets, spaceGroupName, resolutionA = [0, 0] } = parseMtz(bytes, "spots.mtz");
  assert.equal(cell, [58, 58, 150, 90, 90, 90]);
  assert.is(batches, 1);
  assert.is(spaceGroupName, "P 1");
  assert.equal(columns.map(({ label, type }) => `${label}:${type}`), ["H:H", "K:H", "L:H", "M/ISYM:Y", "BATCH:B", "I:J", "SIGI:Q"]);
  assert.is(datasets[0].wavelengthA, 0.97625);
  assert.equal(Array.from({ length: 3 }, (_, row) => Array.from({ length: 7 }, (__, column) => data.get(row, column))), [
    [-1, -2, 3, 2, 17, 200.25, 12],
    [0, 0, 7, 1, 17, 0, 3],
    [3, -4, 5, 1, 17, 100.5, 10],
  ]);
  // 1/d² of 3 -4 5 and of 1 2 -3.
  assert.ok(Math.abs(resolutionA[1] - 1 / Math.sqrt(25 / 58 ** 2 + 25 / 150 ** 2)) < 1e-5);
  assert.ok(Math.abs(resolutionA[0] - 1 / Math.sqrt(5 / 58 ** 2 + 9 / 150 ** 2)) < 1e-4);
});

test("the header of its batch is 185 words between BH and BHCH, with the cell, the angles and the wavelength", () => {
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf("BH 17 185 29 156");
  assert.ok(at > 0);
  const end = text.indexOf("BHCH");
  assert.is(end - at, 160 + 4 * 185);
  const view = new DataView(bytes.buffer, at + 160);
  const real = (word: number): number => view.getFloat32(4 * (29 + word), true);
  assert.equal([view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true)], [185, 29, 156]);
  assert.equal([real(0), real(2), real(5)], [58, 150, 90]);
  assert.ok(Math.abs(real(36) - 0.1) < 1e-6 && Math.abs(real(37) - 0.2) < 1e-6 && Math.abs(real(86) - 0.97625) < 1e-6);
});

test.run();
