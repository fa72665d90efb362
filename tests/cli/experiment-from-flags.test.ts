import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFloatImage } from "../../src/io/float-image.js";
import { flatData } from "../../src/ndarray/ndarray.js";
import { fixture } from "./fixture.js";
import { small, withBench, type Workbench } from "./workbench.js";

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

test("a detector of a size that is no whole number of pixels keeps its middle", () =>
  withBench({}, async (bench) => {
    const detectorOptions = "-detsize 50 -pixel 0.7 -roi 0 3 0 3";
    const { stdout } = await bench.run(`simulate -cell 34 -default_F 1 -oversample 1 ${detectorOptions} -nonoise -nopgm --json`);
    const { detector } = JSON.parse(stdout);
    assert.equal(detector.pixels, { fast: 71, slow: 71 });
    assert.ok(Math.abs(detector.beamCenterMm.fast - ((50 + 0.7) / 2 + 0.35)) < 1e-9);
  }));

test("both semantics agree where a step has no factors of its own", () =>
  withBench({}, async (bench) => {
    const flat = await imageOf(bench, "-nopolar -curved_det -point_pixel -semantics physical");
    const reference = await imageOf(bench, "-nopolar -curved_det -point_pixel -semantics nanobragg");
    const largest = Math.max(...reference);
    flat.forEach((value, i) => assert.ok(Math.abs(value - reference[i]) < 1e-6 * largest));
  }));

test.run();
