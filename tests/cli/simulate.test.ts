import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateFlags } from "../../src/cli/flags.js";
import { requestFromFlags } from "../../src/cli/experiment-from-flags.js";
import { parseFlags } from "../../src/cli/parse-flags.js";
import { threadsFor } from "../../src/cli/threads.js";
import { parseFdump } from "../../src/io/fdump.js";
import { parseFloatImage } from "../../src/io/float-image.js";
import { flatData } from "../../src/ndarray/ndarray.js";
import { fixture } from "./fixture.js";
import { small, smv, withBench } from "./workbench.js";

test("without names, the reference program's files are written", () =>
  withBench({}, async (bench) => {
    const { code, stdout } = await bench.run(small);
    assert.is(code, 0);
    assert.equal(Object.keys(await bench.contents()), ["floatimage.bin", "image.pgm", "intimage.img", "noiseimage.img"]);
    assert.match(stdout, /cell {8}34 45 56 A, 75 85 100 degrees/);
    assert.match(stdout, /mean .*, rms .*, rmsd /);
  }));

test("a text of reflections leaves a dump, which stands in for it the next time", () =>
  withBench({ "small.hkl": fixture("small.hkl") }, async (bench) => {
    const line = "simulate -cell 34 45 56 -N 3 -detpixels 8 -pixel 2 -oversample 1 -nonoise -nopgm";
    await bench.run(`${line} -hkl small.hkl`);
    const first = await bench.read("floatimage.bin");
    assert.ok(parseFdump(await bench.read("Fdump.bin"), "dump").values.size > 0);
    await bench.run(`${line} -floatfile again.bin`);
    assert.equal(await bench.read("again.bin"), first);
    const beside = await bench.run(`${line} -floatfile beside.bin -default_F 5`);
    assert.equal(await bench.read("beside.bin"), first);
    assert.match(beside.stderr, /those of Fdump\.bin, which an earlier run left in this folder, and -default_F, 5, is for reflections outside of it alone/);
  }));

test("an image's own header places the next detector where it was", () =>
  withBench({}, async (bench) => {
    const place = "-xds -ORGX 3.5 -ORGY 2.5 -distance 70 -lambda 1.2 -phi 4 -osc 1 -twotheta 0";
    await bench.run(`${small} ${place} -nonoise -nopgm`);
    const first = await bench.read("floatimage.bin");
    const crystal = "-cell 34 45 56 75 85 100 -default_F 10 -N 3 -oversample 1";
    await bench.run(`simulate ${crystal} -xds -img intimage.img -intfile other.img -nonoise -nopgm`);
    assert.equal(await bench.read("floatimage.bin"), first);
    assert.equal(await bench.read("other.img"), await bench.read("intimage.img"));
  }));

test("of two headers the imitated image's counts, and options count before both", () =>
  withBench(
    {
      "mask.img": smv("SIZE1=4;\nSIZE2=4;\nPIXEL_SIZE=1;\nDISTANCE=50;\nWAVELENGTH=2;\n", new Array<number>(16).fill(1)),
      "like.img": smv("SIZE1=4;\nSIZE2=4;\nDISTANCE=60;\nBEAM_CENTER_Y=1;\n", new Array<number>(16).fill(1)),
    },
    async (bench) => {
      const line = "simulate -cell 34 45 56 -default_F 10 -oversample 1 -nonoise -nopgm -img like.img -mask mask.img --json";
      const { detector, beam } = JSON.parse((await bench.run(line)).stdout);
      assert.equal([detector.pixelSizeMm, detector.distanceMm, beam.wavelengthA], [1, 60, 2]);
      assert.equal(detector.beamCenterMm.fast, 1.5);
      assert.equal(JSON.parse((await bench.run(`${line} -lambda 3 -distance 70`)).stdout).beam.wavelengthA, 3);
      const alone = await bench.run("simulate -cell 34 -default_F 1 -oversample 1 -mask mask.img -nonoise -nopgm --json");
      const masked = JSON.parse(alone.stdout);
      assert.is(masked.detector.distanceMm, 50);
    },
  ));

test("a header's close distance counts before an option's distance, which is told", () =>
  withBench({ "like.img": smv("SIZE1=4;\nSIZE2=4;\nCLOSE_DISTANCE=60;\n", new Array<number>(16).fill(1)) }, async (bench) => {
    const line = "simulate -cell 34 -default_F 1 -oversample 1 -img like.img -distance 70 -nonoise -nopgm --json";
    const { stdout, stderr } = await bench.run(line);
    assert.is(JSON.parse(stdout).detector.distanceMm, 60);
    assert.match(stderr, /warning: -distance has no effect/);
  }));

test("a long run takes all cores, a short one and a small region of a large detector one", () =>
  withBench({}, async () => {
    const threads = (options: string): number => {
      const given = parseFlags(`-cell 34 -default_F 1 ${options}`.split(" "), simulateFlags);
      const files = { structureFactors: 1, isWorthDump: false, mtz: undefined, matrix: undefined, matrixCell: undefined, mask: undefined, maskHeader: undefined, imageHeader: undefined, sources: undefined, geometry: undefined, curve: undefined, scatterer: undefined, notes: [], warnings: [] };
      return threadsFor(requestFromFlags(given, files, 0), 8);
    };
    assert.equal(["-detpixels 4000 -oversample 2", "-detpixels 100 -oversample 1", "-detpixels 4000 -oversample 2 -roi 0 19 0 19"].map(threads), [8, 1, 1]);
  }));

test("a long run gives the image that one thread gives", () =>
  withBench({}, async (bench) => {
    const long = "simulate -cell 34 45 56 75 85 100 -default_F 10 -N 3 -detpixels 400 -pixel 0.2 -oversample 15 -nonoise -nopgm";
    await bench.run(`${long} -threads 1 -floatfile one.bin`);
    const { code, stderr } = await bench.run(`${long} -floatfile all.bin`);
    assert.is(code, 0, stderr);
    assert.equal(Buffer.compare(await bench.read("all.bin"), await bench.read("one.bin")), 0);
  }));

test("a negative seed goes on with the random numbers where the streams before left them", () =>
  withBench({}, async (bench) => {
    const drawn = async (options: string): Promise<Uint8Array> => {
      assert.is((await bench.run(`${small} -nopgm ${options}`)).code, 0);
      return bench.read("noiseimage.img");
    };
    const after = await drawn("-seed -42");
    assert.not.equal(await drawn("-seed 1"), after);
    assert.equal(await drawn("-seed 42 -mosaic_seed 9"), await drawn("-seed 42"));
    assert.not.equal(await drawn("-seed -42 -mosaic_seed 9"), after);
  }));

test("warnings come once, on stderr, and do not stop a run", () =>
  withBench({}, async (bench) => {
    const options = "-mosaic_spread 1 -detector_thick 100 -misset random -misset_seed 3 -coherent";
    const { code, stderr } = await bench.run(`${small} ${options}`);
    assert.is(code, 0);
    for (const warning of [/10 domains/, /attenuation depth/, /-misset_seed stands behind/, /-coherent has no effect/]) {
      assert.is(stderr.split("\n").filter((line) => warning.test(line)).length, 1, `${warning}`);
    }
  }));

test("a neighbourhood that leaves the grid is told once", () =>
  withBench({ "small.hkl": fixture("small.hkl") }, async (bench) => {
    const { stderr } = await bench.run("simulate -cell 34 45 56 -hkl small.hkl -N 3 -detpixels 16 -pixel 4 -oversample 1 -interpolate");
    assert.is(stderr.match(/leaves the structure factors/g)?.length, 1);
  }));

test("statistics and derived quantities come as one JSON object", () =>
  withBench({}, async (bench) => {
    const { stdout } = await bench.run(`${small} -seed 5 -osc 1 -phi 2 --json`);
    const summary = JSON.parse(stdout);
    const image = Array.from(flatData(parseFloatImage(await bench.read("floatimage.bin"), [8, 8], "float")));
    assert.is(summary.statistics.max, Math.max(...image));
    assert.is(image[summary.statistics.maxAt.slow * 8 + summary.statistics.maxAt.fast], summary.statistics.max);
    assert.ok(Math.abs(summary.statistics.mean - image.reduce((sum, value) => sum + value, 0) / 64) < 1e-9 * summary.statistics.max);
    assert.equal(summary.steps, { sources: 1, phi: 2, mosaic: 1, oversample: 1, layers: 1 });
    assert.equal(summary.cells, [3, 3, 3]);
    assert.is(summary.noise.seed, 5);
    summary.cell.edgesA.forEach((edge: number, i: number) => assert.ok(Math.abs(edge - [34, 45, 56][i]) < 1e-9));
    summary.cell.anglesDeg.forEach((angle: number, i: number) => assert.ok(Math.abs(angle - [75, 85, 100][i]) < 1e-9));
  }));

test("progress is shown on a terminal only, and only if it is wanted", () =>
  withBench({}, async (bench) => {
    const line = `${small} -detpixels 300 -pixel 0.3 -nonoise -nopgm`;
    assert.match((await bench.run(line, true)).stderr, /\r\[#+ *\] \d+ %/);
    assert.not.match((await bench.run(line, false)).stderr, /%/);
    assert.not.match((await bench.run(`${line} -noprogress`, true)).stderr, /%/);
  }));

test.run();
