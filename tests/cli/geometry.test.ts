import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFloatImage } from "../../src/io/float-image.js";
import { flatData } from "../../src/ndarray/ndarray.js";
import { withBench, type Workbench } from "./workbench.js";

/** Cubic cell of 30 A, turned about all axes, in the frame of DIALS: columns of a rotation by 20 and 35 degrees. */
const [c1, s1, c2, s2] = [Math.cos(0.35), Math.sin(0.35), Math.cos(0.6), Math.sin(0.6)];
type Vector = readonly [number, number, number];
const axes: readonly Vector[] = [[30 * c1, 30 * s1 * c2, 30 * s1 * s2], [-30 * s1, 30 * c1 * c2, 30 * c1 * s2], [0, -30 * s2, 30 * c2]];

const dials = JSON.stringify({
  __id__: "ExperimentList",
  experiment: [{ beam: 0, detector: 0, crystal: 0, imageset: 0 }],
  beam: [{ direction: [0, 0, 1], wavelength: 1.1, polarization_normal: [0, 1, 0], polarization_fraction: 0.9 }],
  detector: [{ panels: [{ name: "p", fast_axis: [1, 0, 0], slow_axis: [0, -1, 0], origin: [-3.1, 3.4, -40], image_size: [32, 32], pixel_size: [0.2, 0.2], trusted_range: [0, 900], mask: [[0, 0, 32, 1]] }] }],
  crystal: [{ real_space_a: axes[0], real_space_b: axes[1], real_space_c: axes[2], space_group_hall_symbol: " P 1" }],
  imageset: [{ images: ["still.cbf"], single_file_indices: [0] }],
  goniometer: [],
  scan: [],
});

/** The same in the frame of XDS, which is that of DIALS turned by 180 degrees about X. */
const turned = ([x, y, z]: Vector): string => [x, -y, -z].map((value) => value.toFixed(9)).join(" ");
const xparm = `XPARM.XDS
1 0 0 1 0 0
1.1 0 0 ${1 / 1.1}
1 30 30 30 90 90 90
${axes.map(turned).join("\n")}
1 32 32 0.2 0.2
16 17.5 40
1 0 0
0 1 0
0 0 1
1 1 32 1 32
0 0 0 1 0 0 0 1 0
`;

const run = "-default_F 100 -N 6 -oversample 1 -fluence 1e26 -nonoise -nopgm";

async function imageOf(bench: Workbench, line: string): Promise<readonly number[]> {
  const { code, stderr } = await bench.run(`simulate ${run} ${line}`);
  assert.is(code, 0, stderr);
  return Array.from(flatData(parseFloatImage(await bench.read("floatimage.bin"), [32, 32], "image")));
}

function assertAlike(found: readonly number[], wanted: readonly number[]): void {
  const largest = Math.max(...wanted);
  assert.ok(largest > 0);
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-4 * largest, `pixel ${i}: ${found[i]} is not ${value}`));
}

test("DIALS, XDS and options of the same experiment give the same image", () =>
  withBench({ "m.expt": dials, "XPARM.XDS": xparm }, async (bench) => {
    const first = await imageOf(bench, "-geometry m.expt -nopolar");
    assertAlike(await imageOf(bench, "-geometry XPARM.XDS -nopolar"), first);
    const frame = "-fdet_vector 1 0 0 -sdet_vector 0 -1 0 -odet_vector 0 0 -1 -beam_vector 0 0 -1 -polar_vector 1 0 0 -pivot beam";
    // The A matrix times the wavelength, in this frame: rows x, y, z; columns a*, b*, c*.
    await bench.put({ "a.mat": [0, 1, 2].map((row) => axes.map((axis) => ((axis[row] / 900) * 1.1).toFixed(9)).join(" ")).join("\n") });
    assertAlike(await imageOf(bench, `${frame} -mat a.mat -lambda 1.1 -pixel 0.2 -detpixels 32 -distance 40 -Xbeam 3.1 -Ybeam 3.4 -nopolar`), first);
    assertAlike(await imageOf(bench, "-geometry m.expt"), await imageOf(bench, `${frame} -mat a.mat -lambda 1.1 -pixel 0.2 -detpixels 32 -distance 40 -Xbeam 3.1 -Ybeam 3.4 -polar 0.8`));
  }));

test("options win over a geometry file, and a distance moves its detector along the beam", () =>
  withBench({ "m.expt": dials }, async (bench) => {
    const stated = dials.replace("-40", "-55").replace('"wavelength":1.1', '"wavelength":1.3');
    await bench.put({ "n.expt": stated });
    assertAlike(await imageOf(bench, "-geometry m.expt -distance 55 -lambda 1.3"), await imageOf(bench, "-geometry n.expt"));
  }));

test("two panels that are halves of one give its image, in the arrangement of the geometry file", () =>
  withBench({}, async (bench) => {
    const panel = (name: string, first: number, last: number, cornerY: number): string =>
      [`min_fs = 0`, `max_fs = 31`, `min_ss = ${first}`, `max_ss = ${last}`, `fs = x`, `ss = y`, `corner_x = -15`, `corner_y = ${cornerY}`].map((line) => `${name}/${line}`).join("\n");
    const general = "photon_energy = 10000\nclen = /LCLS/encoder\nres = 5000\n";
    await bench.put({ "one.geom": `${general}${panel("p", 0, 31, -14)}\n`, "two.geom": `${general}${panel("lower", 0, 19, -14)}\n${panel("upper", 20, 31, 6)}\n` });
    const line = "-distance 40 -cell 30 33 36 -misset 10 20 30";
    const one = await imageOf(bench, `-geometry one.geom ${line}`);
    assertAlike(await imageOf(bench, `-geometry two.geom ${line}`), one);
    const refused = await bench.run(`simulate ${run} -geometry two.geom -cell 30`);
    assert.match(refused.stderr, /two\.geom leaves the detector's distance open: clen is \/LCLS\/encoder of the image/);
    assert.match((await bench.run(`simulate ${run} -geometry two.geom ${line} -roi 0 3 0 3`)).stderr, /-roi is for a detector of one panel, and two\.geom has 2/);
  }));

test("panels whose sensors differ are told", () =>
  withBench({}, async (bench) => {
    const two = JSON.parse(dials);
    const [panel] = two.detector[0].panels;
    two.detector[0].panels = [{ ...panel, thickness: 0.32, mu: 4 }, { ...panel, name: "q", origin: [-3.1, 10, -40], thickness: 0.5, mu: 4 }];
    await bench.put({ "two.expt": JSON.stringify(two) });
    const { code, stderr } = await bench.run(`simulate ${run} -geometry two.expt`);
    assert.is(code, 0, stderr);
    assert.match(stderr, /two\.expt: the sensor of panel q is not that of panel p, which is taken for all/);
  }));

test("what contradicts a geometry file or is not in it is refused", () =>
  withBench({ "m.expt": dials, "two.expt": dials.replace('"crystal":0', '"crystal":7') }, async (bench) => {
    const refused: readonly [string, RegExp][] = [
      ["-geometry m.expt -Xbeam 3", /-Xbeam and -geometry both place the detector/],
      ["-geometry m.expt -pixel 0.1", /-pixel is 0\.1, and m\.expt says 0\.2/],
      ["-geometry m.expt -detpixels 64", /-detpixels is 64, and m\.expt says 32/],
      ["-geometry m.expt -crystal 2", /-crystal is 2, and m\.expt has 1 crystal/],
      ["-geometry m.expt -phi 3", /-phi and -geometry both say at which angle/],
      ["-geometry m.expt#2", /describes 1 image, counted from 1, and number 2/],
      ["-geometry two.expt", /experiment\[0\]\.crystal is 7, and there are 1/],
      ["-crystal 1 -cell 30", /there is no -geometry/],
    ];
    for (const [line, message] of refused) {
      const { code, stderr } = await bench.run(`simulate ${run} ${line}`);
      assert.is(code, 2);
      assert.match(stderr, message);
    }
  }));

test("a model file alone is refined against the image that it names, and one that lost its image says so", () =>
  withBench({ "m.expt": dials }, async (bench) => {
    const model = "-default_F 100 -N 6 -oversample 1 -fluence 1e29";
    assert.is((await bench.run(`simulate ${run.replace(" -nonoise", "")} -seed 3 -geometry m.expt -fluence 1e29 -cbf still.cbf -misset 0.3 0 0`)).code, 0);
    const { code, stderr } = await bench.run(`refine m.expt ${model} -threads 1 -noprogress --pixels all --refine misset --coarse none --out out`);
    assert.is(code, 0, stderr);
    const { history, loss, reducedChiSquare } = JSON.parse(new TextDecoder().decode(await bench.read("out/refinement.json")));
    assert.ok(loss < 0.5 * history[0].loss, `from ${history[0].loss} to ${loss}`);
    assert.ok(reducedChiSquare > 0.8 && reducedChiSquare < 1.25, `${reducedChiSquare}`);
    // The refined model and the refined options are one experiment.
    const refined = await imageOf(bench, "-geometry out/refined.expt -fluence 1e29");
    assert.is((await bench.run("simulate @out/refined.args -nonoise -nopgm")).code, 0);
    assertAlike(Array.from(flatData(parseFloatImage(await bench.read("floatimage.bin"), [32, 32], "image"))), refined);
    await bench.put({ "lost.expt": dials.replace("still.cbf", "/data/gone.cbf") });
    assert.match((await bench.run(`refine lost.expt ${model}`)).stderr, /lost\.expt does not name an image that is there; say where it is with --image FILE \(it says \/data\/gone\.cbf\)/);
    assert.match((await bench.run(`refine still.cbf --image still.cbf ${model}`)).stderr, /--image names the image of a model file/);
  }));

test.run();
