import { test } from "uvu";
import * as assert from "uvu/assert";
import { imgCifRecord } from "../../../src/io/cbf/axes.js";
import { parseCifItems } from "../../../src/io/cbf/cif.js";
import { miniHeaderRecord, parseMiniHeader } from "../../../src/io/cbf/mini-header.js";
import { refuses } from "../refusal.js";

/** Lines as a PILATUS's and an EIGER's camera server write them. */
const pilatus = `# Detector: PILATUS3 6M, S/N 60-0126
# Pixel_size 172e-6 m x 172e-6 m
# Silicon sensor, thickness 0.001000 m
# Exposure_time 0.0990000 s
# Count_cutoff 1009797 counts
# Wavelength 0.97625 A
# Detector_distance 0.33810 m
# Beam_xy (1246.42, 1208.60) pixels
# Start_angle 20.5000 deg.
# Angle_increment 0.1000 deg.
# Detector_2theta 0.0000 deg.
# Polarization 0.990`;
const eiger = pilatus.replace("Pixel_size 172e-6 m x 172e-6 m", "Pixel_size 7.5e-05 m x 7.5e-05 m").replace("Silicon", "CdTe").replace("1009797", "65535");

const close = (found: readonly number[], wanted: readonly number[]): void =>
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-9, `${found.join()} is not ${wanted.join()}`));

test("a PILATUS's header places the detector across the beam", () => {
  const record = miniHeaderRecord(parseMiniHeader(pilatus), [2527, 2463], "i.cbf");
  const [panel] = record.panels;
  close(panel.originMm, [-1246.42 * 0.172, 1208.6 * 0.172, -338.1]);
  assert.equal([panel.pixelSizeMm, panel.pixels, panel.fast, panel.slow], [0.172, { fast: 2463, slow: 2527 }, [1, 0, 0], [0, -1, 0]]);
  assert.equal(panel.sensor, { material: "Silicon", thicknessUm: 1000 });
  assert.equal(panel.trusted, { lowest: 0, overload: 1009797 });
  assert.equal([record.beam.wavelengthA, record.beam.kahnFactor, record.beam.direction], [0.97625, 0.98, [0, 0, -1]]);
  assert.equal(record.scan, { firstImage: 1, lastImage: 1, startDeg: 20.5, widthDeg: 0.1, exposureS: 0.099 });
  assert.equal(record.remarks, []);
});

test("an EIGER's header is read alike", () => {
  const [panel] = miniHeaderRecord(parseMiniHeader(eiger), [10, 20], "i.cbf").panels;
  assert.equal([panel.pixelSizeMm, panel.sensor?.material, panel.trusted?.overload], [0.075, "CdTe", 65535]);
});

test("lengths are those of their units, and one of another unit is left open", () => {
  const other = pilatus
    .replace("172e-6 m x 172e-6 m", "172 um x 0.172 mm")
    .replace("thickness 0.001000 m", "thickness 1 mm")
    .replace("0.33810 m", "338.1 mm")
    .replace("0.97625 A", "0.097625 nm");
  assert.equal(parseMiniHeader(other), parseMiniHeader(pilatus));
  assert.equal(parseMiniHeader(pilatus.replace("172e-6 m x 172e-6 m", "172 \u00b5m x 172 \u00c2\u00b5m")).pixelSizeMm, [0.172, 0.172]);
  assert.equal(parseMiniHeader(pilatus.replaceAll("\n", "\r\n").replaceAll(" ", "\t")), { ...parseMiniHeader(pilatus), detector: "PILATUS3\t6M,\tS/N\t60-0126" });
  const distance = (text: string) => parseMiniHeader(pilatus.replace("0.33810 m", text)).distanceMm;
  assert.equal(["33.81 cm", "338100 um", "338100 microns", "0.3381"].map(distance), [338.1, 338.1, 338.1, 338.1]);
  const wavelength = (text: string) => parseMiniHeader(pilatus.replace("0.97625 A", text)).wavelengthA;
  assert.equal(["0.97625", "0.97625 Angstroms", "0.97625e-10 m"].map(wavelength), [0.97625, 0.97625, 0.97625]);
  const beam = (unit: string) => parseMiniHeader(pilatus.replace(") pixels", `)${unit}`)).beamPixels;
  assert.equal(["", " pixel", " px"].map(beam), [[1246.42, 1208.6], [1246.42, 1208.6], [1246.42, 1208.6]]);
  const sensor = (line: string) => parseMiniHeader(pilatus.replace(/# Silicon.*/, line)).sensor;
  assert.equal([sensor("# Silicon sensor"), sensor("")], [{ material: "Silicon", thicknessUm: undefined }, undefined]);
  const open = (from: string, to: string) => miniHeaderRecord(parseMiniHeader(pilatus.replace(from, to)), [2, 2], "i.cbf");
  assert.match(open("0.33810 m", "13.3 inch").remarks.join(), /does not state Detector_distance/);
  assert.match(open("1208.60) pixels", "1208.60) mm").remarks.join(), /does not state Beam_xy/);
  assert.is(open("0.97625 A", "12.7 keV").beam.wavelengthA, undefined);
});

test("a photon energy stands for a wavelength, angles are those of their units, and what contradicts itself is named", () => {
  const remarks = (text: string): readonly string[] => miniHeaderRecord(parseMiniHeader(text), [2, 2], "i.cbf").remarks;
  const withoutWave = pilatus.replace(/# Wavelength.*\n/, "");
  for (const line of ["Photon_energy 12398.419843320026 eV", "Energy: 12.398419843320026 keV"]) assert.is(parseMiniHeader(`${withoutWave}\n# ${line}`).wavelengthA, 1);
  assert.equal(remarks(`${pilatus}\n# Photon_energy 12700 eV`), []);
  assert.equal(remarks(`${pilatus}\n# Photon_energy 6000 eV\n# Energy_range (0, 0) eV`), ["Wavelength is 0.97625 A, and the photon energy means 2.0664 A; the first one is taken"]);
  assert.equal(remarks(`${pilatus}\n# Wavelength 0.97625 A\n# Beam_xy (1, 2) pixels\n# Phi 1\n# Phi 2`), ['Beam_xy is stated twice, as "(1246.42, 1208.60) pixels" and "(1, 2) pixels"; the first one is taken']);
  const width = (text: string) => parseMiniHeader(pilatus.replace("0.1000 deg.", text)).incrementDeg;
  assert.equal(["-0.1 deg.", "0.1 degrees", "0.1", "0.1 turns"].map(width), [-0.1, 0.1, 0.1, undefined]);
  assert.ok(Math.abs((width("1 mrad") ?? 0) - 0.0572957795131) < 1e-12);
});

test("what a header does not state stays open, and a remark names it", () => {
  const open = (text: string): string => {
    const { panels, remarks } = miniHeaderRecord(parseMiniHeader(text), [2, 2], "i.cbf");
    assert.equal(panels, []);
    return remarks.join();
  };
  assert.match(open(pilatus.replace(/# Beam_xy.*/, "")), /does not state Beam_xy/);
  assert.match(open(pilatus.replace("2theta 0.0000", "2theta 20.0000")), /Detector_2theta is 20 degrees/);
  const slow = miniHeaderRecord(parseMiniHeader(`${pilatus}\n# Oscillation_axis X.CW +SLOW`), [2, 2], "i.cbf");
  assert.equal([slow.goniometer, slow.remarks.length], [undefined, 1]);
});

/** A detector of 3 x 2 pixels of 0.1 mm on an arm that swings by 2-theta, and a crystal on omega and phi. */
const tables = (arm = "."): string => `
loop_ _axis.id _axis.type _axis.equipment _axis.depends_on _axis.vector[1] _axis.vector[2] _axis.vector[3] _axis.offset[1] _axis.offset[2] _axis.offset[3]
OMEGA rotation goniometer . 1 0 0 . . .
PHI rotation goniometer OMEGA 0 0 1 . . .
SOURCE general source . 0 0 1 . . .
ARM rotation detector ${arm} 1 0 0 . . .
Z translation detector ARM 0 0 -1 0 0 0
EX translation detector Z 1 0 0 -7 8 0
EY translation detector EX 0 -1 0 0 0 0
loop_ _diffrn_scan_axis.axis_id _diffrn_scan_axis.angle_start _diffrn_scan_axis.angle_increment _diffrn_scan_axis.displacement_start
OMEGA 30 0.5 0
PHI 90 0 0
ARM 90 0 0
Z 0 0 100
loop_ _array_structure_list.index _array_structure_list.dimension _array_structure_list.precedence _array_structure_list.direction _array_structure_list.axis_set_id
1 3 1 increasing EX
2 2 2 increasing EY
loop_ _array_structure_list_axis.axis_set_id _array_structure_list_axis.axis_id _array_structure_list_axis.displacement _array_structure_list_axis.displacement_increment
EX EX 0.0 0.1
EY EY 0.0 0.1
_diffrn_radiation_wavelength.wavelength 0.7
`;

test("the axes of an imgCIF header are followed to the laboratory", () => {
  const record = imgCifRecord(parseCifItems(tables(), "i"), [2, 3], "i.cbf");
  if (!record) throw new Error("no axes");
  const [panel] = record.panels;
  // At 2-theta 90 the arm turns Y to Z and -Z to Y; the first pixel's centre is at -7, 8, -100 before.
  close(panel.fast, [1, 0, 0]);
  close(panel.slow, [0, 0, -1]);
  close(panel.originMm, [-7 - 0.05, 100, 8 + 0.05]);
  close(record.beam.direction ?? [], [0, 0, -1]);
  assert.is(record.beam.wavelengthA, 0.7);
  assert.equal([record.scan?.startDeg, record.scan?.widthDeg, record.goniometer?.axis], [30, 0.5, [1, 0, 0]]);
  close((record.goniometer?.fixed ?? []).flat(), [0, -1, 0, 1, 0, 0, 0, 0, 1]);
});

test("axes in a circle, axes that are missing, and sizes that are wrong are refused", () => {
  const read = (text: string) => () => imgCifRecord(parseCifItems(text, "i"), [2, 3], "i.cbf");
  refuses(read(tables("Z")), /the axis \w+ depends on itself/);
  refuses(read(tables("TABLE")), /depends on "TABLE", which is not listed/);
  refuses(read(tables().replace("1 3 1", "1 4 1")), /says 4 pixels along an axis that has 3/);
  refuses(read(tables().replace("EX EX 0.0 0.1", "EX EX 0.0 wide")), /displacement_increment is "wide"/);
  refuses(() => parseCifItems("loop_ _a _b 1 2 3", "i"), /loop of _a has 3 values for 2 items/);
});

test.run();
