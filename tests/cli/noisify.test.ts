import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatCbf, parseCbf } from "../../src/io/cbf/cbf.js";
import { parseMiniHeader } from "../../src/io/cbf/mini-header.js";
import { formatFloatImage, parseFloatImage } from "../../src/io/float-image.js";
import { parseSmv } from "../../src/io/smv.js";
import { array, flatData, full, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { small, withBench } from "./workbench.js";

const flat = formatFloatImage(full([30, 40], 50, "float32"));

test("noisify draws counts with the detector's effects, the same for the same seed", () =>
  withBench({ "a.bin": flat }, async (bench) => {
    const { code, stdout, stderr } = await bench.run("noisify a.bin b.img --size 40 30 -seed 3 -gain 2 -adc 10 -readout_noise 1 -dead 0.05");
    assert.is(code, 0, stderr);
    assert.match(stdout, /seed 3, beam at 100.0 %, 0 pixels full/);
    const values = Array.from(flatData(parseSmv(await bench.read("b.img"), "b").image));
    const alive = values.filter((value) => value > 0);
    assert.ok(Math.abs(alive.length / 1200 - 0.95) < 0.03);
    assert.ok(Math.abs(alive.reduce((sum, value) => sum + value, 0) / alive.length - 110) < 1.5);
    await bench.run("noisify a.bin c.img --size 40 30 -seed 3 -gain 2 -adc 10 -readout_noise 1 -dead 0.05");
    assert.equal(await bench.read("c.img"), await bench.read("b.img"));
    await bench.run("noisify a.bin d.bin --size 40 30 -seed 3 -modules 10 10 1 1");
    assert.is(parseFloatImage(await bench.read("d.bin"), [30, 40], "d").get(10, 3), -1);
    assert.is((await bench.run("noisify a.bin e.cbf --size 40 30 -seed 3 -modules 10 10 1 1")).code, 0);
    assert.is(parseSmv(await bench.read("b.img"), "b").header.get("IMAGE_PEDESTAL"), "10");
    const again = await bench.run("noisify b.img f.bin -seed 4 -adc 0");
    assert.match(again.stderr, /warning: a pedestal of 10 is taken off the counts, as b\.img states/);
    const counts = Array.from(parseFloatImage(await bench.read("f.bin"), [30, 40], "f").data);
    assert.ok(Math.abs(counts.reduce((sum, value) => sum + value, 0) / 1200 - 0.95 * 100) < 3);
  }));

test("noisify keeps the gaps, the bad pixels and the geometry of the image that it reads", () =>
  withBench({ "a.cbf": formatCbf(["Pixel_size 0.0002 m x 0.0002 m", "Detector_distance 0.25 m", "Beam_xy (1.5, 0.5) pixels", "Wavelength 0.9 A"], array([[50, -1], [60, 70]])) }, async (bench) => {
    const { code, stderr } = await bench.run("noisify a.cbf b.cbf -seed 1 -psf 1");
    assert.equal([code, stderr], [0, ""]);
    const { image, header } = parseCbf(await bench.read("b.cbf"), "b");
    assert.equal(Array.from(flatData(image), (count) => count > 20), [true, false, true, true]);
    assert.is(image.get(0, 1), -2);
    const { distanceMm, beamPixels, wavelengthA, pixelSizeMm } = parseMiniHeader(header);
    assert.equal([distanceMm, beamPixels, wavelengthA, pixelSizeMm], [250, [1.5, 0.5], 0.9, [0.2, 0.2]]);
    const sum = await bench.run("add a.cbf a.cbf c.bin");
    assert.match(sum.stderr, /warning: 1 pixel that does not count in one of the images is NaN in c\.bin/);
    assert.equal(toNested(parseFloatImage(await bench.read("c.bin"), [2, 2], "c")), [[100, NaN], [120, 140]]);
  }));

test("noisify refuses what cannot be", () =>
  withBench({ "a.bin": flat }, async (bench) => {
    for (const [line, message] of [
      ["noisify a.bin", /needs two files/], ["noisify a.bin a.bin --size 40 30", /would be overwritten/], ["noisify a.bin b.png --size 40 30", /float, smv or cbf/],
      ["noisify a.bin b.img --size 40 30 -psf_type gauss", /its width, -psf, is not given/], ["noisify a.bin b.img --size 40 30 -dead 0.8 -hot 0.8", /cannot be more than 1/],
      ["noisify a.bin b.img --size 40 30 -module_calibration 0.1", /needs -modules/],
    ] as const) {
      const { code, stderr } = await bench.run(line);
      assert.is(code, 2, line);
      assert.match(stderr, message);
    }
    assert.equal(Object.keys(await bench.contents()), ["a.bin"]);
  }));

test("simulate draws the same effects, and the reference program's noise without them", () =>
  withBench({}, async (bench) => {
    const run = async (options: string): Promise<Uint8Array> => {
      const { code, stderr } = await bench.run(`${small} -seed 3 -nopgm ${options}`);
      assert.is(code, 0, stderr);
      return bench.read("noiseimage.img");
    };
    const plain = await run("");
    const one = await run("-gain 1 -threads 1");
    assert.not.equal(one, plain);
    assert.equal(await run("-gain 1 -threads 3"), one);
    const counts = parseSmv(await run("-beamstop 4 4 2 -fluence 1e32"), "noise").image;
    assert.ok(counts.get(4, 4) === 40 && counts.get(0, 0) > 40, `${counts.get(4, 4)} ${counts.get(0, 0)}`);
    assert.match((await bench.run(`${small} -gain 2 -nonoise`)).stderr, /-nonoise leaves it out/);
  }));

test("images are added with their weights", () =>
  withBench({ "a.bin": flat, "b.bin": formatFloatImage(full([30, 40], 8, "float32")), "c.bin": formatFloatImage(zeros([3, 3], "float32")) }, async (bench) => {
    assert.is((await bench.run("add a.bin b.bin sum.bin --weights 1,-0.5 --size 40 30")).code, 0);
    assert.equal(toNested(parseFloatImage(await bench.read("sum.bin"), [30, 40], "sum")), toNested(full([30, 40], 46)));
    for (const [line, message] of [
      ["add a.bin", /at least two files/], ["add a.bin b.bin sum2.bin --weights 1 --size 40 30", /2 numbers are needed/], ["add a.bin a.bin --size 40 30", /would be overwritten/],
      ["add a.bin c.bin sum2.bin", /no square|shape/],
    ] as const) {
      const { code, stderr } = await bench.run(line);
      assert.is(code, 2, line);
      assert.match(stderr, message);
    }
  }));

test.run();
