import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCbf } from "../../src/io/cbf/cbf.js";
import { parseFloatImage } from "../../src/io/float-image.js";
import { parsePgm } from "../../src/io/pgm.js";
import { parseSmv } from "../../src/io/smv.js";
import { flatData } from "../../src/ndarray/ndarray.js";
import { fixture } from "./fixture.js";
import { small, withBench } from "./workbench.js";

test("the files of a run hold the same image", () =>
  withBench({}, async (bench) => {
    await bench.run(`${small} -scale 2 -adc 7 -pgmfile p.pgm -pgmscale 3 -png p.png -noisefile n.img -seed 3`);
    const image = Array.from(flatData(parseFloatImage(await bench.read("floatimage.bin"), [8, 8], "float")));
    const written = parseSmv(await bench.read("intimage.img"), "int");
    assert.equal(Array.from(flatData(written.image)), image.map((value) => Math.min(65535, Math.floor(Math.fround(value * 2 + 7) + 0.5))));
    const preview = parsePgm(await bench.read("p.pgm"), "pgm");
    assert.equal(Array.from(flatData(preview.image)), image.map((value) => Math.min(255, Math.floor(value * 3))));
    assert.equal(Array.from((await bench.read("p.png")).subarray(1, 4)), [0x50, 0x4e, 0x47]);
    assert.equal(parseSmv(await bench.read("n.img"), "noise").shape, [8, 8]);
  }));

test("the preview of a masked image has the reference program's scale", () =>
  withBench({ "tri.mat": fixture("tri_1.0.mat"), "mask.img": fixture("mask64.img") }, async (bench) => {
    const crystal = "-default_F 100 -lambda 1.0 -N 3 -mat tri.mat -misset 12 -7 33";
    await bench.run(`simulate ${crystal} -mask mask.img -nointerpolate -oversample 1 -nonoise`);
    const scale = Number(/# pixels scaled by (\S+)/.exec(new TextDecoder("latin1").decode(await bench.read("image.pgm")))?.[1]);
    assert.ok(Math.abs(scale - 250 / (5 * 9.31104)) < 1e-5);
  }));

test("a picture does not change what else is written", () =>
  withBench({}, async (bench) => {
    await bench.run(`${small} -seed 5`);
    const { "floatimage.bin": first } = await bench.contents();
    await bench.run(`${small} -seed 5 -pngfile picture.png`);
    assert.is((await bench.contents())["floatimage.bin"], first);
  }));

test("a CBF image holds the counts of the image with noise without its offset, and marks what was not worked on", () =>
  withBench({}, async (bench) => {
    const { code, stderr } = await bench.run(`${small} -roi 0 6 0 7 -seed 1 -fluence 1e25 -cbf a.cbf -noisefile n.img -detector_roty 3`);
    assert.is(code, 0);
    assert.match(stderr, /a CBF image states distance and beam centre, and not that the detector is tilted/);
    const { image, header } = parseCbf(await bench.read("a.cbf"), "a");
    const noise = parseSmv(await bench.read("n.img"), "n").image;
    assert.equal(
      [...flatData(image)].map((count, i) => (i % 8 === 7 ? count : count + 40)),
      [...flatData(noise)].map((count, i) => (i % 8 === 7 ? -1 : count)),
    );
    assert.match(header, /# Count_cutoff 65495 counts/);
  }));

test.run();
