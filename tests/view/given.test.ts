import { test } from "uvu";
import * as assert from "uvu/assert";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { array } from "../../src/ndarray/ndarray.js";
import { formatAddress, parseAddress } from "../../src/view/address.js";
import { bufferCount, pack, unpack } from "../../src/view/given.js";
import { significant, withDeviation } from "../../src/view/numbers.js";
import { openFile } from "../../src/view/opened-file.js";
import { wilsonAmplitudes } from "../../src/view/wilson.js";
import { smv } from "../cli/workbench.js";

test("what a page is given comes back number by number: arrays of all dtypes, grids, and what JSON cannot write", () => {
  const counts = array([[1, 0.1], [NaN, 1e300]]);
  const given = {
    counts,
    again: counts,
    mask: array([[1, 0]], "int32"),
    small: array([0.1], "float32"),
    structureFactors: new StructureFactors(array([[[1.5]]]), [-1, 2, 3], { defaultF: 7, policy: "sequential" }),
    third: 1 / 3,
    depth: Infinity,
  };
  const { text, buffers } = pack(given);
  assert.is(buffers.length, 4);
  assert.is(bufferCount(text), 4);
  const back = unpack<typeof given>(text, buffers);
  assert.equal([...back.counts.data], [...counts.data]);
  assert.is(back.again, back.counts);
  assert.is(back.mask.dtype, "int32");
  assert.is(back.small.get(0), Math.fround(0.1));
  assert.ok(back.structureFactors instanceof StructureFactors);
  assert.equal([back.structureFactors.min, back.structureFactors.defaultF, back.structureFactors.policy], [[-1, 2, 3], 7, "sequential"]);
  assert.equal([back.third, back.depth], [1 / 3, Infinity]);
});

test("an address holds a state, to the last digit, and what it cannot mean is left out", () => {
  const values = new Map([["a", 34.85000000000001], ["misset_x", -1e-7], ["domains", 25]]);
  assert.equal(parseAddress(formatAddress({ preset: "pink beam", values })), { preset: "pink beam", values });
  assert.equal(parseAddress("#a=-3&b=abc&domains=2.5&c=&d=7&alpha=90"), { preset: undefined, values: new Map([["alpha", 90]]) });
  assert.is(formatAddress({ preset: undefined, values: new Map() }), "");
});

test("numbers are written with their own signs", () => {
  assert.is(significant(-0.25, 3), "−0.25");
  assert.is(significant(2e26, 3), "2 × 10²⁶");
  assert.is(significant(1.5e-7, 2), "1.5 × 10⁻⁷");
  assert.is(withDeviation(34.85123, 0.0042), "34.8512(42)");
  assert.is(withDeviation(-2.5, undefined), "−2.5");
});

test("a file is known by what it begins with, whatever it is called", async () => {
  const opened = await openFile(smv("SIZE1=2;\nSIZE2=1;\nPIXEL_SIZE=0.1;\nDISTANCE=100;\nBEAM_CENTER_X=0.1;\nBEAM_CENTER_Y=0.05;\nWAVELENGTH=1.2;\n}", [3, 4]), "image.dat");
  assert.is(opened.kind, "image");
  if (opened.kind !== "image") return;
  assert.equal([...opened.image.panels[0].data], [3, 4]);
  assert.is(opened.image.geometry?.wavelengthA, 1.2);
  await openFile(new TextEncoder().encode("hello"), "x.txt").then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), /x\.txt is no image/),
  );
});

test("amplitudes of a protein are the same for mates of Friedel, differ else, and have Wilson's mean square", () => {
  const { grid, min } = wilsonAmplitudes({ a: 30, b: 40, c: 50, alpha: 90, beta: 90, gamma: 90 }, 2.5);
  const f = (h: number, k: number, l: number): number => grid.get(h - min[0], k - min[1], l - min[2]);
  let [squares, count] = [0, 0];
  for (let h = 1; h <= 8; h++) {
    for (let k = -8; k <= 8; k++) {
      for (let l = -8; l <= 8; l++) {
        assert.is(f(h, k, l), f(-h, -k, -l));
        const falloff = 300 * Math.exp(-5 * ((h / 30) ** 2 + (k / 40) ** 2 + (l / 50) ** 2));
        squares += (f(h, k, l) / falloff) ** 2;
        count++;
      }
    }
  }
  // The square of a Wilson amplitude is exponential: its mean over 2312 of them is 1 within 0.021.
  assert.ok(Math.abs(squares / count - 1) < 0.08, String(squares / count));
});

test.run();
