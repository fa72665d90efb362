import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatCbf } from "../../src/io/cbf/cbf.js";
import { gzip } from "../../src/io/gzip.js";
import { array } from "../../src/ndarray/ndarray.js";
import { dialsModel, geometry, matrix, stream } from "../io/geometry/small-models.js";
import { withBench } from "./workbench.js";

const header = ["Pixel_size 100e-6 m x 100e-6 m", "Wavelength 2.0 A", "Detector_distance 0.05 m", "Beam_xy (1.5, 1.0) pixels", "Count_cutoff 100 counts"];
const cbf = formatCbf(header, array([[1, 2, -1], [4, 100, 7]]));

test("a model is described in its own frame, the crystals at the middle of the image", () =>
  withBench({ "m.expt": JSON.stringify(dialsModel()) }, async (bench) => {
    const { code, stdout } = await bench.run("describe m.expt#2 --json");
    assert.is(code, 0);
    const { beam, panels, crystals, scan, images, open } = JSON.parse(stdout);
    assert.equal([beam.wavelengthA, beam.direction.map((x: number) => x + 0)], [0.9, [0, 0, -1]]);
    assert.equal(panels.map(({ name, pixelSizeMm, pixels }: Record<string, unknown>) => [name, pixelSizeMm, pixels]), [["left", 0.1, { fast: 40, slow: 30 }], ["right", 0.1, { fast: 40, slow: 30 }]]);
    assert.equal(panels[0].sensor, { material: "Si", thicknessUm: 320, attenuationDepthUm: 250 });
    assert.equal([crystals.length, crystals[0].spaceGroup, scan.middleDeg], [2, "P 2 2", 10.75]);
    assert.ok(Math.abs(crystals[0].a[1] - 10) < 1e-9);
    assert.equal([images.length, open], [2, []]);
  }));

test("an image is described by its header and its pixels, packed or not", () =>
  withBench({ "i.cbf": cbf }, async (bench) => {
    await bench.put({ "j.cbf.gz": await gzip(cbf) });
    const [plain, packed] = JSON.parse((await bench.run("describe i.cbf j.cbf.gz --json")).stdout);
    assert.equal(plain.statistics, packed.statistics);
    assert.equal([plain.statistics.used, plain.statistics.missing, plain.statistics.overloaded, plain.statistics.mean, plain.statistics.max], [5, 1, 1, 22.8, 100]);
    assert.equal(plain.panels[0].origin.map((x: number) => Number(x.toFixed(9))), [-0.15, 0.1, -50]);
    assert.match(plain.open.join(), /no crystal is stated/);
  }));

test("what a file leaves open is null or a sentence", () =>
  withBench({ "g.geom": geometry.replace("clen = 0.100", "clen = /LCLS/encoder").replace(/photon_energy.*/, "photon_energy = /LCLS/eV") }, async (bench) => {
    const { panels, beam, open } = JSON.parse((await bench.run("describe g.geom --json")).stdout);
    assert.equal([panels[0].origin[2], beam.wavelengthA], [null, null]);
    assert.match(open.join(), /the camera length is left open: clen is \/LCLS\/encoder of the image/);
    assert.match((await bench.run("describe g.geom")).stdout, /panel +name p0, origin -5 2 -,/);
  }));

test("files of one experiment are merged, with what they contradict", () =>
  withBench({ "a.mat": matrix, "i.cbf": cbf }, async (bench) => {
    const { crystals, panels, open } = JSON.parse((await bench.run("describe a.mat i.cbf --together --json")).stdout);
    assert.equal(crystals[0].a.map((x: number) => Math.round(x) + 0), [0, 0, -10]);
    assert.is(panels.length, 1);
    assert.match(open.join(), /crystals is taken from a\.mat/);
  }));

test("what is neither a model nor an image is refused, and so is an image that is not there", () =>
  withBench({ "t.txt": "hello", "s.stream": stream() }, async (bench) => {
    assert.match((await bench.run("describe t.txt")).stderr, /^braggtape: t\.txt is neither a model .* nor an image[^\n]*\n$/);
    assert.match((await bench.run("describe s.stream#3")).stderr, /describes 2 images, counted from 1, and number 3/);
    assert.match((await bench.run("describe")).stderr, /describe needs a file/);
    assert.match(JSON.parse((await bench.run("describe s.stream --json")).stdout).open.join(), /s\.stream describes 2 images, and this is the first/);
  }));

test.run();
