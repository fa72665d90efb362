import { join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withMaskMaps } from "../../src/cli/mask-maps.js";
import { parseFlags } from "../../src/cli/parse-flags.js";
import { refineFlags } from "../../src/cli/refine/flags.js";
import { refineRequest } from "../../src/cli/refine/request.js";
import { formatCbf } from "../../src/io/cbf/cbf.js";
import { parseCrystfelGeometry } from "../../src/io/geometry/crystfel.js";
import { array, toNested } from "../../src/ndarray/ndarray.js";
import { refusesLater } from "../io/refusal.js";
import { withBench, type Workbench } from "./workbench.js";

await h5wasm.ready;

/** Two panels of 3 x 2 pixels, one below the other in the image. */
const geometry = (mask: string): string => `photon_energy = 9 keV
clen = 0.1
res = 10000
adu_per_photon = 1
${mask}
a/min_fs = 0
a/max_fs = 2
a/min_ss = 0
a/max_ss = 1
a/corner_x = 1
a/corner_y = 1
b/min_fs = 0
b/max_fs = 2
b/min_ss = 2
b/max_ss = 3
b/corner_x = 1
b/corner_y = -2
`;

interface Data {
  readonly name: string;
  readonly values: readonly number[];
  readonly shape: number[];
}

function hdf5(bench: Workbench, file: string, ...sets: readonly Data[]): void {
  const written = new h5wasm.File(join(bench.folder, file), "w");
  for (const { name, values, shape } of sets) written.create_dataset({ name, data: Uint16Array.from(values), shape, dtype: "<H" });
  written.close();
}

/** One bad pixel on each panel: the last of the first row, and the first of the last row. */
const bad = [0, 0, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0];
const none = bad.map(() => 0);
const wanted = [[{ fastMin: 2, fastEnd: 3, slowMin: 0, slowEnd: 1 }], [{ fastMin: 0, fastEnd: 1, slowMin: 1, slowEnd: 2 }]];

async function masked(bench: Workbench, mask: string, image?: string, model = "d.geom") {
  const { panels, unread } = await withMaskMaps(parseCrystfelGeometry(geometry(mask), model).panels, { cwd: bench.folder, model, ...(image !== undefined && { image }) });
  assert.ok(panels.every(({ maskMaps }) => maskMaps === undefined));
  return { masked: panels.map((panel) => panel.masked), unread };
}

test("a mask is read from its own file, for every image or for the image's frame, or from the image's", () =>
  withBench({}, async (bench) => {
    hdf5(bench, "flat mask.h5", { name: "mask", values: bad, shape: [4, 3] });
    const flat = "mask_file = flat mask.h5\nmask = /mask\nmask_bad = 4";
    assert.equal(await masked(bench, flat), { masked: wanted, unread: [] });
    // An axis of frames of the data need not be one of the mask.
    assert.equal((await masked(bench, `${flat}\ndim0 = %\ndim1 = ss\ndim2 = fs`, "i.h5#7")).masked, wanted);
    hdf5(bench, "i.h5", { name: "data", values: none.concat(none), shape: [2, 4, 3] }, { name: "mask", values: [...none, ...bad], shape: [2, 4, 3] });
    const own = "mask = /mask\nmask_good = 0\nmask_bad = 0xffff\ndim0 = %\ndim1 = ss\ndim2 = fs";
    assert.equal((await masked(bench, own, "i.h5#2")).masked, wanted);
    assert.equal((await masked(bench, own, "i.h5")).masked, [undefined, undefined]);
    assert.equal((await masked(bench, own)).unread, ["masks that lie in the image's file are read together with the image"]);
    // Good bits, as those of a map that is 1 where a pixel counts; a file named from the root.
    hdf5(bench, "good.h5", { name: "mask", values: bad.map((value) => (value === 0 ? 1 : 0)), shape: [1, 4, 3] });
    assert.equal((await masked(bench, `mask0_file = ${join(bench.folder, "good.h5")}\nmask0_data = /mask\nmask0_goodbits = 1\ndim0 = 0\ndim1 = ss\ndim2 = fs`)).masked, wanted);
  }));

test("a mask lies beside its model, where it is not found from the working folder, and may be an image", () =>
  withBench({ "m.cbf": formatCbf([], array([bad.slice(0, 3), bad.slice(3, 6), bad.slice(6, 9), bad.slice(9)])) }, async (bench) => {
    assert.equal((await masked(bench, "mask_file = m.cbf\nmask = /any\nmask_bad = 4", undefined, join(bench.folder, "d.geom"))).masked, wanted);
    const { panels } = parseCrystfelGeometry(geometry("mask_file = m.cbf\nmask = /any\nmask_bad = 4"), "d.geom");
    assert.equal((await withMaskMaps(panels, { cwd: "/", model: join(bench.folder, "d.geom") })).panels.map((panel) => panel.masked), wanted);
  }));

test("a mask that is not read is named, and one that does not fit is refused", () =>
  withBench({ "i.cbf": formatCbf([], array([[1, 2, 3]])) }, async (bench) => {
    const missing = await masked(bench, "mask_file = lost.h5\nmask = /mask\nmask_bad = 4");
    assert.equal(missing, { masked: [undefined, undefined], unread: ["the mask /mask in lost.h5 is ignored: there is no file lost.h5"] });
    assert.match((await masked(bench, "mask = /mask\nmask_bad = 4", "i.cbf")).unread.join(), /the mask \/mask of the image's file is ignored: i\.cbf is no HDF5 file/);
    hdf5(bench, "m.h5", { name: "mask", values: bad.slice(3), shape: [3, 3] });
    assert.match((await masked(bench, "mask_file = m.h5\nmask = /e/%/m\nmask_bad = 4")).unread.join(), /the mask \/e\/%\/m in m\.h5 is ignored: its path names the image's event by %/);
    const refused = (mask: string, message: RegExp) => refusesLater(() => masked(bench, mask), message);
    await refused("mask_file = m.h5\nmask = /mask\nmask_bad = 4", /m\.h5: the mask \/mask has the shape 3 x 3, and panel b is to be its pixels 2 to 3, 0 to 2/);
    await refused("mask_file = m.h5\nmask = /mask\nmask_bad = 4\ndim0 = 1\ndim1 = ss\ndim2 = fs", /the mask \/mask has the shape 3 x 3, and panel a is to be its pixels 1 to 1, 0 to 1, 0 to 2/);
    await refused("mask_file = m.h5\nmask = /bask\nmask_bad = 4", /m\.h5 has no data set \/bask, in which the mask of panel a is to lie/);
    await refused("mask_file = i.cbf\nmask = /mask\nmask_bad = 4", /i\.cbf: the mask has the shape 1 x 3, and panel a is to be its pixels 0 to 1, 0 to 2/);
  }));

test("refine leaves out what a mask and limits of counts do, and describe counts it", () =>
  withBench({ "d.geom": geometry("mask_file = m.h5\nmask = /mask\nmask_bad = 4\nflag_lessthan = 2\nmax_adu = 9") }, async (bench) => {
    hdf5(bench, "m.h5", { name: "mask", values: bad, shape: [4, 3] });
    await bench.put({ "i.cbf": formatCbf(["Count_cutoff 1000 counts"], array([[1, 5, 5], [5, 5, 5], [2, 5, 5], [5, 5, 9]])) });
    const words = "i.cbf -geometry d.geom -cell 30 40 50 90 90 90 -default_F 10 -N 3 --refine scale".split(" ");
    const { stills: [{ options }], warnings } = await refineRequest(parseFlags(words, refineFlags), ["i.cbf"], bench.folder, 0);
    assert.equal(options.mask && toNested(options.mask), [[[0, 1, 0], [1, 1, 1]], [[1, 1, 1], [0, 1, 0]]]);
    assert.match(warnings.join("\n"), /pixels are overloaded from 1000 counts on by i\.cbf, and from 9 by d\.geom; the lower one counts/);
    assert.match(warnings.join("\n"), /i\.cbf: 1 pixels are below the counts that d\.geom trusts, and left out/);
    const { stdout } = await bench.run("describe d.geom --json");
    assert.equal(JSON.parse(stdout).panels.map((panel: { readonly masked: number }) => panel.masked), [1, 1]);
  }));

test("counts are those of the data set that a geometry file names", () =>
  withBench({ "d.geom": geometry("data = /raw/second\ndim0 = %\ndim1 = ss\ndim2 = fs"), "no.geom": geometry("data = /raw/third") }, async (bench) => {
    const file = new h5wasm.File(join(bench.folder, "i.h5"), "w");
    const stack = (name: string, first: number) => ({ name, data: Uint16Array.from({ length: 24 }, (_, i) => first + i), shape: [2, 4, 3], dtype: "<H" });
    file.create_group("data").create_dataset(stack("data", 100));
    file.create_group("raw").create_dataset(stack("second", 500));
    file.close();
    const request = (model: string) => {
      const words = `i.h5#2 -geometry ${model} -cell 30 40 50 90 90 90 -default_F 10 -N 3 --refine scale`.split(" ");
      return refineRequest(parseFlags(words, refineFlags), ["i.h5#2"], bench.folder, 0);
    };
    const { stills: [{ counts }] } = await request("d.geom");
    assert.equal(toNested(counts), [[[512, 513, 514], [515, 516, 517]], [[518, 519, 520], [521, 522, 523]]]);
    await refusesLater(() => request("no.geom"), /i\.h5#2 has no data set \/raw\/third of images, which the geometry file names/);
  }));

test.run();
