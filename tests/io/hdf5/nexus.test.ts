import { mkdtemp, rm, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readAnyImage } from "../../../src/io/image-file.js";
import { InputError } from "../../../src/ndarray/errors.js";
import { refusesLater } from "../refusal.js";
import { toNested } from "../../../src/ndarray/ndarray.js";

const module = await h5wasm.ready;
module.insert_plugin_search_path(join(dirname(createRequire(import.meta.url).resolve("h5wasm-plugins")), "plugins"), 0);

const folder = await mkdtemp(join(tmpdir(), "braggtape-h5-"));
test.after(() => rm(folder, { recursive: true }));

const bitshuffle = { compression: 32008, compression_opts: [0, 2] };
/** Two frames of 3 x 4 pixels; the last one of each is a gap. */
const frames = Uint32Array.from({ length: 24 }, (_, i) => (i % 12 === 11 ? 4294967295 : 10 * i));

function write(name: string, fill: (file: h5wasm.File) => void): string {
  const path = join(folder, name);
  const file = new h5wasm.File(path, "w");
  fill(file);
  file.close();
  return path;
}

function numbers(group: h5wasm.Group, name: string, value: number, units?: string): h5wasm.Dataset {
  const dataset = group.create_dataset({ name, data: new Float64Array([value]), shape: [1], dtype: "<d" });
  if (units !== undefined) dataset.create_attribute("units", units);
  return dataset;
}

function eigerMaster(name: string, link: (data: h5wasm.Group) => void): string {
  return write(name, (file) => {
    const entry = file.create_group("entry");
    link(entry.create_group("data"));
    const instrument = entry.create_group("instrument");
    numbers(instrument.create_group("beam"), "incident_wavelength", 0.9763);
    const detector = instrument.create_group("detector");
    numbers(detector, "beam_center_x", 2.5);
    numbers(detector, "beam_center_y", 1.25);
    numbers(detector, "x_pixel_size", 7.5e-5, "m");
    numbers(detector, "y_pixel_size", 7.5e-5, "m");
    numbers(detector, "detector_distance", 0.125, "m");
    numbers(detector, "countrate_correction_count_cutoff", 120);
    detector.create_group("detectorSpecific").create_dataset({ name: "pixel_mask", data: new Uint32Array(12).map((_, i) => (i === 5 ? 8 : 0)), shape: [3, 4], dtype: "<I" });
    const goniometer = entry.create_group("sample").create_group("goniometer");
    goniometer.create_dataset({ name: "omega", data: new Float64Array([10, 10.5]), shape: [2], dtype: "<d" });
  });
}

const stack = { name: "data", data: frames, shape: [2, 3, 4], dtype: "<I", chunks: [1, 3, 4], ...bitshuffle };

test("an Eiger's master file, its data in a file beside it, is read frame by frame", async () => {
  write("e_data_000001.h5", (file) => file.create_group("entry").create_group("data").create_dataset(stack));
  const path = eigerMaster("e_master.h5", (data) => data.create_external_link("e_data_000001.h5", "/entry/data/data", "data_000001"));
  const second = await readAnyImage(path, "e_master.h5", 2);
  assert.equal(toNested(second.image), [[120, 130, 140, 150], [160, 170, 180, 190], [200, 210, 220, 4294967295]]);
  assert.equal(toNested(second.mask ?? second.image), [[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 0]]);
  assert.equal([second.frames, second.overload, second.format], [2, 120, "hdf5"]);
  const { panels, beam, scan } = second.record;
  assert.is(beam.wavelengthA, 0.9763);
  assert.equal(panels[0].originMm.map((x) => Number(x.toFixed(9))), [-0.1875, 0.09375, -125]);
  assert.equal(scan, { firstImage: 1, lastImage: 2, startDeg: 10, widthDeg: 0.5 });
});

test("numbers are those of their units, and an energy stands for a wavelength", async () => {
  const described = async (name: string, fill: (instrument: h5wasm.Group, detector: h5wasm.Group, sample: h5wasm.Group) => void) => {
    const path = write(name, (file) => {
      const entry = file.create_group("entry");
      entry.create_group("data").create_dataset({ name: "data", data: new Uint16Array(24), shape: [2, 3, 4], dtype: "<H" });
      const instrument = entry.create_group("instrument");
      const detector = instrument.create_group("detector");
      numbers(detector, "x_pixel_size", 75, "um");
      numbers(detector, "detector_distance", 12.5, "cm");
      fill(instrument, detector, entry.create_group("sample"));
    });
    return (await readAnyImage(path, name)).record;
  };
  const beam = (instrument: h5wasm.Group): h5wasm.Group => instrument.create_group("beam");
  const inLengths = await described("mm.h5", (instrument, detector, sample) => {
    numbers(beam(instrument), "incident_wavelength", 0.09763, "nm");
    numbers(detector, "beam_center_x", 0.15, "mm");
    numbers(detector, "beam_center_y", 75e-6, "m");
    sample.create_group("goniometer").create_dataset({ name: "omega", data: new Float64Array([Math.PI, Math.PI * 1.5]), shape: [2], dtype: "<d" }).create_attribute("units", "rad");
  });
  assert.is(inLengths.beam.wavelengthA, 0.9763);
  assert.equal(inLengths.panels[0].originMm.map((x) => Number(x.toFixed(9))), [-0.15, 0.075, -125]);
  assert.equal([inLengths.scan?.startDeg, inLengths.scan?.widthDeg], [180, 90]);
  const inPixels = await described("px.h5", (instrument, detector) => {
    numbers(beam(instrument), "incident_energy", 12.398419843320026, "keV");
    numbers(detector, "beam_center_x", 2, "pixel");
    numbers(detector, "beam_center_y", 1);
  });
  assert.ok(Math.abs((inPixels.beam.wavelengthA ?? 0) - 1) < 1e-9);
  assert.equal(inPixels.panels[0].originMm.map((x) => Number(x.toFixed(9))), [-0.15, 0.075, -125]);
  await refusesLater(() => described("bad.h5", (instrument) => numbers(beam(instrument), "incident_wavelength", 1, "furlong")), /bad\.h5: \/entry\/instrument\/beam\/incident_wavelength has the unit "furlong", which is not one of wavelength/);
});

/** The record of a file of frames of 1 x 2 pixels. */
async function recordOf(name: string, count: number, fill: (entry: h5wasm.Group, instrument: h5wasm.Group) => void) {
  const path = write(name, (file) => {
    const entry = file.create_group("entry");
    entry.create_group("data").create_dataset({ name: "data", data: new Uint16Array(2 * count), shape: [count, 1, 2], dtype: "<H" });
    fill(entry, entry.create_group("instrument"));
  });
  return async (frame: number) => (await readAnyImage(path, name, frame)).record;
}

const many = (group: h5wasm.Group, name: string, values: readonly number[]): h5wasm.Dataset =>
  group.create_dataset({ name, data: Float64Array.from(values), shape: [values.length], dtype: "<d" });

test("a wavelength is that of its frame, and what contradicts it is named", async () => {
  const each = await recordOf("each.h5", 3, (_, instrument) => many(instrument.create_group("beam"), "incident_wavelength", [1, 1.1, 1.2]));
  assert.equal([(await each(1)).beam.wavelengthA, (await each(3)).beam.wavelengthA], [1, 1.2]);
  const band = await (await recordOf("band.h5", 1, (_, instrument) => many(instrument.create_group("beam"), "incident_wavelength", [1, 1.1])))(1);
  assert.equal(band.remarks.slice(0, 1), ["/entry/instrument/beam/incident_wavelength holds 2 values, and the first one is taken"]);
  const stating = async (wavelengthA: number) => (await recordOf(`${wavelengthA}.h5`, 1, (_, instrument) => {
    const beam = instrument.create_group("beam");
    numbers(beam, "incident_wavelength", wavelengthA);
    numbers(beam, "incident_energy", 12398.419843320026);
  }))(1);
  const both = await stating(1.5);
  assert.is(both.beam.wavelengthA, 1.5);
  assert.equal(both.remarks.slice(0, 1), ["/entry/instrument/beam/incident_wavelength means 1.5 A, and /entry/instrument/beam/incident_energy 1 A; the first one is taken"]);
  assert.not.match((await stating(1.0001)).remarks.join(), /means/);
});

test("the turn of a frame is stated by the end of its axis, and angles that do not follow it are named", async () => {
  const goniometer = (angles: readonly number[], more: Readonly<Record<string, number>>) =>
    recordOf(`turn-${angles.join("-")}-${Object.keys(more).join("-")}.h5`, angles.length, (entry) => {
      const group = entry.create_group("sample").create_group("goniometer");
      many(group, "omega", angles);
      for (const [name, value] of Object.entries(more)) numbers(group, name, value);
    });
  const widthOf = async (angles: readonly number[], more: Readonly<Record<string, number>>) => (await (await goniometer(angles, more))(1)).scan?.widthDeg;
  assert.equal([await widthOf([10], { omega_end: 10.5 }), await widthOf([10, 11], { omega_range_average: 1 }), await widthOf([10], { omega_increment: 0.25 }), await widthOf([10], {})], [0.5, 1, 0.25, undefined]);
  const jump = await (await goniometer([10, 10.5, 90], {}))(1);
  assert.match(jump.remarks.join(), /the angles of \/entry\/sample\/goniometer\/omega do not advance by the 0\.5 degrees of a frame; frames are taken to follow one another from 10/);
  assert.not.match((await (await goniometer([10, 10.5, 11], {}))(1)).remarks.join(), /advance/);
});

test("files of a stack are read in the order of their numbers, masks frame by frame, and the lowest limit counts", async () => {
  const path = write("parts.h5", (file) => {
    const entry = file.create_group("entry");
    const data = entry.create_group("data");
    for (const part of [10, 9, 1]) data.create_dataset({ name: `data_${part}`, data: new Uint8Array([part, 255]), shape: [1, 1, 2], dtype: "<B" });
    const detector = entry.create_group("instrument").create_group("detector");
    detector.create_dataset({ name: "pixel_mask", data: new Uint32Array([0, 0, 1, 0, 0, 0]), shape: [3, 1, 2], dtype: "<I" });
    numbers(detector, "saturation_value", 200);
    numbers(detector, "countrate_correction_count_cutoff", 150);
  });
  const images = await Promise.all([1, 2, 3].map((frame) => readAnyImage(path, "parts.h5", frame)));
  assert.equal(images.map(({ image }) => image.get(0, 0)), [1, 9, 10]);
  assert.equal(images.map(({ mask, image }) => toNested(mask ?? image)), [[[1, 0]], [[0, 0]], [[1, 0]]]);
  assert.is(images[0].overload, 150);
});

test("of several data sets that may be the images the first of the largest is read, which is said", async () => {
  const path = write("two.h5", (file) => {
    const group = file.create_group("other").create_group("deep");
    group.create_dataset({ name: "small", data: new Uint16Array(2), shape: [1, 2], dtype: "<H" });
    for (const [value, name] of ["a", "b"].entries()) group.create_dataset({ name, data: new Uint16Array(4).fill(value + 1), shape: [1, 2, 2], dtype: "<H" });
    group.create_dataset({ name: "list", data: new Uint16Array(99), shape: [99], dtype: "<H" });
  });
  const { image, record } = await readAnyImage(path, "two.h5");
  assert.is(image.get(0, 0), 1);
  assert.is(record.remarks[0], "the file holds 2 data sets that may be the images: /other/deep/a is read, and /other/deep/b not");
  assert.is((await readAnyImage(path, "two.h5", 1, { dataSet: "/other/deep/b" })).image.get(0, 0), 2);
  await refusesLater(() => readAnyImage(path, "two.h5", 1, { dataSet: "/other/deep/list" }), /two\.h5 has no data set \/other\/deep\/list of images/);
});

test("an NXmx file's detector stands where its chain of transformations puts it", async () => {
  const path = write("n.nxs", (file) => {
    const entry = file.create_group("entry");
    entry.create_group("data").create_dataset({ name: "data", data: new Uint16Array(12), shape: [1, 3, 4], dtype: "<H" });
    const detector = entry.create_group("instrument").create_group("detector");
    const steps = detector.create_group("transformations");
    const step = (group: h5wasm.Group, name: string, value: number, units: string, type: string, vector: number[], next: string, offset?: number[]): void => {
      const dataset = numbers(group, name, value, units);
      dataset.create_attribute("transformation_type", type);
      dataset.create_attribute("vector", new Float64Array(vector));
      dataset.create_attribute("depends_on", next);
      if (offset) {
        dataset.create_attribute("offset", new Float64Array(offset));
        dataset.create_attribute("offset_units", "mm");
      }
    };
    step(steps, "twotheta", 90, "deg", "rotation", [1, 0, 0], ".");
    step(steps, "distance", 200, "mm", "translation", [0, 0, 1], "twotheta");
    const part = detector.create_group("module");
    const base = "/entry/instrument/detector/transformations/distance";
    step(part, "module_offset", 0, "mm", "translation", [1, 0, 0], base, [3, 4, 0]);
    step(part, "fast_pixel_direction", 0.1, "mm", "translation", [-1, 0, 0], "module_offset");
    step(part, "slow_pixel_direction", 0.1, "mm", "translation", [0, -1, 0], "module_offset");
  });
  const { record } = await readAnyImage(path, "n.nxs");
  const [panel] = record.panels;
  const rounded = (vector: readonly number[]): number[] => vector.map((x) => Math.round(1e9 * x) / 1e9 + 0);
  // At 90 degrees about X, the arm turns Z to -Y and Y to Z.
  assert.equal(rounded(panel.originMm), [3, -200, 4]);
  assert.equal([rounded(panel.fast), rounded(panel.slow), record.beam.direction], [[-1, 0, 0], [0, 0, -1], [0, 0, 1]]);
});

async function refusesFile(path: string, message: RegExp, frame?: number): Promise<void> {
  try {
    await readAnyImage(path, "x.h5", frame);
  } catch (error) {
    assert.instance(error, InputError);
    assert.match(error instanceof Error ? error.message : "", message);
    assert.not.match(error instanceof Error ? error.message : "", /\n/);
    return;
  }
  assert.unreachable("it was read");
}

test("a frame that is not there, data that are not beside it, and what is no image are refused", async () => {
  const path = write("x.h5", (file) => file.create_group("entry").create_group("data").create_dataset(stack));
  await refusesFile(path, /x\.h5 holds 2 frames, counted from 1, and number 3 is asked for/, 3);
  await refusesFile(path, /number 0 is asked for/, 0);
  await refusesFile(eigerMaster("lost_master.h5", (data) => data.create_external_link("lost_data.h5", "/entry/data/data", "data_000001")), /data_000001/);
  await refusesFile(write("empty.h5", (file) => file.create_group("entry")), /without a stack of images/);
});

test("a file that is cut short is refused, and so are packings that nothing here undoes", async () => {
  const path = write("y.h5", (file) => file.create_group("entry").create_group("data").create_dataset(stack));
  const bytes = await readFile(path);
  const damaged = join(folder, "damaged.h5");
  await writeFile(damaged, bytes.subarray(0, bytes.length - 100));
  await refusesFile(damaged, /x\.h5 cannot be read: .* is damaged or cut short/);
  // Filter 32008 under another number: 32009.
  const other = Buffer.from(bytes);
  for (let at = 0; at < other.length - 1; at++) if (other.readUInt16LE(at) === 32008) other.writeUInt16LE(32009, at);
  await writeFile(damaged, other);
  await refusesFile(damaged, /packed by the HDF5 filter 32009.*cannot be undone here/);
});

test.run();
