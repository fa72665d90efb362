import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatHkl, HklReader, parseHkl } from "../../src/io/hkl.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, toNested } from "../../src/ndarray/ndarray.js";
import { flip } from "../../src/ndarray/views.js";
import { readsOrRefuses, refuses } from "./refusal.js";

test("reflections are read from any white space, between comments and blank lines", () => {
  const text = "# h k l F\n0 0 0 14868\r\n\n\t-17  -4 -1\t31.0956  \n! end\n  4 3 +2 1.5e2";
  const { h, k, l, f, warnings } = parseHkl(text, "1orc.hkl");
  assert.equal(toNested(h), [0, -17, 4]);
  assert.equal(toNested(k), [0, -4, 3]);
  assert.equal(toNested(l), [0, -1, 2]);
  assert.equal(toNested(f), [14868, 31.0956, 150]);
  assert.equal([h.dtype, k.dtype, l.dtype, f.dtype], ["int32", "int32", "int32", "float64"]);
  assert.equal(warnings, []);
});

test("indices that are not whole are rounded as the reference program rounds them, with one warning", () => {
  const { h, k, l, warnings } = parseHkl("1 2 3 4\n1.5 -1.5 0.4 10\n0.6 0 0 11\n", "odd.hkl");
  assert.equal(toNested(h), [1, 1, 1]);
  assert.equal(toNested(k), [2, -2, 0]);
  assert.equal(toNested(l), [3, 0, 0]);
  assert.is(warnings.length, 1);
  assert.match(warnings[0], /odd\.hkl, line 2: .*"1.5" "-1.5" "0.4".*rounded to 1 -2 0 \(and those of 1 more/);
});

const malformed: readonly [text: string, message: RegExp][] = [
  ["", /x\.hkl holds no reflection/],
  ["\n \n# nothing\n", /x\.hkl holds no reflection/],
  ["1 2 3 4\n1 2 3\n", /x\.hkl, line 2: only 3 fields; .*h k l F/],
  ["1 2 3 4 5\n", /line 1: more than 4 fields/],
  ["\n\nh k l F\n", /line 3: "h" is not a finite number/],
  ["1 2 3 nan\n", /line 1: "nan"/],
  ["1 2 3 Infinity\n", /line 1: "Infinity"/],
  ["1 2 3 1e999\n", /line 1: "1e999"/],
  ["1 2 0x10 4\n", /line 1: "0x10"/],
  ["1,2,3,4\n", /line 1: only 1 fields/],
  ["1 2 3 1d3\n", /line 1: "1d3"/],
  ["10001 0 0 1\n", /line 1: index beyond \+-10000/],
  ["0 -99999999999 0 1\n", /line 1: index beyond/],
];

test("what is not four numbers a line is refused, with the line", () => {
  for (const [text, message] of malformed) refuses(() => parseHkl(text, "x.hkl"), message);
});

const reflection = fc.tuple(
  fc.integer({ min: -10000, max: 10000 }),
  fc.integer({ min: -10000, max: 10000 }),
  fc.integer({ min: -10000, max: 10000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

test("reflections that are written read back the same, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(reflection, { minLength: 1 }), (rows) => {
      const column = (i: number): number[] => rows.map((row) => row[i]);
      const written = { h: array(column(0), "int32"), k: array(column(1), "int32"), l: array(column(2), "int32"), f: array(column(3)) };
      const read = parseHkl(formatHkl(written), "written.hkl");
      assert.ok(equals(read.h, written.h) && equals(read.k, written.k) && equals(read.l, written.l) && equals(read.f, written.f));
    }),
  );
});

test("numbers of any spelling are read as JavaScript reads them, to the last bit", () => {
  const digits = fc.array(fc.nat(9), { minLength: 1, maxLength: 18 }).map((each) => each.join(""));
  const spelled = fc.tuple(fc.constantFrom("", "-", "+"), digits, fc.constantFrom("", "."), fc.oneof(fc.constant(""), digits), fc.constantFrom("", "e-3", "E2"));
  fc.assert(
    fc.property(spelled, ([sign, whole, point, decimals, exponent]) => {
      const word = `${sign}${whole}${point}${point === "" ? "" : decimals}${exponent}`;
      assert.is(parseHkl(`1 2 3 ${word}\n`, "spelled.hkl").f.item(), Number(word));
    }),
    { numRuns: 300 },
  );
});

test("a text in pieces is read as the whole one, wherever it is cut", () => {
  const text = "# a comment\n1 2 3 4.25\r\n\n -1 -2 -3  4.25\n0.6 0 0 11\n10000 0 0 1e1\n4 5 6 7";
  const whole = parseHkl(text, "whole.hkl");
  assert.equal(toNested(whole.h), [1, -1, 1, 10000, 4]);
  const bytes = new TextEncoder().encode(text);
  for (let first = 0; first <= bytes.length; first++) {
    for (const second of [first, Math.min(first + 3, bytes.length)]) {
      const reader = new HklReader("whole.hkl");
      for (const piece of [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]) reader.add(piece);
      const read = reader.end();
      for (const column of ["h", "k", "l", "f"] as const) assert.ok(equals(read[column], whole[column]), `${column}, cut at ${first} and ${second}`);
      assert.equal(read.warnings, whole.warnings);
    }
  }
});

test("reflections are written through any strides", () => {
  const up = array([1, 2, 3], "int32");
  assert.is(formatHkl({ h: flip(up, 0), k: up, l: up, f: array([7, 8, 9.5]) }), "3 1 1 7\n2 2 2 8\n1 3 3 9.5\n");
});

test("columns of unequal length are not written", () => {
  const short = array([1], "int32");
  assert.throws(() => formatHkl({ h: short, k: short, l: short, f: array([1, 2]) }), (error: unknown) => error instanceof ShapeError);
});

test("what the reader would refuse is not written, and the reflection is named", () => {
  const one = array([1]);
  for (const wrong of [0.5, NaN, Infinity, 10001, -10001]) {
    const column = array([1, wrong]);
    const right = array([1, 2]);
    for (const written of [{ h: column, k: right, l: right }, { h: right, k: column, l: right }, { h: right, k: right, l: column }]) {
      refuses(() => formatHkl({ ...written, f: right }), new RegExp(`^reflection 1 is .*${wrong}.*whole numbers within`));
    }
  }
  for (const f of [NaN, -Infinity]) refuses(() => formatHkl({ h: one, k: one, l: one, f: array([f]) }), /^reflection 0 is 1 1 1 (NaN|-Infinity); /);
  refuses(() => formatHkl({ h: array([]), k: array([]), l: array([]), f: array([]) }), /no reflection/);
});

/** Lines for all indices from -2 to 2 that a condition keeps, each with the amplitude 1. */
function listOf(keeps: (h: number, k: number, l: number) => boolean): string {
  const range = [-2, -1, 0, 1, 2];
  const indices = range.flatMap((h) => range.flatMap((k) => range.map((l) => [h, k, l] as const)));
  return indices.filter(([h, k, l]) => keeps(h, k, l)).map((hkl) => `${hkl.join(" ")} 1\n`).join("");
}

test("a list that is not a full sphere is told, however it is cut", () => {
  const warnings = (keeps: (h: number, k: number, l: number) => boolean): readonly string[] => parseHkl(listOf(keeps), "x.hkl").warnings;
  assert.equal(warnings(() => true), []);
  assert.equal(warnings((h, k, l) => (h + k + l) % 2 === 0), []);
  assert.equal(warnings((h, k, l) => h !== 2 || k !== 1 || l < 1), [], "a few gaps are no cut");
  for (const cut of [
    (h: number, k: number, l: number) => h >= 0 && k >= 0 && l >= 0,
    (h: number, k: number, l: number) => l > 0 || (l === 0 && (h > 0 || (h === 0 && k >= 0))),
    (h: number, k: number) => k >= 0 && h >= 0,
    (h: number, k: number, l: number) => h * k * l >= 0 && l !== 0,
  ]) {
    assert.match(warnings(cut).join(), /^x\.hkl: \d+ of \d+ reflections have no Friedel mate in the list, .*expand the list to P 1/);
  }
  const octantAndMates = warnings((h, k, l) => (h >= 0 && k >= 0 && l >= 0) || (h <= 0 && k <= 0 && l <= 0));
  assert.match(octantAndMates.join(), /^x\.hkl: 6 of the 8 octants of reciprocal space are empty/);
});

test("reflections that are listed twice are told where their amplitudes differ, and amplitudes below 0", () => {
  assert.equal(parseHkl("1 0 0 5\n1 0 0 5\n", "x.hkl").warnings, []);
  const [negative, twice, ...others] = parseHkl("1 0 0 5\n0 0 1 -2\n1 0 0 6\n", "x.hkl").warnings;
  assert.match(negative, /^x\.hkl: 1 amplitude is below 0/);
  assert.match(twice, /^x\.hkl: 1 reflection is listed again .*\(1 0 0 with 5 and 6\); the last one counts/);
  assert.equal(others, []);
});

test("no text makes the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(() => parseHkl(text, "x.hkl"))));
  const characters = fc.constantFrom(..."0123456789 .-+eE#!\n\t");
  fc.assert(fc.property(fc.array(characters), (text) => readsOrRefuses(() => parseHkl(text.join(""), "x.hkl"))));
});

test.run();
