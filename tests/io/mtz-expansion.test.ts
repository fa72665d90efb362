import { test } from "uvu";
import * as assert from "uvu/assert";
import { expandToP1 } from "../../src/io/mtz-expansion.js";
import { parseMtz } from "../../src/io/mtz.js";
import { listed, mtzFile } from "./mtz-file.js";
import { refuses } from "./refusal.js";

const p1 = ["SYMINF 1 1 P 1 'P 1' PG1", "SYMM X,Y,Z"];
const p21 = ["SYMINF 2 2 P 4 'P 1 21 1' PG2", "SYMM X,Y,Z", "SYMM -X,Y+1/2,-Z"];
const p4 = ["SYMINF 4 4 P 75 'P 4' PG4", "SYMM X,Y,Z", "SYMM -X,-Y,Z", "SYMM -Y,X,Z", "SYMM Y,-X,Z"];

interface Made {
  /** label, type and data set of the columns behind H K L */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly symmetry?: readonly string[];
  readonly batches?: number;
  readonly others?: readonly string[];
}

function made({ columns, rows, symmetry = p1, batches = 0, others = [] }: Made) {
  const all = ["H H 0", "K H 0", "L H 0", ...columns].map((column) => {
    const [label, type, dataset = "1"] = column.split(" ");
    return `COLUMN ${label} ${type} 0 0 ${dataset}`;
  });
  const records = [`NCOL ${all.length} ${rows.length} ${batches}`, "CELL 10 20 30 90 90 90", ...symmetry, "VALM NAN", ...all, ...others];
  return parseMtz(mtzFile({ records, rows }), "a.mtz");
}

const told = (mtz: ReturnType<typeof made>, column?: string): string => expandToP1(mtz, column).warnings.join("\n");

test("columns of type G are the two Friedel mates, whichever of them is named, and a single mate is taken for both", () => {
  const mtz = made({ columns: ["F(+) G", "SIGF(+) L", "F(-) G", "SIGF(-) L"], rows: [[1, 2, 3, 100, 1, 120, 1], [2, 0, 0, 50, 1, NaN, NaN]] });
  const mates = ["1 2 3 100", "-1 -2 -3 120", "2 0 0 50", "-2 0 0 50"].sort();
  for (const column of [undefined, "F(+)", "F(-)", "F(+),F(-)"]) assert.equal(listed(expandToP1(mtz, column)), mates);
  assert.match(told(mtz), /of 1 reflection only one Friedel mate has an amplitude/);
});

test("mates of other labels are found, and the equivalents of each are its own", () => {
  const mtz = made({ columns: ["FPLUS G", "FMINUS G"], rows: [[1, 2, 3, 100, 120], [1, 0, 3, 40, 60]], symmetry: p21 });
  assert.equal(
    listed(expandToP1(mtz)),
    ["1 2 3 100", "-1 2 -3 100", "-1 -2 -3 120", "1 -2 3 120", "1 0 3 50", "-1 0 -3 50"].sort(),
    "of a centric reflection the two are one",
  );
});

test("an anomalous difference parts an amplitude into F + D / 2 and F - D / 2, where it is known", () => {
  const mtz = made({ columns: ["FP F", "SIGFP Q", "DP D", "SIGDP Q"], rows: [[1, 2, 3, 100, 1, 10, 1], [2, 0, 0, 50, 1, NaN, NaN]] });
  assert.equal(listed(expandToP1(mtz)), ["1 2 3 105", "-1 -2 -3 95", "2 0 0 50", "-2 0 0 50"].sort());
  assert.equal(expandToP1(mtz).columns, ["FP", "DP"]);
  assert.match(told(mtz), /Friedel mates are FP \+ DP \/ 2 and FP - DP \/ 2/);
});

test("Friedel mates in rows of their own keep their amplitudes", () => {
  const mtz = made({ columns: ["F F", "SIGF Q"], rows: [[1, 2, 3, 100, 1], [-1, -2, -3, 120, 1], [2, 0, 0, 50, 1]], symmetry: p21 });
  const expected = ["1 2 3 100", "-1 2 -3 100", "-1 -2 -3 120", "1 -2 3 120", "2 0 0 50", "-2 0 0 50"];
  assert.equal(listed(expandToP1(mtz)), expected.sort());
});

test("equivalents with different amplitudes are told, and the first one counts", () => {
  const mtz = made({ columns: ["F F"], rows: [[1, 2, 3, 100], [-1, 2, -3, 140], [1, 2, 3, 100]], symmetry: p21 });
  assert.match(told(mtz), /1 row with another amplitude than an equivalent reflection before it; the first one counts/);
});

test("of several columns the first measured amplitude is taken and named, and map coefficients only where they are asked for", () => {
  const columns = ["FWT F", "PHWT P", "FC F", "PHIC P", "FP F", "SIGFP Q"];
  const mtz = made({ columns, rows: [[1, 2, 3, 1, 0, 2, 0, 3, 1]] });
  assert.equal(expandToP1(mtz).columns, ["FP"]);
  assert.match(told(mtz), /amplitudes are taken from column FP; --column takes another one \(FWT, FC\)/);
  assert.match(told(mtz, "FWT"), /column FWT with phase PHWT is a map coefficient or a difference/);
  assert.match(told(mtz, "FC"), /column FC with phase PHIC is a calculated amplitude or a map coefficient/);
  assert.equal(expandToP1(made({ columns: columns.slice(0, 4), rows: [[1, 2, 3, 1, 0, 2, 0]] })).columns, ["FC"]);
  const maps = made({ columns: ["2FOFCWT F", "PH2FOFCWT P"], rows: [[1, 2, 3, 1, 0]] });
  refuses(() => expandToP1(maps), /has only map coefficients or differences \(2FOFCWT\); if one of them is meant, name it with --column/);
});

test("amplitudes below 0, -999 and zeros without a sigma are told", () => {
  const mtz = made({ columns: ["F F", "SIGF Q"], rows: [[1, 0, 0, -999, -999], [2, 0, 0, -3, 1], [3, 0, 0, 0, 0], [4, 0, 0, 7, 1]] });
  assert.equal(listed(expandToP1(mtz)), ["-3 0 0 0", "-4 0 0 7", "3 0 0 0", "4 0 0 7"]);
  assert.match(told(mtz), /1 value of column F as low as -999/);
  assert.match(told(mtz), /1 amplitude of column F below 0 \(the lowest is -3\); they are left out/);
  assert.match(told(mtz), /1 reflection of column F with F = 0 and no sigma above 0/);
});

test("the column's own data set gives cell and wavelength, and a data set parts columns of one label", () => {
  const others = ["DATASET 1 native", "DCELL 1 10 20 30 90 90 90", "DWAVEL 1 0.98", "DATASET 2 soak", "DCELL 2 11 21 31 90 90 90", "DWAVEL 2 1.54"];
  const mtz = made({ columns: ["F F 1", "F F 2"], rows: [[1, 2, 3, 100, 200]], others });
  const { cell, wavelengthA, f, warnings } = expandToP1(mtz, "soak/F");
  assert.equal([cell, wavelengthA, f.get(0)], [[11, 21, 31, 90, 90, 90], 1.54, 200]);
  assert.match(warnings.join(), /data set has the cell 11 21 31 90 90 90, which counts, and not 10 20 30/);
  refuses(() => expandToP1(mtz, "F"), /has 2 columns "F"; name the data set as well, one of native\/F, soak\/F/);
});

test("symmetry that contradicts itself or the cell is told", () => {
  const row = { columns: ["F F"], rows: [[1, 2, 3, 100]] };
  assert.is(told(made({ ...row, symmetry: p21 })), "");
  const wrong = ["SYMINF 4 4 P 19 'P 21 21 21' PG222", "SYMM X,Y,Z"];
  assert.match(told(made({ ...row, symmetry: wrong })), /space group 19 \(P 21 21 21\), whose intensities have 8 equivalents, and the SYMM records make 2/);
  const fewer = ["SYMINF 4 2 C 5 'C 1 2 1' PG2", "SYMM X,Y,Z", "SYMM -X,Y,-Z"];
  assert.match(told(made({ ...row, symmetry: fewer })), /SYMINF announces 4 symmetry operators, and 2 SYMM records follow/);
  assert.match(told(made({ ...row, symmetry: p4 })), /the cell 10 20 30 90 90 90 does not have the symmetry of the SYMM records \(P 4\)/);
});

test("what is not merged, or is an intensity or a difference, is refused", () => {
  refuses(() => expandToP1(made({ columns: ["F F"], rows: [[1, 2, 3, 100]], batches: 3 })), /a\.mtz is not merged \(3 batches\)/);
  refuses(() => expandToP1(made({ columns: ["DP D"], rows: [[1, 2, 3, 100]] }), "DP"), /column DP is of type D, not an amplitude/);
  refuses(() => expandToP1(made({ columns: ["I J"], rows: [[1, 2, 3, 100]] }), "I"), /column I is of type J, not an amplitude/);
});

test.run();
