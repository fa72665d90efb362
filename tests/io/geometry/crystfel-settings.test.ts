import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCrystfelGeometry } from "../../../src/io/geometry/crystfel.js";
import { formatCrystfelGeometry } from "../../../src/io/geometry/crystfel-write.js";
import type { MaskMap } from "../../../src/io/geometry/record.js";
import { refuses } from "../refusal.js";
import { geometry } from "./small-models.js";

const read = (text: string) => parseCrystfelGeometry(text, "g.geom");
/** A setting in front of all panels, for which it holds. */
const general = (line: string): string => geometry.replace("; two panels\n", `${line}\n`);

test("masks are known by their older names and by their numbers, for all panels behind them and for one", () => {
  const maps = read(`${general("mask_file = m.h5\nmask = /mask\nmask_good = 1\nmask_bad = 0xfffE\ndim0 = %\ndim1 = 3\ndim3 = fs\ndim2 = ss")}p1/mask0_data = /other\np1/mask2_data = /data/%/bad\np1/mask2_badbits = 255\n`).panels.map(({ maskMaps }) => maskMaps);
  const whole: MaskMap = { file: "m.h5", path: "/mask", axes: ["frame", 3, "slow", "fast"], goodBits: 1, badBits: 0xfffe };
  assert.equal(maps, [[whole], [{ ...whole, path: "/other" }, { path: "/data/%/bad", axes: whole.axes, goodBits: 0, badBits: 255 }]]);
  assert.is(read(geometry).panels[0].maskMaps, undefined);
});

test("a mask that leaves nothing out is named, and one that says nothing clear is refused", () => {
  assert.match(read(general("mask_file = m.h5")).remarks.join(), /mask 0 of m\.h5 is ignored: no mask0_data \(or mask\) names its data set/);
  assert.match(read(general("mask1_data = /m")).remarks.join(), /mask 1 leaves no pixel out: neither its good bits nor its bad bits are stated/);
  refuses(() => read(general("mask = /m\nmask_bad = 0xfffffffff")), /g\.geom, line 2: mask0_badbits is "0xfffffffff"; it must be a whole number of at most 32 bits/);
  refuses(() => read(general("mask = /m\nmask_bad = some")), /mask0_badbits is "some"/);
  refuses(() => read(general("mask = /m\nmask_bad = 1\ndim0 = sf\ndim1 = fs")), /line 3: dim0 is "sf"; it can be %, ss, fs or a whole number/);
  refuses(() => read(general("mask = /m\nmask_bad = 1\ndim0 = fs\ndim1 = fs")), /of the axes dim0 to dim1 one must be ss/);
});

test("data whose axes or planes stand in another order than they are read in are refused", () => {
  refuses(() => read(general("dim0 = %\ndim1 = fs\ndim2 = ss")), /g\.geom: the data of panel p0 have fs in front of ss \(dim1\)/);
  const planes = (first: number, second: number) => read(`${general("dim0 = %\ndim2 = ss\ndim3 = fs")}p0/dim1 = ${first}\np1/dim1 = ${second}\n`);
  refuses(() => planes(1, 0), /g\.geom: panel p0 lies in plane 1 of the data, and stands at place 0/);
  assert.equal(planes(0, 1).remarks, []);
  assert.equal(planes(2, 2).remarks, ["all panels lie in plane 2 of the data, and the image is taken for that plane"]);
});

test("panels that are not used and edges are left out", () => {
  const { panels } = read(`${geometry}p1/no_index = 1\np0/mask_edge_pixels = 2\n`);
  const of = (panel: number) => panels[panel].masked?.map(({ fastMin, fastEnd, slowMin, slowEnd }) => [fastMin, fastEnd, slowMin, slowEnd]);
  assert.equal(of(0), [[0, 40, 0, 2], [0, 40, 28, 30], [0, 2, 0, 30], [38, 40, 0, 30], [5, 7, 0, 30]]);
  assert.equal(of(1)?.[0], [0, 40, 0, 30]);
  assert.equal(read(`${geometry}p1/no_index = 0\n`).panels[1].masked, read(geometry).panels[1].masked);
});

test("counts are limited by flags, and those of a photon follow from its energy", () => {
  const { panels } = read(geometry.replace("adu_per_photon = 2", "adu_per_eV = 0.001\nflag_lessthan = -3\nflag_morethan = 500").replace("photon_energy = 12398.419843320026", "photon_energy = 10 keV"));
  const { gain, trusted } = panels[0];
  assert.is(gain, 10);
  assert.is(trusted?.lowest, -3);
  assert.ok(trusted?.overload !== undefined && 500 < trusted.overload && 501 > trusted.overload);
  assert.match(read(geometry.replace("adu_per_photon = 2", "adu_per_eV = 0.001").replace(/photon_energy = .*/, "photon_energy = /LCLS/eV")).remarks.join(), /adu_per_eV is ignored, as the file states no photon energy/);
});

test("a shift of the whole detector moves every corner, and corners that are written keep it", () => {
  const text = general("detector_shift_x = 1 mm\ndetector_shift_y = -0.0005");
  const shifted = read(text);
  const plain = read(geometry);
  shifted.panels.forEach(({ originMm: [x, y] }, i) => {
    assert.ok(Math.abs(x - plain.panels[i].originMm[0] - 1) < 1e-12 && Math.abs(y - plain.panels[i].originMm[1] + 0.5) < 1e-12);
  });
  const moved = { ...shifted, panels: shifted.panels.map((panel) => ({ ...panel, originMm: [panel.originMm[0] + 0.25, panel.originMm[1], panel.originMm[2]] as const })) };
  const again = read(formatCrystfelGeometry(text, moved));
  again.panels.forEach(({ originMm }, i) => assert.ok(Math.abs(originMm[0] - moved.panels[i].originMm[0]) < 1e-9, `${originMm[0]}`));
  assert.match(read(general("detector_shift_x = /LCLS/x mm")).remarks.join(), /detector_shift_x is \/LCLS\/x mm of the image, and is taken for 0/);
});

test("units are those of the manual, and any other is refused", () => {
  const energy = (line: string) => read(geometry.replace(/photon_energy = .*/, line)).beam.wavelengthA;
  assert.equal([energy("wavelength = 1.5 A"), energy("wavelength = 2e-10 m")], [1.5, 2]);
  for (const word of ["12398.419843320026 eV", "12.398419843320026 keV", "0.012398419843320026 MeV"]) assert.ok(Math.abs((energy(`photon_energy = ${word}`) ?? 0) - 1) < 1e-12);
  assert.match(read(general("wavelength = 1.1 A")).remarks.join(), /wavelength is 1\.1 A, and photon_energy means 1 A; the first one is taken/);
  refuses(() => energy("electron_voltage = 200 kV"), /electron_voltage is of electrons/);
  refuses(() => energy("wavelength = 1.5"), /g\.geom, line 2: wavelength is "1\.5"; its unit must be A or m/);
  refuses(() => energy("photon_energy = 9 kev"), /photon_energy is "9 kev"; its unit must be eV or keV or MeV/);
  refuses(() => read(geometry.replace("clen = 0.100", "clen = 10 cm")), /line 3: clen is "10 cm"; its unit must be m or mm/);
  // What begins as a number is none where it goes on otherwise, and no place in the image either.
  for (const word of ["50.0D-3", "0,05", "0.1.2"]) refuses(() => read(geometry.replace("clen = 0.100", `clen = ${word}`)), /line 3: clen is ".*"; it must be a number, or a place in the image's file/);
  refuses(() => read(geometry.replace("p1/coffset = 0.001", "p1/coffset = 1 mm")), /line \d+: coffset is "1 mm"; it must be a number without a unit/);
  assert.is(read(geometry.replace("clen = 0.100", "clen = 100 mm")).panels[0].originMm[2], 100);
});

test("lines end as any system ends them, and the camera length may stand behind the panels", () => {
  const late = `${geometry.replace("clen = 0.100\n", "")}clen = 0.100\n`;
  const wanted = read(geometry).panels;
  for (const text of [geometry.replaceAll("\n", "\r\n"), geometry.replaceAll("\n", "\r"), geometry.replaceAll(" = ", "\t=\t"), late]) assert.equal(read(text).panels, wanted);
});

test("one data set of all panels is named, and several or those of events are looked for", () => {
  assert.is(read(general("data = /entry/data")).dataSet, "/entry/data");
  assert.is(read(general("data = /entry/%/data")).dataSet, undefined);
  const two = read(`${geometry}p0/data = /a\np1/data = /b\n`);
  assert.equal([two.dataSet, two.remarks], [undefined, ["data names 2 data sets for different panels, and one is read, in which all are looked for"]]);
});

test("settings that are not used are named once with their line", () => {
  const { remarks } = read(`${general("bandwidth = 0.01\npeak_list = /p")}p0/corner_z = 3\np1/corner_z = 4\n`);
  assert.equal(remarks, ["line 1: bandwidth is ignored", `line ${geometry.split("\n").length + 1}: p0/corner_z is ignored`]);
});

test.run();
