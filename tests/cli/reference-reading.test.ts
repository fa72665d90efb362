import { test } from "uvu";
import * as assert from "uvu/assert";
import { small, withBench, type Workbench } from "./workbench.js";

const quick = `${small} -nonoise -nopgm -seed 1`;

/** The image that options make, and what is said of them. */
async function imageOf(bench: Workbench, options: string): Promise<{ readonly image: Uint8Array; readonly stderr: string }> {
  const { code, stderr } = await bench.run(`${quick} ${options}`);
  assert.is(code, 0, stderr);
  return { image: await bench.read("floatimage.bin"), stderr };
}

const near = [-1, 0, 1];
const list = near.flatMap((h) => near.flatMap((k) => near.map((l) => `${h} ${k} ${l} 7\n`))).join("");

/** Words that begin like an option, and the option. */
const beginnings: readonly (readonly [written: string, meant: string])[] = [
  ["-pixel_size 3", "-pixel 3"],
  ["-distance_mm 60", "-distance 60"],
  ["-hklfile a.hkl", "-hkl a.hkl"],
  ["-matrix a.mat", "-mat a.mat"],
  ["-lambda0 1.1", "-lambda 1.1"],
  ["-cell_abc 30 40 50", "-cell 30 40 50"],
  ["-round_xtals", "-round_xtal"],
  ["-detector_rotxyz 5", "-detector_rotx 5"],
];

for (const [written, meant] of beginnings) {
  test(`${written} is read as ${meant}, and told`, () =>
    withBench({ "a.hkl": list, "a.mat": "0.03 0 0\n0 0.02 0\n0 0 0.018\n" }, async (bench) => {
      const plain = (await imageOf(bench, "")).image;
      const { image, stderr } = await imageOf(bench, written);
      assert.equal(image, (await imageOf(bench, meant)).image);
      assert.not.equal(image, plain);
      assert.match(stderr, new RegExp(`${written.split(" ")[0]} is read as ${meant.split(" ")[0]}, as in nanoBragg`));
    }));
}

/** Counts of 0, what they mean, and what is said of them. */
const zeros: readonly (readonly [written: string, meant: string, warning: RegExp])[] = [
  ["-N 0", "-N 1", /-N 0 counts as 1, as in nanoBragg/],
  ["-Nb 0", "-Nb 1", /-Nb 0 counts as 1/],
  ["-phisteps 0", "-phisteps 1", /-phisteps 0 counts as 1/],
  ["-hdivrange 5 -hdivsteps 3 -hdivsteps 0", "-hdivrange 5", /-hdivsteps 0 counts as not given/],
  ["-mosaic_spread 1 -mosaic_domains 0", "-mosaic_spread 1", /-mosaic_domains 0 counts as not given/],
  ["-detector_thick 100 -detector_abs 50 -thicksteps 0", "-detector_thick 100 -detector_abs 50", /-thicksteps 0 counts as not given/],
  ["-detpixels 0 -detsize 20", "-detpixels 10", /-detpixels 0 counts as not given/],
];

for (const [written, meant, warning] of zeros) {
  test(`${written} is ${meant}, and told`, () =>
    withBench({}, async (bench) => {
      const { image, stderr } = await imageOf(bench, written);
      assert.equal(image, (await imageOf(bench, meant)).image);
      assert.match(stderr, warning);
    }));
}

test("a scale of 0 or below is the default one, and told where it is below", () =>
  withBench({}, async (bench) => {
    await bench.run(quick);
    const counts = await bench.read("intimage.img");
    const { stderr } = await bench.run(`${quick} -scale -3`);
    assert.equal(await bench.read("intimage.img"), counts);
    assert.match(stderr, /-scale is below 0, so the default scale is taken/);
  }));

test("-printout_pixel prints the photons of a pixel", () =>
  withBench({}, async (bench) => {
    const { image, stderr } = await imageOf(bench, "-printout_pixel 5 2");
    const value = new DataView(image.buffer, image.byteOffset).getFloat32(4 * (2 * 8 + 5), true);
    assert.match(stderr, new RegExp(`pixel fast 5, slow 2: ${value} photons`.replace(/[.+]/g, "\\$&")));
  }));

test("-reference_cell changes oblique cells alone: there c* is too long along Z, and the edges keep their lengths", () =>
  withBench({}, async (bench) => {
    const found = async (options: string) => JSON.parse((await bench.run(`${quick} --json ${options}`)).stdout);
    const [ours, theirs] = [await found(""), await found("-reference_cell")];
    for (const [axis, length] of [34, 45, 56].entries()) assert.ok(Math.abs(theirs.cell.edgesA[axis] - length) < 1e-9);
    const ratio = (of: typeof ours): number => of.reciprocalVectorsPerA.cStar[2] / Math.hypot(...of.reciprocalVectorsPerA.cStar.slice(0, 2));
    // sin γ / sin γ* of the cell 75 85 100: cos γ* = (cos 75 cos 85 - cos 100) / (sin 75 sin 85)
    const [alpha, beta, gamma] = [75, 85, 100].map((angle) => (angle * Math.PI) / 180);
    const cosGammaStar = (Math.cos(alpha) * Math.cos(beta) - Math.cos(gamma)) / (Math.sin(alpha) * Math.sin(beta));
    const expected = Math.sin(gamma) / Math.sqrt(1 - cosGammaStar ** 2);
    assert.ok(Math.abs(ratio(theirs) / ratio(ours) - expected) < 1e-9, `${ratio(theirs) / ratio(ours)} is not ${expected}`);
    const right = "-cell 34 45 56 90 90 90";
    assert.ok(Math.abs(ratio(await found(`${right} -misset 10 20 30 -reference_cell`)) - ratio(await found(`${right} -misset 10 20 30`))) < 1e-9);
  }));

test.run();
