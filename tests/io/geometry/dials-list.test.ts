import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatExperiments } from "../../../src/io/geometry/dials-list.js";
import { parseDials } from "../../../src/io/geometry/dials.js";
import type { ExperimentRecord, PanelRecord } from "../../../src/io/geometry/record.js";

const panel: PanelRecord = {
  name: "left",
  pixels: { fast: 40, slow: 30 },
  pixelSizeMm: 0.1,
  originMm: [-5, 6, -100],
  fast: [1, 0, 0],
  slow: [0, -1, 0],
  sensor: { material: "Si", thicknessUm: 320, attenuationDepthUm: 250 },
  trusted: { lowest: 2, overload: 1000 },
  gain: 2,
  pedestal: 5,
  inImage: { fast: 3, slow: 4 },
};
const still: ExperimentRecord = {
  source: "made",
  kind: "simulated models",
  beam: { wavelengthA: 0.9, direction: [0, 0, -1], kahnFactor: 0.5, electricField: [1, 0, 0] },
  panels: [panel, { ...panel, name: "right", originMm: [1, 6, -100], slow: [0, -2, 0] }],
  crystals: [{ a: [10, 0, 0], b: [0, 20, 0], c: [0, 0, 30], spaceGroup: "P 2 2", halfMosaicityDeg: 0.05, domainSizeA: 900 }],
  images: [{ file: "shot_00001.cbf" }],
  remarks: [],
};
const turning: ExperimentRecord = {
  ...still,
  beam: { ...still.beam, wavelengthA: 1.1 },
  crystals: [{ a: [0, 10, 0], b: [20, 0, 0], c: [0, 0, -30], spaceGroup: "P 2 2" }, { a: [11, 0, 0], b: [0, 20, 0], c: [0, 0, 30], spaceGroup: "P 1" }],
  images: [{ file: "shot_00007.cbf" }],
  goniometer: { axis: [1, 0, 0], fixed: [[0, -1, 0], [1, 0, 0], [0, 0, 1]], setting: [[1, 0, 0], [0, 0, -1], [0, 1, 0]] },
  scan: { firstImage: 7, lastImage: 7, startDeg: 10, widthDeg: 0.5, exposureS: 0.25 },
};

test("an experiment list that is written reads back as what was written, of stills and of images of a turn", () => {
  const found = parseDials(formatExperiments([still, turning]), "shots.expt");
  assert.equal(found.map(({ beam, detector, crystals }) => [beam, detector, crystals]), [[0, 0, [0]], [1, 0, [1, 2]]]);
  for (const [i, wanted] of [still, turning].entries()) {
    const { record } = found[i];
    const numbers = ({ beam, panels }: ExperimentRecord): unknown[] => [
      beam.wavelengthA, beam.direction?.map((x) => x + 0), beam.kahnFactor, beam.electricField?.map((x) => x + 0),
      panels.map(({ name, pixels, pixelSizeMm, originMm, fast, slow, sensor, trusted, gain, pedestal, inImage }) => [name, pixels, pixelSizeMm, originMm, fast, slow.map((x) => x + 0), sensor, trusted, gain, pedestal, inImage]),
    ];
    assert.equal(numbers(record), numbers(wanted));
    assert.equal(record.images.map(({ file }) => file), wanted.images.map(({ file }) => file));
    assert.equal(record.crystals.map(({ a, b, c, spaceGroup, halfMosaicityDeg, domainSizeA }) => [a, b, c, spaceGroup, halfMosaicityDeg, domainSizeA]), wanted.crystals.map(({ a, b, c, spaceGroup, halfMosaicityDeg, domainSizeA }) => [a, b, c, spaceGroup, halfMosaicityDeg, domainSizeA]));
    assert.equal([record.scan, record.goniometer], [wanted.scan, wanted.goniometer]);
  }
});

test("an image with only one of a goniometer and a scan is a still, and what a panel does not state is a plain counter's", () => {
  const { scan, ...onlyAxis } = turning;
  assert.ok(scan);
  const [axis] = parseDials(formatExperiments([onlyAxis]), "m");
  assert.equal([axis.record.scan, axis.record.goniometer], [undefined, undefined]);
  const { name, pixels, pixelSizeMm, originMm, fast, slow } = panel;
  const [plain] = parseDials(formatExperiments([{ ...still, panels: [{ name, pixels, pixelSizeMm, originMm, fast, slow }] }]), "m");
  const [found] = plain.record.panels;
  assert.equal([found.gain, found.pedestal, found.trusted, found.inImage, found.sensor], [1, 0, { lowest: 0, overload: 65535 }, { fast: 0, slow: 0 }, undefined]);
});

test.run();
