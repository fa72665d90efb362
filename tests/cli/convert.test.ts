import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFloatImage, formatFloatImage } from "../../src/io/float-image.js";
import { parseHkl } from "../../src/io/hkl.js";
import { parseSmv } from "../../src/io/smv.js";
import { array, flatData, toNested } from "../../src/ndarray/ndarray.js";
import { smv, withBench } from "./workbench.js";

const reflections = readFileSync(new URL("../golden/inputs/sparse.hkl", import.meta.url), "utf8");

/** What a list says of each reflection. */
function amplitudes(text: string): Map<string, number> {
  const { h, k, l, f } = parseHkl(text, "list");
  return new Map(Array.from({ length: f.size }, (_, i) => [`${h.data[i]} ${k.data[i]} ${l.data[i]}`, f.data[i]]));
}

test("reflections come back from a dump", () =>
  withBench({ "a.hkl": reflections }, async (bench) => {
    assert.is((await bench.run("convert a.hkl Fdump.bin")).code, 0);
    assert.is((await bench.run("convert Fdump.bin b.hkl")).code, 0);
    const sorted = (map: Map<string, number>): [string, number][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    const expected = new Map([...amplitudes(reflections)].filter(([, f]) => f !== 0));
    assert.equal(sorted(amplitudes(new TextDecoder().decode(await bench.read("b.hkl")))), sorted(expected));
    await bench.run("convert Fdump.bin c.fdump");
    assert.equal(await bench.read("c.fdump"), await bench.read("Fdump.bin"));
  }));

test("an image goes from float to counts and back, up to its scale", () =>
  withBench({ "a.bin": formatFloatImage(array([[0, 1, 2], [3, 4, 5]])) }, async (bench) => {
    await bench.run("convert a.bin b.img --size 3 2 --scale 10 --adc 1 --pixel 0.2");
    const image = parseSmv(await bench.read("b.img"), "b");
    assert.equal(toNested(image.image), [[1, 11, 21], [31, 41, 51]]);
    assert.is(image.header.get("PIXEL_SIZE"), "0.2");
    await bench.run("convert b.img c.bin");
    assert.equal(toNested(parseFloatImage(await bench.read("c.bin"), [2, 3], "c")), [[1, 11, 21], [31, 41, 51]]);
    await bench.run("convert b.img d.smv");
    assert.equal(toNested(parseSmv(await bench.read("d.smv"), "d").image), toNested(image.image));
    await bench.run("convert b.img e.pgm");
    await bench.run("convert e.pgm f.img");
    assert.equal(toNested(parseSmv(await bench.read("f.img"), "f").image), toNested(image.image));
    assert.is((await bench.run("convert a.bin g.png --size 3 2")).code, 0);
    await bench.run("convert a.bin h --to smv --size 3 2");
    assert.is(Math.max(...flatData(parseSmv(await bench.read("h"), "h").image)), 55000);
  }));

test("an image compared with itself does not differ", () =>
  withBench({ "a.img": smv("SIZE1=2;\nSIZE2=2;\n", [1, 2, 3, 4]) }, async (bench) => {
    const { code, stdout } = await bench.run("compare a.img a.img --json --png d.png");
    const found = JSON.parse(stdout);
    assert.is(code, 0);
    assert.ok(Math.abs(found.correlation - 1) < 1e-12);
    assert.equal([found.rms, found.absolute.difference, found.differentPixels], [0, 0, 0]);
    assert.ok((await bench.read("d.png")).length > 0);
  }));

test("the largest differences are found where they are", () =>
  withBench(
    {
      "a.img": smv("SIZE1=3;\nSIZE2=2;\n", [100, 10, 0, 0, 50, 1]),
      "b.bin": formatFloatImage(array([[100, 15, 0], [0, 40, 1]])),
    },
    async (bench) => {
      const found = JSON.parse((await bench.run("compare a.img b.bin --json")).stdout);
      assert.equal(found.absolute, { difference: 10, at: { fast: 1, slow: 1 } });
      assert.equal(found.relative.at, { fast: 1, slow: 0 });
      assert.ok(Math.abs(found.relative.difference + 1 / 3) < 1e-12);
      assert.is(found.differentPixels, 2);
      assert.ok(Math.abs(found.rms - Math.sqrt(125 / 6)) < 1e-12);
      assert.match((await bench.run("compare a.img b.bin")).stdout, /largest absolute difference 10 at fast 1, slow 1/);
    },
  ));

test.run();
