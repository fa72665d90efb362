import { test } from "uvu";
import * as assert from "uvu/assert";
import { Tape } from "../../src/autodiff/tape.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { checkExperiment, impossibleCell } from "../../src/models/validity.js";
import { InputError } from "../../src/ndarray/errors.js";
import { scalar, zeros } from "../../src/ndarray/ndarray.js";
import { simulate } from "../../src/simulate/simulate.js";

const good: Experiment = {
  beam: { wavelengthA: 1 },
  crystal: { lattice: { a: 30, b: 40, c: 50, alpha: 80, beta: 90, gamma: 100 } },
  detector: { pixels: { fast: 2, slow: 2 }, pixelSizeMm: 1 },
  structureFactors: 1,
};

const { beam, crystal, detector } = good;
const lattice = { a: 30, b: 40, c: 50, alpha: 80, beta: 90, gamma: 100 };

/** What a caller has who is not held by types. */
function fromJson<T>(text: string): T {
  return JSON.parse(text);
}

/** What cannot be, and the field that its sentence names. */
const impossible: readonly (readonly [field: string, experiment: Experiment])[] = [
  ["beam.wavelengthA", { ...good, beam: { wavelengthA: 0 } }],
  ["beam.wavelengthA", { ...good, beam: { wavelengthA: NaN } }],
  ["beam.fluence", { ...good, beam: { ...beam, fluence: -1 } }],
  ["beam.kahnFactor", { ...good, beam: { ...beam, kahnFactor: 2 } }],
  ["beam.horizontalDivergenceMrad.count", { ...good, beam: { ...beam, horizontalDivergenceMrad: { range: 1, count: 1.5 } } }],
  ["beam.dispersionPercent.range", { ...good, beam: { ...beam, dispersionPercent: { range: -1, count: 2 } } }],
  ["beam.dispersionPercent.range", { ...good, beam: { ...beam, dispersionPercent: { range: 250, count: 3 } } }],
  ["beam: ", { ...good, beam: { ...beam, horizontalDivergenceMrad: { range: 1, count: 1e4 }, verticalDivergenceMrad: { range: 1, count: 1e4 } } }],
  ["beam.sources", { ...good, beam: { ...beam, sources: [] } }],
  ["beam.sources[0].direction", { ...good, beam: { ...beam, sources: [{ direction: [0, 0, 0] }] } }],
  ["crystal.lattice.a", { ...good, crystal: { lattice: { ...lattice, a: -30 } } }],
  ["crystal.lattice ", { ...good, crystal: { lattice: { ...lattice, alpha: 5 } } }],
  ["crystal.lattice", { ...good, crystal: { lattice: { aStar: [1, 0, 0], bStar: [0, 1, 0], cStar: [1, 1, 0] } } }],
  ["crystal.missetDeg[1]", { ...good, crystal: { ...crystal, missetDeg: [0, Infinity, 0] } }],
  ["crystal.cells[2]", { ...good, crystal: { ...crystal, cells: [1, 1, 0] } }],
  ["crystal.cells", { ...good, crystal: { ...crystal, cells: fromJson("[1, 1]") } }],
  ["crystal.cells[1]", { ...good, crystal: { ...crystal, cells: fromJson('[1, "1", 1]') } }],
  ["crystal.shape", { ...good, crystal: { ...crystal, shape: fromJson('"cube"') } }],
  ["crystal.lattice.alpha", { ...good, crystal: { lattice: { ...lattice, alpha: fromJson("null") } } }],
  ["crystal.mosaic.domains", { ...good, crystal: { ...crystal, mosaic: { spreadDeg: 1, domains: 1e9 } } }],
  ["crystal.fudge", { ...good, crystal: { ...crystal, fudge: 0 } }],
  ["crystal.mosaic.domains", { ...good, crystal: { ...crystal, mosaic: { spreadDeg: 1, domains: 0 } } }],
  ["crystal.mosaic.drawn", { ...good, crystal: { ...crystal, mosaic: { spreadDeg: 1, domains: 2, drawn: [] } } }],
  ["crystal.scan.steps", { ...good, crystal: { ...crystal, scan: { phiDeg: 0, stepDeg: 1, steps: 0 } } }],
  ["detector.pixels.fast", { ...good, detector: { ...detector, pixels: { fast: 0, slow: 1 } } }],
  ["detector.pixels", { ...good, detector: { ...detector, pixels: { fast: 1e6, slow: 1e6 } } }],
  ["detector.pixelSizeMm", { ...good, detector: { ...detector, pixelSizeMm: -1 } }],
  ["detector.distanceMm", { ...good, detector: { ...detector, distanceMm: 0 } }],
  ["detector.distanceMm", { ...good, detector: { ...detector, distanceMm: fromJson("null") } }],
  ["detector.convention", { ...good, detector: { ...detector, convention: fromJson('"mosflm"') } }],
  ["detector.pivot", { ...good, detector: { ...detector, pivot: fromJson('"corner"') } }],
  ["detector.rotationDeg", { ...good, detector: { ...detector, twothetaDeg: 90 } }],
  ["detector.beamCenterMm.y", { ...good, detector: { ...detector, beamCenterMm: { y: NaN } } }],
  ["detector.axes.fast", { ...good, detector: { ...detector, convention: "CUSTOM", axes: { fast: [0, 0, 0] } } }],
  ["detector.axes", { ...good, detector: { ...detector, convention: "CUSTOM", axes: { fast: [0, 1, 0] } } }],
  ["detector.axes", { ...good, detector: { ...detector, convention: "CUSTOM", axes: { beam: [0, 0, 2] } } }],
  ["detector.rotationDeg", { ...good, detector: { ...detector, rotationDeg: [0, 90, 0] } }],
  ["detector.sensor.layers", { ...good, detector: { ...detector, sensor: { thicknessUm: 1, attenuationDepthUm: 1, layers: 0 } } }],
  ["structureFactors", { ...good, structureFactors: NaN }],
  ["structureFactors", { ...good, structureFactors: fromJson("[1]") }],
  ["amplitudes", { ...good, amplitudes: zeros([3, 3, 3]) }],
  ["amplitudes", { ...good, structureFactors: new StructureFactors(zeros([5, 5, 5]), [-2, -2, -2]), amplitudes: zeros([3, 3, 3]) }],
  ["background", { ...good, background: [] }],
  ["background", { ...good, background: [1, 2, 3, 4, 5, 6, 7] }],
  ["background[1]", { ...good, background: [1, NaN] }],
  ["waterUm", { ...good, waterUm: -1 }],
];

for (const [field, experiment] of impossible) {
  test(`an experiment whose ${field.trim()} cannot be is refused by that name`, () => {
    for (const action of [() => checkExperiment(experiment), () => simulate(experiment, { oversample: 1 })]) {
      assert.throws(action, (error: unknown) => error instanceof InputError && error.message.startsWith(field) && !error.message.includes("\n"));
    }
  });
}

test("an experiment that can be is not refused, and what is recorded is not looked at", () => {
  checkExperiment(good);
  const recorded = new Tape().input(scalar(-1));
  checkExperiment({ ...good, beam: { wavelengthA: recorded }, crystal: { lattice: { ...lattice, a: recorded, gamma: recorded } } });
});

test("angles make a cell exactly where each is smaller than the sum of the others and all are less than 360", () => {
  const cell = (alpha: number, beta: number, gamma: number): boolean => impossibleCell({ a: 1, b: 1, c: 1, alpha, beta, gamma }) === undefined;
  assert.ok(cell(90, 90, 90) && cell(60, 60, 60) && cell(119, 119, 119) && cell(30, 40, 69));
  assert.not(cell(120, 120, 120) || cell(30, 40, 70) || cell(30, 40, 71) || cell(150, 150, 150) || cell(0, 90, 90) || cell(90, 180, 90));
});

/** Records of an experiment with a field that is missing or misspelt, as JavaScript lets them pass, and the sentence. */
const incomplete: readonly (readonly [sentence: string, experiment: string])[] = [
  ["beam.wavelengthA is missing", '{ "beam": {} }'],
  ["beam is null; it must be a plain object", '{ "beam": null }'],
  ["crystal.lattice is undefined; it must be a plain object", '{ "crystal": {} }'],
  ["crystal.lattice.gamma is missing", '{ "crystal": { "lattice": { "a": 1, "b": 1, "c": 1, "alpha": 90, "beta": 90 } } }'],
  ["crystal.lattice.cStar is missing", '{ "crystal": { "lattice": { "aStar": [1, 0, 0], "bStar": [0, 1, 0] } } }'],
  ["detector.pixels is undefined; it must be a plain object", '{ "detector": { "pixelSizeMm": 1 } }'],
  ["detector.pixelSizeMm is missing", '{ "detector": { "pixels": { "fast": 2, "slow": 2 } } }'],
  ["detector.pixels.slow is undefined", '{ "detector": { "pixels": { "fast": 2 }, "pixelSizeMm": 1 } }'],
  ["structureFactors is missing", '{ "structureFactors": null }'],
  ["the experiment has no field water; its fields are beam, crystal", '{ "water": 1 }'],
  ["beam has no field wavelength; its fields are wavelengthA", '{ "beam": { "wavelength": 1 } }'],
  ["beam.sources[1] has no field dir; its fields are direction", '{ "beam": { "wavelengthA": 1, "sources": [{ "direction": [1, 0, 0] }, { "dir": [1, 0, 0] }] } }'],
  ["beam.sources[0].direction is missing", '{ "beam": { "wavelengthA": 1, "sources": [{}] } }'],
  ["beam.dispersionPercent has no field steps", '{ "beam": { "wavelengthA": 1, "dispersionPercent": { "range": 1, "steps": 2 } } }'],
  ["beam.dispersionPercent.range is missing", '{ "beam": { "wavelengthA": 1, "dispersionPercent": { "count": 2 } } }'],
  ["crystal has no field misset", '{ "crystal": { "misset": [1, 2, 3], "lattice": { "a": 1, "b": 1, "c": 1, "alpha": 90, "beta": 90, "gamma": 90 } } }'],
  ["crystal.mosaic.spreadDeg is missing", '{ "crystal": { "mosaic": { "domains": 3 }, "lattice": { "a": 1, "b": 1, "c": 1, "alpha": 90, "beta": 90, "gamma": 90 } } }'],
  ["crystal.scan.stepDeg is missing", '{ "crystal": { "scan": { "phiDeg": 0, "steps": 3 }, "lattice": { "a": 1, "b": 1, "c": 1, "alpha": 90, "beta": 90, "gamma": 90 } } }'],
  ["detector has no field distance", '{ "detector": { "distance": 100, "pixels": { "fast": 2, "slow": 2 }, "pixelSizeMm": 1 } }'],
  ["detector.sensor.attenuationDepthUm is missing", '{ "detector": { "sensor": { "thicknessUm": 100, "layers": 1 }, "pixels": { "fast": 2, "slow": 2 }, "pixelSizeMm": 1 } }'],
  ["draws has no field n", '{ "draws": { "n": 3 } }'],
];

for (const [sentence, part] of incomplete) {
  test(`what is missing or misspelt in an experiment is named: ${sentence}`, () => {
    const given: Partial<Experiment> = JSON.parse(part);
    const experiment: Experiment = { ...good, ...given };
    try {
      checkExperiment(experiment);
    } catch (error) {
      assert.instance(error, InputError);
      if (error instanceof Error) assert.ok(error.message.startsWith(sentence), error.message);
      return;
    }
    assert.unreachable(sentence);
  });
}

test.run();
