import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatG } from "../../src/io/c-format.js";

const printed: readonly [value: number, precision: number, text: string][] = [
  [0, 6, "0"],
  [-0, 6, "-0"],
  [NaN, 6, "nan"],
  [Infinity, 6, "inf"],
  [-Infinity, 6, "-inf"],
  [26, 6, "26"],
  [100000, 6, "100000"],
  [1000000, 6, "1e+06"],
  [999999.5, 6, "1e+06"],
  [999999.4, 6, "999999"],
  [-26.4, 6, "-26.4"],
  [29.071428571428573, 6, "29.0714"],
  [0.0001, 6, "0.0001"],
  [0.00001, 6, "1e-05"],
  [0.000123456789, 6, "0.000123457"],
  [0.0000999999, 6, "9.99999e-05"],
  [0.00009999999, 6, "0.0001"],
  [1.25932e29, 6, "1.25932e+29"],
  [5e-324, 6, "4.94066e-324"],
  [Number.MAX_VALUE, 6, "1.79769e+308"],
  [0.1 + 0.2, 17, "0.30000000000000004"],
  [2.5, 1, "2"],
  [3.5, 1, "4"],
  [9.5, 1, "1e+01"],
  [0.5, 0, "0.5"],
  [0.125, 2, "0.12"],
  [0.375, 2, "0.38"],
  [1234565, 6, "1.23456e+06"],
  [1234575, 6, "1.23458e+06"],
];

test("numbers print as C's %g prints them, ties to the even digit", () => {
  for (const [value, precision, text] of printed) assert.is(formatG(value, precision), text);
});

test("six digits are the default", () => {
  assert.is(formatG(Math.PI), "3.14159");
});

test("17 digits read back the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(Object.is(Number(formatG(value, 17)), value));
    }),
  );
});

test("what is printed is never further from the number than half a unit of its last digit", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-200, max: 1e200, noNaN: true }), fc.integer({ min: 1, max: 8 }), (value, precision) => {
      const unit = 10 ** (Math.floor(Math.log10(value)) - precision + 1);
      assert.ok(Math.abs(Number(formatG(value, precision)) - value) <= 0.5000001 * unit);
    }),
  );
});

test.run();
