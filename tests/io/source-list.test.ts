import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseSources } from "../../src/io/source-list.js";
import { readsOrRefuses, refuses } from "./refusal.js";

test("sources are read from columns between blanks, tabs, commas or semicolons", () => {
  const sources = parseSources("# X Y Z weight lambda\n-10 0 0 1.0 1.00e-10\n-10,0.01;0\t0.5 , 1.01e-10;\r\n", "sources.txt");
  assert.equal(sources, [
    { xM: -10, yM: 0, zM: 0, weight: 1, wavelengthM: 1e-10 },
    { xM: -10, yM: 0.01, zM: 0, weight: 0.5, wavelengthM: 1.01e-10 },
  ]);
});

test("columns that are missing at the end are left to the simulator", () => {
  assert.equal(parseSources("-1 0 2\n\n-1\n", "sources.txt"), [
    { xM: -1, yM: 0, zM: 2, weight: undefined, wavelengthM: undefined },
    { xM: -1, yM: undefined, zM: undefined, weight: undefined, wavelengthM: undefined },
  ]);
});

const malformed: readonly [text: string, message: RegExp][] = [
  ["", /s\.txt lists no source; .*X Y Z/],
  ["# none\n ; , \n", /s\.txt lists no source/],
  ["1 0 0\nX Y Z\n", /s\.txt, line 2: "X" is not a finite number/],
  ["1 0 0 1 1e-10 7\n", /s\.txt, line 1: more than 5 columns/],
  ["\n0 0 0 1 1e-10\n", /s\.txt, line 2: a source at 0 0 0/],
  ["1 0 0 1 0\n", /line 1: 0 is not the wavelength of X-rays in metres \(1 A is 1e-10\)/],
  ["1 0 0 1 1.0\n", /line 1: 1 is not the wavelength/],
  ["1 0 0 1 -1e-10\n", /is not the wavelength/],
];

test("what is not a list of sources is refused, with the line", () => {
  for (const [text, message] of malformed) refuses(() => parseSources(text, "s.txt"), message);
});

test("no text makes the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(() => parseSources(text, "s.txt"))));
  fc.assert(fc.property(fc.array(fc.double()), (values) => readsOrRefuses(() => parseSources(values.join(";"), "s.txt"))));
});

test.run();
