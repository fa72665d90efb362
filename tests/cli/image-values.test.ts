import { join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { recordOfImage } from "../../src/cli/image-values.js";
import { parseFlags } from "../../src/cli/parse-flags.js";
import { refineFlags } from "../../src/cli/refine/flags.js";
import { refineRequest } from "../../src/cli/refine/request.js";
import { parseCrystfelGeometry } from "../../src/io/geometry/crystfel.js";
import type { ExperimentRecord } from "../../src/io/geometry/record.js";
import { refusesLater } from "../io/refusal.js";
import { withBench, type Workbench } from "./workbench.js";

await h5wasm.ready;

const geometry = (settings: string): string => `${settings}
coffset = 0.01
res = 10000
adu_per_eV = 0.002
data = /data
dim0 = %
dim1 = ss
dim2 = fs
p/min_fs = 0
p/max_fs = 2
p/min_ss = 0
p/max_ss = 3
p/corner_x = 1
p/corner_y = 1
`;

interface Data {
  readonly name: string;
  readonly values: readonly number[];
  readonly shape: number[];
  readonly units?: string;
}

function hdf5(bench: Workbench, file: string, ...sets: readonly Data[]): void {
  const written = new h5wasm.File(join(bench.folder, file), "w");
  for (const { name, values, shape, units } of sets) {
    const dataset = written.create_dataset({ name, data: Float64Array.from(values), shape, dtype: "<d" });
    if (units !== undefined) dataset.create_attribute("units", units);
  }
  written.close();
}

const frames = Array.from({ length: 24 }, (_, i) => i);
const image: Data = { name: "data", values: frames, shape: [2, 4, 3] };
const encoder: Data = { name: "encoder", values: [90, 95], shape: [2] };

const recordAt = (bench: Workbench, settings: string, name: string): Promise<ExperimentRecord> => recordOfImage(parseCrystfelGeometry(geometry(settings), "d.geom"), name, bench.folder);

const about = (value: number | undefined, wanted: number): void => assert.ok(value !== undefined && Math.abs(value - wanted) < 1e-9 * Math.max(1, Math.abs(wanted)), `${value} is not ${wanted}`);

test("camera length, energy and shift are those of the image's event, or the one that all events share", () =>
  withBench({}, async (bench) => {
    hdf5(bench, "i.h5", image, encoder, { name: "keV", values: [12.398419843320026], shape: [] }, { name: "x", values: [1, 2], shape: [2, 1] });
    const settings = "photon_energy = /keV keV\nclen = /encoder\ndetector_shift_x = /x mm";
    for (const [name, z, x] of [["i.h5", 100, 1.1], ["i.h5#2", 105, 2.1]] as const) {
      const { beam, panels, openShift, leftToImage, remarks } = await recordAt(bench, settings, name);
      about(beam.wavelengthA, 1);
      about(panels[0].originMm[2], z);
      about(panels[0].originMm[0], x);
      about(panels[0].gain, 0.002 * 12398.419843320026);
      assert.equal([openShift, leftToImage, remarks.filter((remark) => !/data|coffset/.test(remark))], [undefined, [], []]);
    }
    about((await recordAt(bench, "photon_energy = 9000\nclen = /encoder m", "i.h5")).panels[0].originMm[2], 90010);
    about((await recordAt(bench, "wavelength = /encoder A\nclen = 0.1", "i.h5#2")).beam.wavelengthA, 95);
  }));

test("what the image's file does not state stays open, with a sentence, and what cannot be is refused", () =>
  withBench({ "i.cbf": "###CBF" }, async (bench) => {
    hdf5(bench, "i.h5", image, { ...encoder, units: "m" }, { name: "eV", values: [9000, 0], shape: [2] });
    const settings = "photon_energy = /eV\nclen = /LCLS/none";
    const open = await recordAt(bench, settings, "i.h5");
    assert.ok(open.openShift && open.remarks.includes("i.h5 has no number at /LCLS/none") && open.remarks.includes("the camera length is left open: clen is /LCLS/none of the image"), open.remarks.join());
    assert.match((await recordAt(bench, settings, "i.cbf")).remarks.join(), /i\.cbf, which is no HDF5 file, has no number at \/eV/);
    await refusesLater(() => recordAt(bench, settings, "i.h5#2"), /i\.h5: \/eV is 0, and a photon energy is above 0/);
    await refusesLater(() => recordAt(bench, settings, "i.h5#3"), /i\.h5: \/eV has 2 numbers, and none for image 3/);
    assert.match((await recordAt(bench, "photon_energy = /eV\nclen = /encoder", "i.h5")).remarks.join(), /i\.h5: \/encoder has units of m, and is read as the geometry file says: clen is \/encoder of the image/);
  }));

test("refine and describe read them with the image", () =>
  withBench({ "d.geom": geometry("photon_energy = /eV\nclen = /encoder") }, async (bench) => {
    hdf5(bench, "i.h5", image, encoder, { name: "eV", values: [9000, 9100], shape: [2] });
    const given = parseFlags("-geometry d.geom -cell 40 -N 5 -default_F 10 -refine misset".split(" "), refineFlags);
    const { stills, warnings } = await refineRequest(given, ["i.h5#2"], bench.folder, 1);
    about(stills[0].experiment.beam.wavelengthA === undefined ? undefined : Number(stills[0].experiment.beam.wavelengthA), 12398.419843320026 / 9100);
        assert.not.match(warnings.join("\n"), /left open|ignored/);
    const { stdout } = await bench.run("describe d.geom i.h5 --together --json");
    assert.equal(JSON.parse(stdout).panels[0].origin, [0.1, 0.1, 100]);
    about(JSON.parse(stdout).beam.wavelengthA, 12398.419843320026 / 9000);
  }));

test.run();
