import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatCbf, parseCbf } from "../../src/io/cbf/cbf.js";
import { parseMiniHeader } from "../../src/io/cbf/mini-header.js";
import { parseFloatImage, formatFloatImage } from "../../src/io/float-image.js";
import { gunzip, gzip } from "../../src/io/gzip.js";
import { parseHkl } from "../../src/io/hkl.js";
import { parseSmv } from "../../src/io/smv.js";
import { array, flatData, toNested } from "../../src/ndarray/ndarray.js";
import type { Detector } from "../../src/models/detector.js";
import { tiltWarnings } from "../../src/output/cbf-header.js";
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

test("an SMV image keeps its header in another one, and options change entries of it", () =>
  withBench({ "a.img": smv("SIZE1=2;\nSIZE2=1;\nPIXEL_SIZE=0.0732;\nDISTANCE=250;\nBEAM_CENTER_X=112.5;\nNAMES={ a b };\n", [1, 2]) }, async (bench) => {
    const { code, stderr } = await bench.run("convert a.img b.img --distance 260");
    assert.equal([code, stderr], [0, ""]);
    const { header, image } = parseSmv(await bench.read("b.img"), "b");
    assert.equal(["PIXEL_SIZE", "DISTANCE", "BEAM_CENTER_X", "NAMES", "SIZE1"].map((key) => header.get(key)), ["0.0732", "260", "112.5", "{ a b }", "2"]);
    assert.equal(toNested(image), [[1, 2]]);
  }));

test("what a conversion assumes or changes is told", () =>
  withBench({ "a.bin": formatFloatImage(array([[0, 1], [2, 3]])), "b.img": smv("SIZE1=1;\nSIZE2=1;\n", [400]) }, async (bench) => {
    const { stderr } = await bench.run("convert a.bin a.img --pixel 0.2");
    assert.match(stderr, /a\.bin is multiplied by 18333\.3, so that its maximum, 3, fits/);
    assert.match(stderr, /a\.bin says nothing of its geometry, so the header says the defaults of --distance, --lambda/);
    assert.match((await bench.run("convert b.img b.pgm")).stderr, /b\.img is multiplied by 0\.6375, so that its maximum, 400, fits/);
  }));

test("a conversion never overwrites what it reads, not over a link either", () =>
  withBench({ "a.img": smv("SIZE1=1;\nSIZE2=1;\n", [1]) }, async (bench) => {
    const before = await bench.read("a.img");
    symlinkSync("a.img", join(bench.folder, "link.smv"));
    for (const name of ["a.img", "./a.img", "link.smv"]) {
      const { code, stderr } = await bench.run(`convert a.img ${name}`);
      assert.is(code, 2);
      assert.match(stderr, /is read and would be overwritten/);
    }
    assert.equal(await bench.read("a.img"), before);
  }));

test("counts go to CBF and back with distance and beam centre, also from a file that gzip packed", () =>
  withBench({ "a.img": smv("SIZE1=3;\nSIZE2=2;\nPIXEL_SIZE=0.2;\nDISTANCE=80;\nWAVELENGTH=0.9;\nDENZO_X_BEAM=0.5;\nDENZO_Y_BEAM=0.1;\n", [1, 2, 3, 4, 5, 60000]) }, async (bench) => {
    assert.is((await bench.run("convert a.img b.cbf")).stderr, "");
    const { image, header } = parseCbf(await bench.read("b.cbf"), "b");
    assert.equal(toNested(image), [[1, 2, 3], [4, 5, 60000]]);
    const { distanceMm, beamPixels, wavelengthA, pixelSizeMm } = parseMiniHeader(header);
    assert.equal([distanceMm, beamPixels, wavelengthA, pixelSizeMm], [80, [0.5, 2.5], 0.9, [0.2, 0.2]]);
    await bench.put({ "c.gz": await gzip(await bench.read("b.cbf")) });
    await bench.run("convert c.gz d.img");
    assert.is(JSON.parse((await bench.run("compare a.img d.img --json")).stdout).differentPixels, 0);
    const back = parseSmv(await bench.read("d.img"), "d").header;
    assert.equal([back.get("DISTANCE"), back.get("DENZO_X_BEAM"), back.get("DENZO_Y_BEAM")], ["80", "0.5", "0.1"]);
    await bench.put({ "e.gz": (await bench.read("c.gz")).slice(0, 200), "f.cbf": "nothing", "g": "nothing" });
    assert.match((await bench.run("convert e.gz g.img")).stderr, /e\.gz cannot be unpacked/);
    assert.match((await bench.run("compare f.cbf a.img")).stderr, /f\.cbf is not a CBF image/);
    assert.match((await bench.run("compare g a.img")).stderr, /g is no image that can be read: CBF, SMV/);
  }));

test("a full pixel of 16 bits is an overload of a CBF, whatever the scale", () =>
  withBench({ "a.img": smv("SIZE1=2;\nSIZE2=1;\n", [5, 65535]), "b.img": smv("SIZE1=2;\nSIZE2=1;\nCCD_IMAGE_SATURATION=60000;\nIMAGE_PEDESTAL=40;\n", [5, 65535]) }, async (bench) => {
    const cutoff = async (line: string): Promise<number | undefined> => {
      assert.is((await bench.run(`convert ${line} c.cbf`)).code, 0);
      return parseMiniHeader(parseCbf(await bench.read("c.cbf"), "c").header).overload;
    };
    assert.equal([await cutoff("a.img"), await cutoff("b.img"), await cutoff("b.img --scale 2")], [65535, 60000, 120000]);
    await bench.run("convert b.img d.img --scale 0.5 --adc 10");
    const { header } = parseSmv(await bench.read("d.img"), "d");
    assert.equal([header.get("CCD_IMAGE_SATURATION"), header.get("IMAGE_PEDESTAL")], ["30010", "30"]);
  }));

test("options that change one entry of a header leave the others, but for what follows from it", () =>
  withBench({ "a.img": smv("SIZE1=2;\nSIZE2=1;\nPIXEL_SIZE=0.1;\nDISTANCE=250;\nCLOSE_DISTANCE=250;\nWAVELENGTH=0.9;\nBEAM_CENTER_X=0.5;\nBEAM_CENTER_Y=0.7;\n", [1, 2]) }, async (bench) => {
    assert.not.match((await bench.run("convert a.img b.cbf --distance 260")).stderr, /defaults/);
    const { distanceMm, beamPixels, wavelengthA, pixelSizeMm } = parseMiniHeader(parseCbf(await bench.read("b.cbf"), "b").header);
    assert.equal([distanceMm, beamPixels, wavelengthA, pixelSizeMm], [260, [7, 5], 0.9, [0.1, 0.1]]);
    await bench.run("convert a.img c.cbf --pixel 0.2");
    const doubled = parseMiniHeader(parseCbf(await bench.read("c.cbf"), "c").header);
    assert.equal([doubled.distanceMm, doubled.beamPixels, doubled.pixelSizeMm], [250, [7, 5], [0.2, 0.2]]);
    await bench.run("convert a.img d.img --distance 260");
    const { header } = parseSmv(await bench.read("d.img"), "d");
    assert.equal([header.get("DISTANCE"), header.has("CLOSE_DISTANCE")], ["260", false]);
  }));

test("an option that changes nothing in what is written is named", () =>
  withBench({ "a.img": smv("SIZE1=2;\nSIZE2=1;\n", [1, 2]), "a.hkl": reflections }, async (bench) => {
    for (const [line, option] of [["a.img b.bin --scale 2", "--scale"], ["a.img b.cbf --adc 5", "--adc"], ["a.img b.cbf --size 2 1", "--size"], ["a.hkl b.fdump --dmin 2", "--dmin"], ["a.hkl b.hkl --default_F 5", "--default_F"]]) {
      const { code, stderr } = await bench.run(`convert ${line}`);
      assert.is(code, 0);
      assert.match(stderr, new RegExp(`warning: ${option} has no effect on `));
    }
    assert.not.match((await bench.run("convert a.img b.smv --scale 2 --adc 5")).stderr, /no effect/);
  }));

test("lists and coordinates are read as they are packed, and behind a byte order mark", async () => {
  const coordinates = "CRYST1   20.000   30.000   40.000  90.00  90.00  90.00 P 1           1\nATOM      1  N   ALA A   1      10.000  15.000   8.000  1.00 12.50           N\n";
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  await withBench({ "a.hkl": reflections, "a.pdb": coordinates, "b.hkl.gz": await gzip(bytes(reflections)), "b.pdb.gz": await gzip(bytes(`\ufeff${coordinates}`)), "c.hkl": `\ufeff${reflections}` }, async (bench) => {
    for (const [plain, packed, options] of [["a.hkl", "b.hkl.gz", ""], ["a.hkl", "c.hkl", ""], ["a.pdb", "b.pdb.gz", "--dmin 8"]]) {
      assert.is((await bench.run(`convert ${plain} one.hkl ${options}`)).code, 0);
      assert.is((await bench.run(`convert ${packed} two.hkl ${options}`)).code, 0);
      assert.equal(await bench.read("two.hkl"), await bench.read("one.hkl"));
    }
    assert.match((await bench.run("convert a.hkl d.hkl --cell 10 20 30")).stderr, /warning: --cell is not used for a list of h k l F/);
  });
});

test("what is no number does not count in any format", () =>
  withBench({ "a.bin": formatFloatImage(array([[NaN, 4], [2, Infinity]])) }, async (bench) => {
    assert.match((await bench.run("convert a.bin b.img --scale 1")).stderr, /2 pixels that do not count in a\.bin are 0/);
    assert.equal(toNested(parseSmv(await bench.read("b.img"), "b").image), [[0, 4], [2, 0]]);
    await bench.run("convert a.bin c.cbf");
    assert.equal(toNested(parseCbf(await bench.read("c.cbf"), "c").image), [[-2, 4], [2, -2]]);
  }));

test("pixels that the file leaves out stay marked, whatever the scale, and are 0 in SMV", () =>
  withBench({ "a.cbf": formatCbf([], array([[5, -1, 7], [-2, 8, 9]])) }, async (bench) => {
    assert.is((await bench.run("convert a.cbf b.cbf --scale 3")).code, 0);
    assert.equal(toNested(parseCbf(await bench.read("b.cbf"), "b").image), [[15, -1, 21], [-2, 24, 27]]);
    const toSmv = await bench.run("convert a.cbf c.img --adc 40");
    assert.equal([toSmv.code, toSmv.stderr.includes("warning: 2 pixels that do not count in a.cbf are 0 in an SMV, which has no mark for them")], [0, true], toSmv.stderr);
    assert.equal(toNested(parseSmv(await bench.read("c.img"), "c").image), [[45, 0, 47], [0, 48, 49]]);
    await h5wasm.ready;
    const stack = new h5wasm.File(join(bench.folder, "s.h5"), "w");
    stack.create_group("data").create_dataset({ name: "data", data: Uint32Array.from([5, 4294967295, 7, 8]), shape: [1, 2, 2], dtype: "<I" });
    stack.close();
    assert.is((await bench.run("convert s.h5 d.cbf")).code, 0);
    assert.equal(toNested(parseCbf(await bench.read("d.cbf"), "d").image), [[5, -2], [7, 8]]);
  }));

test("a name that ends in .gz is that of a packed file", () =>
  withBench({ "a.cbf": formatCbf([], array([[5, 6]])) }, async (bench) => {
    assert.is((await bench.run("convert a.cbf b.cbf.gz")).code, 0);
    assert.equal(toNested(parseCbf(await gunzip(await bench.read("b.cbf.gz"), "b"), "b").image), [[5, 6]]);
  }));

test("what a conversion cannot carry over of a header is told: a tilt, and other frames", () =>
  withBench({ "two.cbf": new Uint8Array([...formatCbf([], array([[5, 6]])), ...formatCbf([], array([[7, 8]]))]) }, async (bench) => {
    await bench.run("simulate -cell 34 45 56 90 90 90 -default_F 10 -N 3 -detpixels 8 -pixel 2 -oversample 1 -detector_roty 20 -nonoise -nopgm");
    assert.match((await bench.run("convert intimage.img again.cbf")).stderr, /warning: intimage\.img: CLOSE_DISTANCE .* the detector is tilted, which the header does not describe/);
    assert.match((await bench.run("convert two.cbf first.img")).stderr, /warning: two\.cbf holds 2 frames, and this is the first: two\.cbf#2 is the next/);
    assert.not.match((await bench.run("convert two.cbf#2 second.img")).stderr, /frames/);
    const tilted: Detector = { pixels: { fast: 10, slow: 10 }, pixelSizeMm: 0.1, distanceMm: 100, rotationDeg: [0, 20, 0] };
    assert.equal(tiltWarnings(tilted, "an SMV"), ["the header of an SMV image states distance and beam centre, and not that the detector is tilted"]);
    assert.equal(tiltWarnings({ ...tilted, rotationDeg: [0, 0, 0] }, "an SMV"), []);
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

test("images without a pixel in common cannot be compared", () =>
  withBench({ "a.bin": formatFloatImage(array([[1, NaN]])), "b.bin": formatFloatImage(array([[NaN, 1]])) }, async (bench) => {
    const { code, stderr } = await bench.run("compare a.bin b.bin --size 2 1 --threshold 0.1");
    assert.is(code, 2);
    assert.match(stderr, /no pixel can be compared: all of them are masked or no numbers/);
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
