import { test } from "uvu";
import * as assert from "uvu/assert";
import { intensitiesOf } from "../../src/io/mtz-measured.js";
import { parseMtz } from "../../src/io/mtz.js";
import { mtzFile } from "./mtz-file.js";
import { refuses } from "./refusal.js";

const labels = [["H", "H"], ["K", "H"], ["L", "H"], ["IMEAN", "J"], ["SIGIMEAN", "Q"], ["I(+)", "K"], ["SIGI(+)", "M"], ["I(-)", "K"], ["SIGI(-)", "M"]];
const records = [
  "VERS MTZ:V1.1", "TITLE intensities", `NCOL ${labels.length} 2 0`, "CELL 10 20 30 90 90 90", "SYMINF 4 4 P 19 'P 21 21 21' PG222",
  "SYMM X, Y, Z", "SYMM -X+1/2, -Y, Z+1/2", "SYMM X+1/2, -Y+1/2, -Z", "SYMM -X, Y+1/2, -Z+1/2", "RESO 0.001 0.1", "VALM NAN",
  ...labels.map(([label, type]) => `COLUMN ${label} ${type} 0 100 1`), "NDIF 1", "PROJECT 1 p", "CRYSTAL 1 c", "DATASET 1 d", "DCELL 1 10 20 30 90 90 90", "DWAVEL 1 0.98",
];
const rows = [[1, 2, 3, 100, 4, 110, 6, 90, 5], [2, 0, 1, 50, 2, NaN, NaN, 51, 3]];

test("an MTZ file's intensities come with their standard deviations, Friedel mates apart, and the crystal of their data set", () => {
  const read = intensitiesOf(parseMtz(mtzFile({ records, rows }), "a.mtz"));
  assert.equal([read.columns.map(({ label }) => label), read.operators?.length, read.wavelengthA], [["IMEAN", "I(+)"], 4, 0.98]);
  const [mean, plus] = read.columns;
  assert.equal([...mean.values.data, ...(mean.sigmas?.data ?? [])], [100, 50, 4, 2]);
  assert.equal([...plus.values.data, ...(plus.sigmas?.data ?? [])], [110, NaN, 6, NaN]);
  assert.equal([...(plus.mates?.values.data ?? []), ...(plus.mates?.sigmas?.data ?? [])], [90, 51, 5, 3]);
  assert.equal([...read.k.data], [2, 0]);
});

test("an index that is not whole is refused by its row", () => {
  const damaged = [rows[0], [2, 0.5, ...rows[1].slice(2)]];
  refuses(() => intensitiesOf(parseMtz(mtzFile({ records, rows: damaged }), "a.mtz")), /a.mtz, reflection 2: an index is 0.5/);
});

test("an MTZ file of single observations is refused", () => {
  const unmerged = records.map((record) => record.replace(/^(NCOL \d+ \d+) 0/, "$1 7"));
  refuses(() => intensitiesOf(parseMtz(mtzFile({ records: unmerged, rows }), "a.mtz")), /not merged \(7 batches\)/);
});

test.run();
