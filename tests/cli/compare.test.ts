import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatFloatImage } from "../../src/io/float-image.js";
import { array } from "../../src/ndarray/ndarray.js";
import { smv, withBench } from "./workbench.js";

const files = {
  "a.img": smv("SIZE1=4;\nSIZE2=2;\n", [100, 10, 0, 0, 50, 1, 7, 7]),
  "b.bin": formatFloatImage(array([[100, 15, 0, 0], [40, 1, 7, 7]])),
  "nan.bin": formatFloatImage(array([[100, NaN, 0, 0], [50, 1, 7, 7]])),
};

test("sums are told, and regions are compared one by one, in pixels of the whole image", () =>
  withBench(files, async (bench) => {
    const whole = JSON.parse((await bench.run("compare a.img b.bin --json")).stdout);
    assert.equal(whole.sum, { a: 175, b: 170 });
    const { regions } = JSON.parse((await bench.run("compare a.img b.bin --json -roi 0 1 0 1 -roi 2 3 0 1")).stdout);
    assert.equal(regions.map((found: { sum: unknown }) => found.sum), [{ a: 161, b: 156 }, { a: 14, b: 14 }]);
    assert.equal(regions[0].roi, { fastMin: 0, fastMax: 1, slowMin: 0, slowMax: 1 });
    const one = JSON.parse((await bench.run("compare a.img b.bin --json -roi 1 3 0 0")).stdout);
    assert.equal([one.absolute, one.differentPixels], [{ difference: -5, at: { fast: 1, slow: 0 } }, 1]);
    assert.match((await bench.run("compare a.img b.bin -roi 2 3 0 1")).stdout, /region +fast 2 to 3, slow 0 to 1\nsums +A 14, B 14, A \/ B 1/);
    assert.match((await bench.run("compare a.img b.bin -roi 2 4 0 1")).stderr, /-roi 2 4 0 1 is no rectangle of the images' pixels 0 to 3 and 0 to 1/);
  }));

/** The size of the difference of a.img and b.bin, by each measure. */
const sizes: readonly (readonly [measure: string, size: number])[] = [
  ["relative", 5 / 15],
  ["absolute", 10],
  ["rms", Math.sqrt(125 / 8)],
  ["sum", 5 / 175],
  ["pixels", 2],
];

for (const [measure, size] of sizes) {
  test(`a threshold on the difference by ${measure} gives the exit code 1 where it is passed, else 0`, () =>
    withBench(files, async (bench) => {
      const run = (threshold: number) => bench.run(`compare a.img b.bin --by ${measure} --threshold ${threshold}`);
      const [within, beyond] = [await run(size * 1.001), await run(size * 0.999)];
      assert.equal([within.code, beyond.code, within.stderr + beyond.stderr], [0, 1, ""]);
      assert.match(within.stdout, new RegExp(`^alike: ${measure} `, "m"));
      assert.match(beyond.stdout, new RegExp(`^different: ${measure} `, "m"));
    }));
}

test("a threshold holds for the worst of several regions, and stands in the JSON", () =>
  withBench(files, async (bench) => {
    const { code, stdout } = await bench.run("compare a.img b.bin --json --threshold 0.1 -roi 2 3 0 1 -roi 0 1 0 1");
    const { verdict } = JSON.parse(stdout);
    assert.is(code, 1);
    assert.equal([verdict.by, verdict.threshold, verdict.alike], ["relative", 0.1, false]);
    assert.is((await bench.run("compare a.img b.bin --threshold 0.1 -roi 2 3 0 1")).code, 0);
    assert.is((await bench.run("compare a.img a.img --threshold 0 --by correlation")).code, 0);
  }));

test("pixels that are no numbers are left out and counted", () =>
  withBench(files, async (bench) => {
    const found = JSON.parse((await bench.run("compare a.img nan.bin --json")).stdout);
    assert.equal([found.leftOut, found.differentPixels, found.sum], [1, 0, { a: 165, b: 165 }]);
    assert.match((await bench.run("compare a.img nan.bin")).stdout, /left out +1 pixels that are masked or no numbers/);
  }));

test.run();
