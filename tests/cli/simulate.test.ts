import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateFlags } from "../../src/cli/flags.js";
import { requestFromFlags } from "../../src/cli/experiment-from-flags.js";
import { namesOf, parseFlags } from "../../src/cli/parse-flags.js";
import { threadsFor } from "../../src/cli/threads.js";
import { parseFdump } from "../../src/io/fdump.js";
import { parseFloatImage } from "../../src/io/float-image.js";
import { parsePgm } from "../../src/io/pgm.js";
import { parseCbf } from "../../src/io/cbf/cbf.js";
import { parseSmv } from "../../src/io/smv.js";
import { flatData } from "../../src/ndarray/ndarray.js";
import { small, smv, withBench, type Workbench } from "./workbench.js";

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../golden/inputs/${name}`, import.meta.url));

/** The float image that options give. */
async function imageOf(bench: Workbench, options: string, base = small): Promise<readonly number[]> {
  const { code, stderr } = await bench.run(`${base} -nonoise -nopgm ${options}`);
  assert.is(code, 0, stderr);
  const bytes = await bench.read("floatimage.bin");
  return Array.from(flatData(parseFloatImage(bytes, [1, bytes.length / 4], "image")));
}

/** Asserts that several ways to say the same thing give the same image. */
function sameImage(title: string, ...ways: readonly string[]): void {
  test(title, () =>
    withBench({}, async (bench) => {
      const first = await imageOf(bench, ways[0]);
      for (const way of ways.slice(1)) assert.equal(await imageOf(bench, way), first, way);
    }));
}

function differentImage(title: string, one: string, other: string): void {
  test(title, () =>
    withBench({}, async (bench) => {
      assert.not.equal(await imageOf(bench, one), await imageOf(bench, other));
    }));
}

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

sameImage("cells count along all axes or along each", "-N 4", "-Na 4 -Nb 4 -Nc 4", "-N 7 -Na 4 -Nb 4 -Nc 4", "-Na 1 -N 4");
sameImage(
  "a wavelength may be an energy, and the last one counts",
  "-lambda 1.2398420",
  "-energy 10000",
  "-lambda 3 -energy 10000",
  "-energy 5 -wave 1.239842",
);
sameImage("both dashes and = say the same", "-distance 70", "--distance 70", "--distance=70");
sameImage("pixels win over a size", "-detpixels 8 -detsize 3", "-detpixels_x 8 -detpixels_y 8", "-detpixels_f 8 -detpixels_s 8");
sameImage(
  "a flux is photons a second in the beam",
  "-flux 1e12 -exposure 2 -beamsize 0.2",
  "-fluence 5e19",
  "-fluence 1 -flux 2e12 -exposure 1 -beamsize 0.2",
);
sameImage(
  "a crystal's size is a number of cells, rounded up",
  "-xtal_size 0.0000341",
  "-Na 11 -Nb 8 -Nc 7",
  "-sample_x 0.0000341 -sample_y 0.0000341 -xtal_z 0.0000341",
);
sameImage(
  "a turn without steps is two steps",
  "-phi 3 -osc 2",
  "-phi 3 -osc 2 -phisteps 2",
  "-phi 3 -osc 2 -phistep 1",
  "-phi 3 -phistep 1 -osc 2",
);
sameImage(
  "a divergence is both of them",
  "-divergence 4 -divsteps 3",
  "-hdivrange 4 -vdivrange 4 -hdivsteps 3 -vdivsteps 3",
  "-divergence 4 -hdivstep 2 -hdivsteps 3 -vdivstep 2 -vdivsteps 3",
);
sameImage(
  "no thickness and no depth is no absorption",
  "",
  "-detector_abs inf -detector_thick 100",
  "-detector_abs 0 -detector_thick 100",
  "-detector_abs 100",
  "-detector_thicksteps 5",
);
sameImage("domains without a spread are one domain", "", "-mosaic_domains 20", "-mosaic_spread 0 -mosaic_domains 20");
sameImage("the last shape counts", "-gauss_xtal", "-round_xtal -gauss_xtal", "-tophat_spots -gauss_xtal");
sameImage("the last of polarizations counts", "-nopolar", "-polar 0.5 -nopolar");
sameImage(
  "an explicit pivot wins, and without one the convention's counts",
  "-xds -twotheta 10",
  "-xds -Xbeam 8 -Ybeam 8 -twotheta 10 -ORGX 4.5 -ORGY 4.5",
  "-xds -twotheta 10 -pivot sample",
);
differentImage("a pivot matters", "-mosflm -twotheta 10 -pivot beam", "-mosflm -twotheta 10 -pivot sample");
sameImage(
  "where vectors are given, the last option that implies a pivot counts",
  "-fdet_vector 0 0 1 -twotheta 10 -distance 90",
  "-fdet_vector 0 0 1 -distance 90 -twotheta 10 -pivot beam",
);
differentImage(
  "with vectors, a two-theta behind the distance turns about the sample",
  "-fdet_vector 0 0 1 -twotheta 10 -distance 90",
  "-fdet_vector 0 0 1 -distance 90 -twotheta 10",
);
sameImage("a convention behind vectors makes them idle", "-adxv", "-fdet_vector 0 1 1 -adxv", "-beam_vector 0 1 0 -xds -adxv");
sameImage(
  "a seed of a mosaic that is negative is the sequence of 1",
  "-mosaic_spread 1 -mosaic_domains 4 -mosaic_seed -5",
  "-mosaic_spread 1 -mosaic_domains 4 -mosaic_seed 1",
);
differentImage(
  "the seed of a mosaic matters",
  "-mosaic_spread 1 -mosaic_domains 4",
  "-mosaic_spread 1 -mosaic_domains 4 -mosaic_seed 5",
);
sameImage(
  "a random misset is drawn with its own seed, or with that of the noise",
  "-misset_seed 17 -misset random",
  "-seed 17 -misset random",
  "-misset_seed 17 -misset rand -seed 3",
);
/** Asserts that two ways to say the same thing with the same files give the same image, up to its last digits. */
function nearlySameImage(title: string, files: Readonly<Record<string, Uint8Array>>, one: string, other: string): void {
  test(title, () =>
    withBench(files, async (bench) => {
      const [found, wanted] = [await imageOf(bench, one), await imageOf(bench, other)];
      const most = Math.max(...wanted);
      found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= 1e-6 * most, `pixel ${i} is ${value}, not ${wanted[i]}`));
    }));
}

nearlySameImage(
  "-cell beside -mat gives the lengths of the edges, which a matrix for another wavelength has wrong",
  { "tri.mat": fixture("tri_1.0.mat"), "other.mat": fixture("tri_1.2.mat") },
  "-mat tri.mat -lambda 1.2 -cell 34 45 56",
  "-mat other.mat -lambda 1.2",
);
nearlySameImage(
  "the options' number of cells, not the crystal's size, decides on interpolation",
  { "small.hkl": fixture("small.hkl") },
  "-hkl small.hkl -N 1 -xtal_size 0.00002 -distance 300",
  "-hkl small.hkl -N 1 -xtal_size 0.00002 -distance 300 -interpolate",
);
nearlySameImage(
  "though a size makes two cells, five that are counted are looked up nearest",
  { "small.hkl": fixture("small.hkl") },
  "-hkl small.hkl -N 5 -xtal_size 0.000007 -distance 300",
  "-hkl small.hkl -N 5 -xtal_size 0.000007 -distance 300 -nointerpolate",
);
sameImage("the region may end where the reference program's does", "", "-roi 0 8 0 8", "-roi 0 7 0 7");
sameImage(
  "what the reference program reads and does not use has no effect",
  "",
  "-coherent -MW 30000 -density 1.2 -pix0_vector 0.1 0 0 -mosflm",
  "-noprogress --threads 2",
);

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

test("a detector of a size that is no whole number of pixels keeps its middle", () =>
  withBench({}, async (bench) => {
    const detectorOptions = "-detsize 50 -pixel 0.7 -roi 0 3 0 3";
    const { stdout } = await bench.run(`simulate -cell 34 -default_F 1 -oversample 1 ${detectorOptions} -nonoise -nopgm --json`);
    const { detector } = JSON.parse(stdout);
    assert.equal(detector.pixels, { fast: 71, slow: 71 });
    assert.ok(Math.abs(detector.beamCenterMm.fast - ((50 + 0.7) / 2 + 0.35)) < 1e-9);
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

test("the preview of a masked image has the reference program's scale", () =>
  withBench({ "tri.mat": fixture("tri_1.0.mat"), "mask.img": fixture("mask64.img") }, async (bench) => {
    const crystal = "-default_F 100 -lambda 1.0 -N 3 -mat tri.mat -misset 12 -7 33";
    await bench.run(`simulate ${crystal} -mask mask.img -nointerpolate -oversample 1 -nonoise`);
    const scale = Number(/# pixels scaled by (\S+)/.exec(new TextDecoder("latin1").decode(await bench.read("image.pgm")))?.[1]);
    assert.ok(Math.abs(scale - 250 / (5 * 9.31104)) < 1e-5);
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

test("a picture does not change what else is written", () =>
  withBench({}, async (bench) => {
    await bench.run(`${small} -seed 5`);
    const { "floatimage.bin": first } = await bench.contents();
    await bench.run(`${small} -seed 5 -pngfile picture.png`);
    assert.is((await bench.contents())["floatimage.bin"], first);
  }));

test("progress is shown on a terminal only, and only if it is wanted", () =>
  withBench({}, async (bench) => {
    const line = `${small} -detpixels 300 -pixel 0.3 -nonoise -nopgm`;
    assert.match((await bench.run(line, true)).stderr, /\r\[#+ *\] \d+ %/);
    assert.not.match((await bench.run(line, false)).stderr, /%/);
    assert.not.match((await bench.run(`${line} -noprogress`, true)).stderr, /%/);
  }));

test("both semantics agree where a step has no factors of its own", () =>
  withBench({}, async (bench) => {
    const flat = await imageOf(bench, "-nopolar -curved_det -point_pixel -semantics physical");
    const reference = await imageOf(bench, "-nopolar -curved_det -point_pixel -semantics nanobragg");
    const largest = Math.max(...reference);
    flat.forEach((value, i) => assert.ok(Math.abs(value - reference[i]) < 1e-6 * largest));
  }));

test("the help lists every option with its group", () =>
  withBench({}, async (bench) => {
    const { code, stdout } = await bench.run("simulate --help");
    assert.is(code, 0);
    for (const name of namesOf(simulateFlags)) {
      assert.match(stdout, new RegExp(`^  -${name}( |$)`, "m"));
      for (const alias of simulateFlags[name].aliases ?? []) assert.match(stdout, new RegExp(`-${alias}( |$)`, "m"));
    }
    for (const group of ["Structure factors", "Crystal", "Beam", "Detector", "Sampling", "Output"]) {
      assert.match(stdout, new RegExp(`^${group}$`, "m"));
    }
    assert.ok(stdout.split("\n").every((line) => line.length <= 120));
    assert.equal(await bench.contents(), {});
  }));

test("no two options share a spelling", () => {
  const spellings = namesOf(simulateFlags).flatMap((name) => [name, ...(simulateFlags[name].aliases ?? [])]);
  assert.is(new Set(spellings).size, spellings.length);
});

test("help and version are there without a command, too", () =>
  withBench({}, async (bench) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.is((await bench.run("--version")).stdout, `${version}\n`);
    assert.is((await bench.run("simulate -version")).stdout, `${version}\n`);
    for (const line of ["", "--help", "-h"]) assert.match((await bench.run(line)).stdout, /braggtape convert IN OUT/);
    assert.match((await bench.run("convert --help")).stdout, /--?from/);
    for (const name of ["simulate", "refine", "convert", "view", "describe", "noisify", "add", "compare", "example"]) {
      const { code, stdout } = await bench.run(`${name} --help`);
      assert.is(code, 0, name);
      assert.match(stdout, new RegExp(`^braggtape ${name}`));
    }
    assert.match((await bench.run("compare --help")).stdout, /--?png/);
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
