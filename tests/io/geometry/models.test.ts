import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mergeRecords } from "../../../src/io/geometry/merge.js";
import { parseCrystfelStream } from "../../../src/io/geometry/crystfel-stream.js";
import { parseModelFile } from "../../../src/io/geometry/model-file.js";
import type { ExperimentRecord } from "../../../src/io/geometry/record.js";
import { crystalAt } from "../../../src/io/geometry/setting.js";
import { formatXparm } from "../../../src/io/geometry/xds.js";
import { readsOrRefuses, refuses } from "../refusal.js";
import { dialsModel, geometry, integrate, matrix, oldXparm, stream, xparm } from "./small-models.js";

const recordOf = (text: string, number = 1): ExperimentRecord => parseModelFile(text, "m").image(number).record;
const close = (found: readonly (number | null | undefined)[], wanted: readonly number[], tolerance = 1e-9): void => {
  assert.is(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs((value ?? NaN) - wanted[i]) < tolerance, `${found.join()} is not ${wanted.join()}`));
};

test("DIALS panels come from their tree of groups to the laboratory", () => {
  const { panels, mounting, beam } = recordOf(JSON.stringify(dialsModel()));
  close(panels[0].originMm, [-5, -100, 7 - 5]);
  close(panels[1].originMm, [1, -100, 7 - 5]);
  close([...panels[0].fast, ...panels[0].slow], [1, 0, 0, 0, 0, 1]);
  assert.equal(mounting, { name: "arm", children: [1, { name: "half", children: [0] }] });
  assert.equal(panels[0].masked, [{ fastMin: 10, slowMin: 0, fastEnd: 12, slowEnd: 30 }]);
  assert.equal(panels[0].trusted, { lowest: 0, overload: 1000 });
  assert.equal(panels[0].sensor, { material: "Si", thicknessUm: 320, attenuationDepthUm: 250 });
  close([...(beam.direction ?? []), ...(beam.electricField ?? []).map(Math.abs)], [0, 0, -1, 1, 0, 0]);
  assert.ok(Math.abs((beam.kahnFactor ?? 0) - 0.998) < 1e-12);
});

test("a DIALS crystal stands where the goniometer has turned it at the middle of its image", () => {
  const file = parseModelFile(JSON.stringify(dialsModel()), "m");
  assert.is(file.count, 2);
  const { record, image } = file.image(2);
  assert.equal([record.images[image].file, record.crystals.length], ["/data/run_1_0004.cbf", 2]);
  // The innermost axis takes X to Y; then the scan about Y turns by 10.5 degrees and half an image, and leaves Y alone.
  const { a, b } = crystalAt(record, record.crystals[0], image);
  close(a, [0, 10, 0]);
  const angle = (10.75 * Math.PI) / 180;
  close(b, [-20 * Math.cos(angle), 0, 20 * Math.sin(angle)]);
  refuses(() => file.image(3), /m describes 2 images, counted from 1, and number 3 is asked for/);
});

test("scan points of a DIALS crystal count half way through each image", () => {
  const model = dialsModel();
  const along = (x: number): number[] => [1 / x, 0, 0, 0, 1 / 20, 0, 0, 0, 1 / 30];
  model.crystal = [{ ...Object(dialsModel().crystal)[0], A_at_scan_points: [along(10), along(10), along(8)] }];
  model.experiment = [{ beam: 0, detector: 0, scan: 0, crystal: 0, imageset: 0 }];
  const { record } = parseModelFile(JSON.stringify(model), "m").image(2);
  close(crystalAt(record, record.crystals[0], 1).a, [2 / (1 / 10 + 1 / 8), 0, 0]);
});

test("both forms of XPARM and the header of INTEGRATE say the same", () => {
  const [later, earlier, header] = [xparm, oldXparm, integrate].map((text) => recordOf(text));
  for (const record of [later, earlier, header]) {
    close(record.panels[0].originMm, [-200 * 0.172, -100 * 0.172, 150]);
    close([...(record.beam.direction ?? []), record.beam.wavelengthA], [0, 0, 1, 0.97625]);
    assert.equal([record.crystals[0].spaceGroup, record.scan?.startDeg, record.scan?.widthDeg], [75, 82, 0.5]);
    assert.equal(record.crystals[0].b, [-19.858326, 51.60833, 16.766487]);
  }
  assert.equal(header.images, [{ file: "/data/run_1_00003.cbf" }]);
});

test("what a DIALS model states and nothing here uses is named", () => {
  const told = (change: (model: ReturnType<typeof dialsModel>) => void): string => {
    const model = dialsModel();
    change(model);
    return recordOf(JSON.stringify(model)).remarks.join("\n");
  };
  assert.is(told(() => undefined), "");
  assert.match(told((model) => (model.imageset = [{ template: "/data/run_1_####.cbf", mask: "bad.pickle", gain: null, dx: "" }])), /^m: imageset\[0\]\.mask: the table in bad\.pickle is not read$/);
  assert.match(told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.02, probe: "electron" }])), /^m: beam\[0\]\.probe is electron, and X-rays are computed here$/);
  assert.is(told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, probe: "x-ray" }])), "");
  assert.match(told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, polarization_normal: [0, 0, -1] }])), /polarization_normal is along the beam, and is not used/);
  assert.match(told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, s0_at_scan_points: [[0, 0, -1.1]] }])), /^m: beam\[0\]\.s0_at_scan_points: what changes from image to image is not used; the model's mean counts$/);
  for (const fraction of [0, 1]) assert.is(told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, polarization_fraction: fraction }])), "");
  assert.match(told((model) => {
    model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, probe: "neutron" }];
    model.experiment = [{ __id__: "Experiment", beam: 0, detector: 0, crystal: 0 }];
  }), /beam\[0\]\.probe is neutron/);
  refuses(() => told((model) => (model.beam = [{ direction: [0, 0, 2], wavelength: 0.9, polarization_fraction: 1.5 }])), /beam\[0\]\.polarization_fraction is 1\.5; it must be from 0 to 1/);
});

test("an XPARM whose cell or beam contradicts its axes or its wavelength says so", () => {
  const remarks = (text: string): readonly string[] => recordOf(text).remarks.slice(1);
  assert.equal([remarks(xparm), remarks(oldXparm)], [[], []]);
  assert.equal(remarks(xparm.replace("    75     57.7831", "    75     67.7831")), ["the axes have the cell 57.783 57.783 150.014 90 90 90, which is taken, and not the stated 67.783 57.783 150.014 90 90 90"]);
  assert.equal(remarks(xparm.replace("1.024328", "2.048656")), ["the beam's vector has the length of a wavelength of 0.488125 A, and the wavelength is 0.97625 A, which is taken"]);
  assert.equal(remarks(xparm.replace("1.024328", "1.000000")), []);
});

test("an XPARM that is written reads back the same", () => {
  const record = recordOf(xparm);
  const again = recordOf(formatXparm(record));
  assert.equal(formatXparm(again), formatXparm(record));
  assert.is(formatXparm(record), xparm.replace("150.0136  90", "150.0136  90"));
});

test("CrystFEL panels stand at their corners, behind offsets along the beam, in nested groups", () => {
  const { panels, mounting, beam } = recordOf(geometry);
  assert.is(beam.wavelengthA, 1);
  close([...panels[0].originMm, ...panels[1].originMm], [-5, 2, 100, 1, 2, 101]);
  close([...panels[0].fast, ...panels[0].slow, ...panels[1].slow], [0.6, -0.8, 0, 0.8, 0.6, 0.01, 0, -1, 0]);
  assert.equal([panels[1].pixels, panels[1].inImage, panels[1].gain], [{ fast: 40, slow: 30 }, { fast: 0, slow: 30 }, 2]);
  assert.equal(mounting, { name: "", children: [{ name: "all", children: [{ name: "a", children: [0] }, 1] }] });
  assert.equal(panels.map(({ masked }) => masked?.map(({ fastMin, fastEnd, slowMin, slowEnd }) => [fastMin, fastEnd, slowMin, slowEnd])), [[[5, 7, 0, 30]], [[5, 7, 0, 30], [0, 1, 0, 2]]]);
});

test("an image of a CrystFEL stream has its own energy, camera length and shift of the detector", () => {
  const { record } = parseModelFile(stream(), "m").image(1);
  assert.is(record.beam.wavelengthA, 2);
  close(record.panels[0].originMm, [-5 + 0.02, 2 - 0.01, 250]);
  close([...record.crystals[0].a, ...record.crystals[0].b, ...record.crystals[0].c], [10, 0, 0, 0, 0, -20, 0, 40, 0]);
  assert.equal([record.images, record.openShift], [[{ file: "run/one.h5", frame: 17 }], undefined]);
  assert.match(parseModelFile(stream(), "m").image(2).record.remarks.join(), /image 2 was not indexed/);
  assert.match(recordOf(geometry.replace("clen = 0.100", "clen = /LCLS/encoder")).openShift?.statedBy ?? "", /clen is \/LCLS\/encoder of the image/);
});

test("an image of a stream is found by its event, and its energy says what a photon counts", () => {
  const first = (text: string) => parseCrystfelStream(text, "s.stream")[0]();
  assert.equal(first(stream()).images, [{ file: "run/one.h5", frame: 17 }]);
  assert.not.match(first(stream()).remarks.join(), /event/);
  const tagged = first(stream().replace("Event: //16", "Event: tag-7//3"));
  assert.equal([tagged.images[0].frame, tagged.remarks.filter((remark) => /event/.test(remark))], [4, ["image 1 is the event tag-7//3 of run/one.h5, of which only the number 3 is followed"]]);
  assert.match(first(stream().replace("Event: //16", "Event: tag-7//")).remarks.join(), /of which only the file's name is followed/);
  refuses(() => first(stream().replace("0.25 m", "250 mm")), /image 1 has an average_camera_length in mm; it must be in m/);
  // 0.001 counts per eV of 6199 eV, and of the geometry's own energy where the image states none.
  const perEv = stream().replace("adu_per_photon = 2", "adu_per_eV = 0.001");
  assert.ok(Math.abs((first(perEv).panels[0].gain ?? 0) - 6.199209921660013) < 1e-9);
  assert.ok(Math.abs((first(perEv.replace("photon_energy_eV = 6199.209921660013", "photon_energy_eV = 0")).panels[0].gain ?? 0) - 12.398419843320026) < 1e-9);
  refuses(() => parseCrystfelStream(stream("10 cm"), "s.stream"), /clen is "10 cm"/);
});

test("a region in x and y is left out on every panel that it covers, also on turned ones", () => {
  const region = "bad_beam/min_x = 12\nbad_beam/max_x = 15\nbad_beam/min_y = 10\nbad_beam/max_y = 18.2\n";
  const { panels } = recordOf(`${geometry}${region}`);
  // Panel p1 begins at 10 20 and runs along x and against y; the centres of its columns stand at 10.5, 11.5 and so on.
  assert.equal(panels[1].masked?.at(-1), { fastMin: 2, fastEnd: 5, slowMin: 2, slowEnd: 10 });
  const turned = recordOf(`${geometry}${region.replace("max_x = 15", "max_x = -10").replace("min_x = 12", "min_x = -40")}bad_beam/panel = p0\n`).panels[0];
  const isBad = (fast: number, slow: number): boolean =>
    (turned.masked ?? []).some(({ fastMin, fastEnd, slowMin, slowEnd }) => fast >= fastMin && fast < fastEnd && slow >= slowMin && slow < slowEnd);
  let bad = 0;
  for (let slow = 0; slow < 30; slow++) {
    for (let fast = 0; fast < 40; fast++) {
      if (fast === 5 || fast === 6) continue;
      const [x, y] = [-50 + 0.6 * (fast + 0.5) + 0.8 * (slow + 0.5), 20 - 0.8 * (fast + 0.5) + 0.6 * (slow + 0.5)];
      assert.is(isBad(fast, slow), x >= -40 && x <= -10 && y >= 10 && y <= 18.2, `${fast} ${slow}`);
      if (isBad(fast, slow)) bad++;
    }
  }
  assert.ok(bad > 50);
});

test("INTEGRATE's header says that its positions follow parameters of their own", () => {
  assert.match(recordOf(integrate.replace("!NAME", "!Generated by INTEGRATE   (VERSION Jan 31, 2020)\n!NAME")).remarks.join(), /refines the geometry anew for each block of images/);
  assert.not.match(recordOf(integrate).remarks.join(), /block/);
});

test("the mosaicity of a crystal is read from itself, from its profile model, or from XDS's header", () => {
  const stated = (crystal: object, profile?: object): number | undefined => {
    const model = dialsModel();
    const still = { real_space_a: [10, 0, 0], real_space_b: [0, 20, 0], real_space_c: [0, 0, 30] };
    const text = JSON.stringify({ ...model, crystal: [{ ...still, ...crystal }, still], ...(profile && { profile: [profile], experiment: [{ beam: 0, detector: 0, goniometer: 0, scan: 0, crystal: 0, imageset: 0, profile: 0 }] }) });
    return recordOf(text).crystals[0].mosaicityDeg;
  };
  assert.is(stated({}), undefined);
  assert.is(stated({ mosaicity: 0 }), undefined);
  assert.is(stated({ mosaicity: 0.07 }, { sigma_m: 0.2 }), 0.07);
  assert.is(stated({ mosaicity: 0 }, { __id__: "gaussian_rs", sigma_m: 0.2 }), 0.2);
  assert.is(stated({}, { sigma_m: [0.2, 0.3] }), undefined);
  assert.is(recordOf(integrate.replace("!NAME", "!REFLECTING_RANGE_E.S.D.=     0.224\n!NAME")).crystals[0].mosaicityDeg, 0.224);
  assert.is(recordOf(integrate).crystals[0].mosaicityDeg, undefined);
});

test("a MOSFLM matrix and an image's header are one experiment, in the header's frame", () => {
  const crystal = recordOf(matrix);
  close([...crystal.crystals[0].a, ...crystal.crystals[0].c, crystal.beam.wavelengthA], [10, 0, 0, 0, 0, 40, 2]);
  const header: ExperimentRecord = {
    source: "i.img",
    kind: "header",
    beam: { wavelengthA: 2.1, direction: [0, 0, -1] },
    panels: [{ name: "p", pixels: { fast: 10, slow: 20 }, pixelSizeMm: 0.1, originMm: [-1, 1, -90], fast: [1, 0, 0], slow: [0, -1, 0] }],
    crystals: [],
    images: [{ file: "i.img" }],
    remarks: [],
  };
  const { record, contradictions, statedBy } = mergeRecords([crystal, header]);
  // MOSFLM's X is along the beam, -Z of the header's frame, and its Z along the spindle, X.
  close([...record.crystals[0].a, ...record.crystals[0].b, ...record.crystals[0].c], [0, 0, -10, 0, 20, 0, 40, 0, 0]);
  close([...record.panels[0].originMm, ...(record.beam.direction ?? [])], [-1, 1, -90, 0, 0, -1]);
  assert.equal(contradictions, ["the wavelength is 2 A (m) and 2.1 A (i.img); the first one counts"]);
  assert.equal([statedBy.get("crystals"), statedBy.get("panels"), statedBy.get("beam.wavelengthA")], ["m", "i.img", "m"]);
});

test("the crystal of a still stands as DIALS has it, whatever angle a header states", () => {
  const turning = recordOf(JSON.stringify(dialsModel()));
  const still = { ...dialsModel(), scan: [{ image_range: [3, 4], oscillation: [30, 0] }] };
  const header: ExperimentRecord = { ...turning, source: "i.cbf", crystals: [], panels: [] };
  const { record } = mergeRecords([recordOf(JSON.stringify(still)), header]);
  const [crystal] = record.crystals;
  assert.equal(crystalAt(record, crystal, 0).a, crystal.a);
  assert.not.equal(crystalAt(turning, turning.crystals[0], 0).a, turning.crystals[0].a);
});

type Damage = readonly [text: string, message: RegExp];

/** The DIALS model with an entry changed. */
const dials = (change: (model: ReturnType<typeof dialsModel>) => void): string => {
  const model = dialsModel();
  change(model);
  return JSON.stringify(model);
};
const hierarchy = (model: ReturnType<typeof dialsModel>): Record<string, unknown> => model.detector[0].hierarchy;

const damaged: readonly Damage[] = [
  ["", /m is no model that can be read: DIALS/],
  ["data", /m is no model/],
  ['{ "__id__": "ExperimentList", "beam": [', /m is not JSON/],
  ['{ "__id__": "Other" }', /its __id__ is not "ExperimentList"/],
  ['{ "__id__": "ExperimentList" }', /m: experiment is missing/],
  [dials((model) => (model.experiment = [])), /without any experiment/],
  [dials((model) => (model.experiment = [{ beam: 7, detector: 0 }])), /m: experiment\[0\]\.beam is 7, and there are 1 of them/],
  [dials((model) => (model.experiment = [{ detector: 0 }])), /experiment\[0\] has no beam/],
  [dials((model) => (model.beam = [{ direction: [0, 0, 0], wavelength: 1 }])), /beam\[0\]\.direction is 0 0 0/],
  [dials((model) => (model.beam = [{ direction: [0, 0, 1], wavelength: -1 }])), /beam\[0\]\.wavelength is -1; it must be above 0/],
  [dials((model) => (model.beam = [{ direction: [0, 1], wavelength: 1 }])), /beam\[0\]\.direction has 2 numbers; it must have 3/],
  [dials((model) => (model.beam = [{ direction: "up", wavelength: 1 }])), /beam\[0\]\.direction must be a list/],
  [dials((model) => (model.detector[0].panels = [])), /detector\[0\] has no panel/],
  [dials((model) => (model.detector[0].panels[0].image_size = [0, 3])), /panels\[0\]\.image_size is 0 x 3/],
  [dials((model) => (model.detector[0].panels[0].pixel_size = [0.1, -0.1])), /pixel_size is 0\.1 x -0\.1/],
  [dials((model) => (model.detector[0].panels[1].slow_axis = [2, 0, 0])), /panels\[1\] has a fast and a slow axis that are parallel/],
  [dials((model) => delete model.detector[0].panels[1].origin), /panels\[1\]: origin is missing/],
  [dials((model) => (hierarchy(model).children = [{ panel: 0 }])), /has 2 panels, and 1 of them hang/],
  [dials((model) => (hierarchy(model).children = [{ panel: 0 }, { panel: 0 }])), /is 0, and that panel hangs in the tree twice/],
  [dials((model) => (hierarchy(model).children = [{ panel: 2 }])), /children\[0\]\.panel is 2, and there are 2/],
  [JSON.stringify(dialsModel()).replace('"hierarchy":', `"hierarchy":${'{"fast_axis":[1,0,0],"slow_axis":[0,1,0],"origin":[0,0,0],"children":['.repeat(40)}`).replace('"half"', `"half"`) + "]}".repeat(40), /m is not JSON|groups deep/],
  [dials((model) => (model.crystal = [{ real_space_a: [1, 0, 0], real_space_b: [2, 0, 0], real_space_c: [0, 0, 1] }, {}])), /crystal\[0\] has real axes that do not span space/],
  [dials((model) => (model.scan = [{ image_range: [4, 3], oscillation: [0, 1] }])), /image_range is 4 to 3/],
  [dials((model) => (model.goniometer = [{ axes: [[1, 0, 0]], angles: [1, 2], scan_axis: 0 }])), /angles has 2 numbers; it must have 1/],
  [xparm.slice(0, 500), /m, line \d+ has \d numbers; it must have/],
  [xparm.replace("0.976250", "0.97a250"), /m, line 3: "0\.97a250" is not a finite number/],
  [xparm.replace("         1       400", "         2       400"), /line 8: the detector has 2 segments/],
  [xparm.replace("400       300    0.172000", "400       300    0.000000"), /the pixels are 0 x 0\.172 mm/],
  [xparm.replace("0.976250", "0.000000"), /the wavelength is 0/],
  [xparm.replace(/-19\.858326 .*\n/, "-14.918090     -22.358297      51.151196\n"), /axes of the unit cell do not span space/],
  [integrate.replace("!END_OF_HEADER\n", ""), /END_OF_HEADER is missing; the file is cut short/],
  [integrate.replace(/!STARTING_ANGLE.*\n/, ""), /has no !STARTING_ANGLE=/],
  [integrate.replace("QX=  0.172000", "QX=  wide"), /QX= needs 1 numbers behind it, not "wide"/],
  [geometry.replace("p0/max_fs = 39\n", ""), /panel p0 has no max_fs/],
  [geometry.replace("p0/max_fs = 39", "p0/max_fs = -1"), /panel p0 holds pixels 0 to -1/],
  [geometry.replace("p0/fs = +0.6x -0.8y", "p0/fs = sideways"), /line 12: fs is "sideways"/],
  [geometry.replace("p1/ss = -y", "p1/ss = 2x"), /panel p1 has fs and ss that are parallel/],
  [geometry.replace("p0/corner_x = -50.0", "p0/corner_x = left"), /corner_x is "left"; it must be a number/],
  [geometry.replace("clen = 0.100\n", ""), /states no clen/],
  [geometry.replace("group_a = p0", "group_a = all"), /the group \w+ contains itself/],
  [geometry.replace("group_a = p0", "group_a = p7"), /holds "p7", which is neither panel nor group/],
  [geometry.replace("bad_spot/panel = p1", "bad_spot/panel = p9"), /bad_spot lies in the panel "p9"/],
  [geometry.replace("res = 10000 ; pixels of 0.1 mm", "res = -1"), /has res -1/],
  [geometry.replace("photon_energy = 12398.419843320026", "photon_energy = -5 eV"), /photon_energy is -5; it must be above 0/],
  [geometry.replace("; two panels", "two panels"), /line 1: "two panels" is no setting/],
  [stream().replace("----- End geometry file -----", ""), /does not repeat its geometry file/],
  [stream().slice(0, stream().indexOf("--- End crystal")), /image 1 has no end; the stream is cut short/],
  [stream().replace("astar = +1.0000000", "astar = one"), /image 1, crystal 1 has no astar of three numbers/],
  [stream().replace("bstar = +0.0000000 +0.0000000 -0.5", "bstar = +0.5000000 +0.0000000 -0.0"), /reciprocal axes that do not span space/],
  [matrix.replace("0.10000000", "0.00000000"), /determinant of the A matrix is 0/],
];

test("damaged models of every kind are refused in one sentence that names the entry or the line", () => {
  assert.ok(damaged.length >= 40);
  for (const [text, message] of damaged) refuses(() => parseModelFile(text, "m").image(1), message);
});

test("any change of a model is read or refused", () => {
  const models = [JSON.stringify(dialsModel()), xparm, oldXparm, integrate, geometry, stream(), matrix];
  fc.assert(
    fc.property(fc.constantFrom(...models), fc.nat(), fc.string({ maxLength: 4 }), fc.nat(20), (text, place, inserted, removed) => {
      const at = place % text.length;
      const changed = text.slice(0, at) + inserted + text.slice(at + removed);
      readsOrRefuses(() => {
        const { record, image } = parseModelFile(changed, "m").image(1);
        for (const crystal of record.crystals) crystalAt(record, crystal, image);
      });
    }),
    { numRuns: 400 },
  );
});

test.run();
