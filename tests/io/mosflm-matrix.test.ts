import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseMatrix } from "../../src/io/mosflm-matrix.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const nine = ` 0.02340517 -0.01125784  0.00783528
 0.01351298  0.02253163  0.00037318
-0.00983664  0.00416584  0.01915580
`;
const rows = [
  [0.02340517, -0.01125784, 0.00783528],
  [0.01351298, 0.02253163, 0.00037318],
  [-0.00983664, 0.00416584, 0.0191558],
];

test("a matrix is read as three rows, undivided", () => {
  assert.equal(parseMatrix(nine, "auto.mat"), rows);
});

test("what MOSFLM writes after the nine numbers is not looked at", () => {
  const rest = "       0.000       0.000       0.000\n  0.8 -0.3 0.4\n cell ** not numbers **\n";
  assert.equal(parseMatrix(nine + rest, "auto.mat"), rows);
  assert.equal(parseMatrix(`${nine.trim()} and words behind them`, "auto.mat"), rows);
});

const malformed: readonly [text: string, message: RegExp][] = [
  ["", /m\.mat holds only 0 numbers; .*nine numbers/],
  ["1 0 0\n0 1 0\n0 0\n", /m\.mat holds only 8 numbers/],
  ["1 0 0\n0 one 0\n0 0 1\n", /m\.mat, line 2: "one" is not a finite number/],
  ["1 0 0\n0 1 0\n0 0 inf\n", /m\.mat, line 3: "inf"/],
  ["0 0 0\n0 0 0\n0 0 0\n", /determinant of the A matrix is 0/],
  ["1 2 3\n4 5 6\n7 8 9\n", /do not span space/],
  ["1 0 0 0 1 0 0 0 0", /do not span space/],
];

test("what does not hold nine numbers, or three vectors in one plane, is refused", () => {
  for (const [text, message] of malformed) refuses(() => parseMatrix(text, "m.mat"), message);
});

test("no text makes the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(() => parseMatrix(text, "m.mat"))));
  fc.assert(fc.property(fc.array(fc.double()), (values) => readsOrRefuses(() => parseMatrix(values.join(" "), "m.mat"))));
});

test.run();
