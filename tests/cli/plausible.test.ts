import { test } from "uvu";
import * as assert from "uvu/assert";
import { small, withBench } from "./workbench.js";

/** Every index from -2 to 2, as a full sphere. */
const range = [-2, -1, 0, 1, 2];
const full = range.flatMap((h) => range.flatMap((k) => range.map((l) => `${h} ${k} ${l} 10\n`))).join("");

/** Options that no experiment has, and what is said of them. */
const slips: readonly (readonly [options: string, warning: RegExp])[] = [
  ["-energy 12", /-energy 12 is far from what experiments have \(400 to 500000\); it is in eV: 12 keV is 12000/],
  ["-lambda 1e-10", /-lambda 1e-10 is far from .*it is in A/],
  ["-pixel 400", /-pixel 400 is far from .*it is in mm: 172 um is 0\.172/],
  ["-distance 0.1", /-distance 0\.1 is far from .*0\.1 m is 100/],
  ["-xtal_size 50", /-xtal_size 50 is far from .*50 um is 0\.05/],
  ["-detector_thick 0.45 -detector_abs 300", /-detector_thick 0\.45 is far from .*it is in um/],
  ["-fluence 1000", /-fluence 1000 is far from .*per square metre/],
  ["-cell 0.34 0.45 0.56", /-cell 0\.34 is far from .*edges are in A/],
  ["-Xbeam 200 -Ybeam 8", /-Ybeam: the direct beam strikes at 201 mm along the slow axis, and the detector ends at 16 mm; a beam centre is in mm/],
  ["-fluence 0", /the image holds nothing but zeros: -fluence is 0/],
  ["-tophat_spots -N 50", /the image holds nothing but zeros; no spot meets a pixel/],
];

for (const [options, warning] of slips) {
  test(`${options} is told`, () =>
    withBench({}, async (bench) => {
      const { code, stderr } = await bench.run(`${small} -nonoise ${options}`);
      assert.is(code, 0, stderr);
      assert.match(stderr, warning);
    }));
}

test("what experiments have is not told", () =>
  withBench({ "full.hkl": full }, async (bench) => {
    const { code, stderr } = await bench.run(`${small.replace("-oversample 1", "-oversample 17")} -nonoise -hkl full.hkl -energy 12398 -distance 60 -fluence 1e24`);
    assert.equal([code, stderr], [0, ""]);
  }));

test("reflections out of the detector's reach are told, with both ranges", () =>
  withBench({ "full.hkl": full }, async (bench) => {
    const { stderr } = await bench.run("simulate -hkl full.hkl -cell 340 450 560 -N 5 -detpixels 8 -pixel 1 -distance 100 -Xbeam 40 -Ybeam 40 -nonoise -nopgm");
    assert.match(stderr, /the reflections that are listed \(spacings of 560 to .* A\) are out of the detector's reach \(.* A\); only default_F, 0/);
    assert.match(stderr, /the image holds nothing but zeros/);
  }));

test.run();
