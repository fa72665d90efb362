import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { expandToP1 } from "../../src/io/mtz-expansion.js";
import { parseMtz } from "../../src/io/mtz.js";
import { equals, toNested } from "../../src/ndarray/ndarray.js";
import { listed, mtzFile } from "./mtz-file.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const symmetry = {
  p1: ["SYMM X,  Y,  Z"],
  p21: ["SYMM X,  Y,  Z", "SYMM -X,  Y+1/2,  -Z"],
  p4: ["SYMM X,Y,Z", "SYMM -X,-Y,Z", "SYMM -Y,X,Z", "SYMM Y,-X,Z"],
};

function recordsFor(rows: number, symm: readonly string[] = symmetry.p21): string[] {
  return [
    "VERS MTZ:V1.1",
    "TITLE   a small crystal",
    `NCOL        6  ${rows}        0`,
    "CELL     9.6430    9.6090   19.0290   90.0000  101.2240   90.0000",
    "SORT    1   2   3   0   0",
    "SYMINF   2  2 P     4             'P 1 21 1'   PG2",
    ...symm,
    "RESO 0.0025   0.25",
    "VALM NAN",
    "COLUMN H                              H             -5              5    0",
    "COLUMN K                              H              0              5    0",
    "COLUMN L                              H              0             11    0",
    "COLUMN FREE                           I              0              1    1",
    "COLUMN FP                             F           2.13         146.10    1",
    "COLSRC FP                             CREATED_17/05/2019_12:15:14        1",
    "COLUMN FC                             F           2.13         146.10    2",
    "NDIF        2",
    "PROJECT       1 peptides and friends",
    "CRYSTAL       1 5e5z",
    "DATASET       1 native",
    "DCELL         1     9.6430    9.6090   19.0290   90.0000  101.2240   90.0000",
    "DWAVEL        1    0.97910",
    "DATASET       2 calculated",
    "DWAVEL        2    0.00000",
  ];
}

const rows = [
  [1, 2, 3, 0, 10.5, 11],
  [0, 2, 0, 1, NaN, 12],
  [2, 0, -1, 1, 30, NaN],
];
const file = mtzFile({ records: recordsFor(3), rows });

test("the header tells cell, space group, columns and data sets", () => {
  const mtz = parseMtz(file, "5e5z.mtz");
  assert.is(mtz.title, "a small crystal");
  assert.equal(mtz.cell, [9.643, 9.609, 19.029, 90, 101.224, 90]);
  assert.is(mtz.spaceGroupName, "P 1 21 1");
  assert.is(mtz.spaceGroupNumber, 4);
  assert.equal(mtz.symmetryOperators[1], { rotation: [-1, 0, 0, 0, 1, 0, 0, 0, -1], translation: [0, 0.5, 0] });
  assert.equal(mtz.resolutionA, [20, 2]);
  const columns = mtz.columns.map(({ label, type, datasetId }) => `${label}/${type}/${datasetId}`);
  assert.equal(columns, ["H/H/0", "K/H/0", "L/H/0", "FREE/I/1", "FP/F/1", "FC/F/2"]);
  assert.equal(mtz.datasets, [
    { id: 1, project: "peptides and friends", crystal: "5e5z", name: "native", cell: mtz.cell, wavelengthA: 0.9791 },
    { id: 2, project: "", crystal: "", name: "calculated", cell: undefined, wavelengthA: undefined },
  ]);
});

test("the data are read in both byte orders, and from a header position of 8 bytes", () => {
  const { data } = parseMtz(file, "5e5z.mtz");
  assert.is(data.dtype, "float64");
  assert.equal(toNested(data), rows);
  for (const littleEndian of [true, false]) {
    for (const longPosition of [true, false]) {
      const other = parseMtz(mtzFile({ records: recordsFor(3), rows, littleEndian, longPosition }), "5e5z.mtz");
      assert.ok(equals(other.data, data));
    }
  }
});

test("bytes that lie anywhere in a larger buffer are read", () => {
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 7);
  assert.ok(equals(parseMtz(larger.subarray(7), "a").data, parseMtz(file, "b").data));
});

test("a number that stands for a missing value is read as such, but not in an index", () => {
  const records = recordsFor(1).map((record) => record.replace("VALM NAN", "VALM -999.1"));
  const mtz = parseMtz(mtzFile({ records, rows: [[-999.1, 2, 3, 0, -999.1, 4]] }), "old.mtz");
  assert.equal(toNested(mtz.data), [[Math.fround(-999.1), 2, 3, 0, NaN, 4]]);
});

test("without a CELL record the first data set's cell counts", () => {
  const records = recordsFor(3).filter((record) => !record.startsWith("CELL"));
  assert.equal(parseMtz(mtzFile({ records, rows }), "a.mtz").cell, [9.643, 9.609, 19.029, 90, 101.224, 90]);
});

test("in P 21 a reflection has its equivalents and Friedel mates, each once, and missing ones none", () => {
  const expanded = expandToP1(parseMtz(file, "5e5z.mtz"));
  assert.equal(listed(expanded), ["-1 -2 -3 10.5", "-1 2 -3 10.5", "1 -2 3 10.5", "1 2 3 10.5", "-2 0 1 30", "2 0 -1 30"].sort());
  assert.equal([expanded.h.dtype, expanded.l.dtype, expanded.f.dtype], ["int32", "int32", "float64"]);
});

test("the amplitudes can be taken from another column", () => {
  const expanded = expandToP1(parseMtz(file, "5e5z.mtz"), "FC");
  assert.equal(listed(expanded), ["-1 -2 -3 11", "-1 2 -3 11", "1 -2 3 11", "1 2 3 11", "0 -2 0 12", "0 2 0 12"].sort());
});

test("in P 4 indices turn with the axes: h k l, -k h l, -h -k l, k -h l", () => {
  const records = recordsFor(1, symmetry.p4);
  const expanded = expandToP1(parseMtz(mtzFile({ records, rows: [[1, 2, 3, 0, 5, 5]] }), "p4.mtz"));
  const expected = ["1 2 3", "-2 1 3", "-1 -2 3", "2 -1 3", "-1 -2 -3", "2 -1 -3", "1 2 -3", "-2 1 -3"];
  assert.equal(listed(expanded), expected.map((hkl) => `${hkl} 5`).sort());
});

test("in P 3 the indices are multiplied from the left: h k l goes to k -h-k l", () => {
  const records = recordsFor(1, ["SYMM X,Y,Z", "SYMM -Y,X-Y,Z", "SYMM Y-X,-X,Z"]);
  const expanded = expandToP1(parseMtz(mtzFile({ records, rows: [[1, 2, 3, 0, 5, 5]] }), "p3.mtz"));
  const expected = ["1 2 3", "2 -3 3", "-3 1 3", "-1 -2 -3", "-2 3 -3", "3 -1 -3"];
  assert.equal(listed(expanded), expected.map((hkl) => `${hkl} 5`).sort());
});

test("where a file lists equivalents, the first one counts", () => {
  const twice = [
    [1, 2, 3, 0, 10, 1],
    [-1, 2, -3, 0, 20, 1],
    [1, 2, 3, 0, 30, 1],
  ];
  const { f } = expandToP1(parseMtz(mtzFile({ records: recordsFor(3), rows: twice }), "a.mtz"));
  assert.equal(toNested(f), [10, 10, 10, 10]);
});

test("expanding what is already expanded changes nothing", () => {
  const index = fc.integer({ min: -4, max: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(index, index, index), { minLength: 1, maxLength: 20 }), (indices) => {
      const once = indices.map(([h, k, l], i) => [h, k, l, 0, i + 1, 1]);
      const first = expandToP1(parseMtz(mtzFile({ records: recordsFor(once.length, symmetry.p4), rows: once }), "a.mtz"));
      const all = Array.from({ length: first.h.size }, (_, i) => [first.h.get(i), first.k.get(i), first.l.get(i), 0, first.f.get(i), 1]);
      const second = expandToP1(parseMtz(mtzFile({ records: recordsFor(all.length, symmetry.p4), rows: all }), "b.mtz"));
      assert.equal(listed(second), listed(first));
      const keys = listed(first).map((line) => line.split(" ").slice(0, 3).join(" "));
      assert.is(new Set(keys).size, keys.length);
    }),
  );
});

function change(from: string | RegExp, to: string): Uint8Array {
  return mtzFile({ records: recordsFor(3).map((record) => record.replace(from, to)), rows });
}

const malformed: readonly [content: Uint8Array, message: RegExp][] = [
  [new Uint8Array(0), /m\.mtz is not an MTZ file/],
  [new TextEncoder().encode("MTZ "), /m\.mtz is not an MTZ file/],
  [new Uint8Array(500), /m\.mtz is not an MTZ file/],
  [file.map((byte, i) => (i === 8 ? 0x22 : byte)), /number format 2; this reads 1 \(big-endian\) and 4/],
  [file.map((byte, i) => (i === 8 ? 0x11 : byte)), /says that its header begins at byte/],
  [file.subarray(0, 100), /m\.mtz has 100 bytes, but says that its header begins at byte 152; it may be cut short/],
  [file.subarray(0, 152 + 8 * 80), /no END record closes the header/],
  [change(/^NCOL.*/, "NCOL 6 999999999 0"), /999999999 reflections of 6 columns need \d+ bytes, but the header begins at byte 152/],
  [change(/^NCOL.*/, "NCOL 6 -3 0"), /size in the NCOL record is "-3"/],
  [change(/^NCOL.*/, "NCOL 6"), /no NCOL record/],
  [change(/^NCOL.*/, "NCOL 5 3 0"), /says 5 columns and describes 6/],
  [change(/^CELL.*/, "CELL 1 2 3 90 90"), /CELL record "1 2 3 90 90" is not three lengths/],
  [change(/^CELL.*/, "CELL 0 2 3 90 90 90"), /CELL record/],
  [change(/^(CELL|DCELL).*/, "REMARK"), /no CELL record/],
  [change("SYMM -X,  Y+1/2,  -Z", "SYMM -X, Y+1/2"), /m\.mtz, SYMM record 2: "-X, Y\+1\/2" is not a symmetry operator/],
  [change(/^COLUMN FC.*/, "COLUMN FC"), /COLUMN record 6 has no label and one-letter type/],
  [change(/^DATASET       1.*/, "DATASET one"), /dataset number is "one"/],
];

test("what is not an MTZ file, or is cut short, or contradicts itself, is refused", () => {
  for (const [content, message] of malformed) refuses(() => parseMtz(content, "m.mtz"), message);
});

test("a column that is not there, or holds no amplitudes, is refused with the list of columns", () => {
  const all = /its columns are H \(H\), K \(H\), L \(H\), FREE \(I\), FP \(F\), FC \(F\)/;
  const mtz = parseMtz(file, "m.mtz");
  refuses(() => expandToP1(mtz, "FOBS"), /m\.mtz has no column "FOBS"/);
  refuses(() => expandToP1(mtz, "FOBS"), all);
  refuses(() => expandToP1(mtz, "FREE"), /column FREE is of type I, not an amplitude/);
  refuses(() => expandToP1(mtz, "FREE"), all);
  const without = parseMtz(change(/(COLUMN F[PC] +)F/, "$1Q"), "q.mtz");
  refuses(() => expandToP1(without), /q\.mtz has no amplitude column \(type F\); its columns are/);
});

const notExpandable: readonly [records: readonly string[], row: readonly number[], message: RegExp][] = [
  [recordsFor(1), [1, 2, 3, 0, NaN, 4], /every value of column FP is missing/],
  [recordsFor(1), [1, 0.5, 3, 0, 5, 4], /reflection 1: h k l F are 1 0\.5 3 5; whole indices/],
  [recordsFor(1), [1, 2, 3, 0, Infinity, 4], /reflection 1: .*finite F/],
  [recordsFor(1), [1, 2, 20000, 0, 5, 4], /reflection 1: index beyond \+-10000/],
  [recordsFor(1, []), [1, 2, 3, 0, 5, 4], /has no SYMM record/],
  [recordsFor(1, ["SYMM X,Y,Z", "SYMM -Y,X,Z"]), [1, 2, 3, 0, 5, 4], /the symmetry operators are not a group/],
  [recordsFor(1).map((record) => record.replace(/^COLUMN L +H/, "COLUMN L I")), [1, 2, 3, 0, 5, 4], /has 2 index columns/],
];

test("what cannot be expanded is refused", () => {
  for (const [records, row, message] of notExpandable) {
    refuses(() => expandToP1(parseMtz(mtzFile({ records, rows: [row] }), "m.mtz")), message);
  }
});

test("no bytes make the reader fail otherwise than by refusing", () => {
  const read = (bytes: Uint8Array): unknown => expandToP1(parseMtz(bytes, "m.mtz"));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readsOrRefuses(() => read(bytes))));
  const changed = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(changed, fc.nat(file.length), (changes, end) => {
      const bytes = file.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      readsOrRefuses(() => read(bytes));
      readsOrRefuses(() => read(bytes.subarray(0, end)));
    }),
    { numRuns: 2000 },
  );
});

test.run();
