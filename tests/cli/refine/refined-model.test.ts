import { join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { refinedModel } from "../../../src/cli/refine/refined-model.js";
import { firstDetector } from "../../../src/input/record-detector.js";
import { crystalOfRecord } from "../../../src/input/record-crystal.js";
import { mountedPanels } from "../../../src/input/record-panels.js";
import { geometryIn } from "../../../src/io/geometry/crystfel-stream.js";
import { parseCrystfelGeometry } from "../../../src/io/geometry/crystfel.js";
import { parseModelFile } from "../../../src/io/geometry/model-file.js";
import type { ExperimentRecord } from "../../../src/io/geometry/record.js";
import type { Experiment } from "../../../src/models/experiment.js";
import { dialsModel, stream } from "../../io/geometry/small-models.js";
import { withBench } from "../workbench.js";

await h5wasm.ready;

/** The experiment of the first image of a model file, as a refinement begins with it. */
function experimentOf(text: string): Experiment {
  const { record, image } = parseModelFile(text, "model").image(1);
  const detector = firstDetector(record);
  return {
    beam: { wavelengthA: record.beam.wavelengthA ?? 1 },
    crystal: crystalOfRecord(record, record.crystals[0], image),
    detector,
    panels: mountedPanels(record, detector),
    structureFactors: 1,
  };
}
const places = (text: string): number[] => parseModelFile(text, "model").image(1).record.panels.flatMap(({ originMm, fast, slow }) => [...originMm, ...fast, ...slow]);
const near = (found: readonly number[], wanted: readonly number[], tolerance: number): void =>
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < tolerance, `${found.join(" ")} is not ${wanted.join(" ")}`));

test("a stream's geometry is written with its panels moved, and its camera length left to the images", () =>
  withBench({ "run.stream": stream() }, async ({ folder }) => {
    const start = experimentOf(stream());
    const moved = { ...start, detector: { ...start.detector, distanceMm: (start.detector.distanceMm ?? 0) + 3 } };
    const written = await refinedModel(folder, "run.stream", new Map([[0, moved]]));
    assert.is(written?.name, "refined.geom");
    near(places(written?.content ?? ""), places(geometryIn(stream())).map((value, i) => value + (i % 9 === 2 ? 3 : 0)), 1e-6);
  }));

test("a camera length that the image states stays in the image, and one that an option states is written", () =>
  withBench({}, async (bench) => {
    const { folder } = bench;
    const geometry = geometryIn(stream()).replace(/clen = .*/, "clen = /encoder ; of the image");
    await bench.put({ "d.geom": geometry });
    const image = new h5wasm.File(join(folder, "i.h5"), "w");
    image.create_dataset({ name: "encoder", data: Float64Array.of(90), shape: [1], dtype: "<d" });
    image.close();
    const start = experimentOf(stream());
    const refined = new Map([[undefined, start]]);
    const zs = ({ panels }: ExperimentRecord): number[] => panels.map(({ originMm }) => originMm[2]);
    const inImage = parseCrystfelGeometry((await refinedModel(folder, "d.geom", refined, "i.h5"))?.content ?? "", "refined.geom");
    assert.is(inImage.openShift?.statedBy, "clen is /encoder of the image");
    near(zs(inImage), [250 - 90, 250 - 90], 1e-6);
    const { content = "" } = (await refinedModel(folder, "d.geom", refined)) ?? {};
    assert.match(content, /clen = 0\.25\d* m ; of the image/);
    const inFile = parseCrystfelGeometry(content, "refined.geom");
    assert.is(inFile.openShift, undefined);
    near(zs(inFile), [250, 250], 1e-6);
  }));

const model = dialsModel();
model.detector[0].hierarchy = { ...model.detector[0].hierarchy, slow_axis: [0, 1, 0], origin: [0, 0, -100] };
const text = JSON.stringify(model);

test("all panels of a DIALS model are written where the detector and their groups have moved, each in the frame of its own group", () =>
  withBench({ "m.expt": text }, async ({ folder }) => {
    const start = experimentOf(text);
    const { panels } = start;
    assert.ok(panels);
    if (!panels) return;
    const moves = { half: { shiftMm: [0.1, -0.2, 0.3], turnDeg: [0, 0, 0] } } as const;
    const written = await refinedModel(folder, "m.expt", new Map([[0, { ...start, panels: { ...panels, moves } }]]));
    assert.is(written?.name, "refined.expt");
    const shifted = places(text).map((value, i) => value + (i < 3 ? moves.half.shiftMm[i] : 0));
    near(places(written?.content ?? ""), shifted, 1e-9);
  }));

/** The crystals of a DIALS model as they were written. */
const crystalsOf = (content: string): Record<string, unknown>[] => JSON.parse(content).crystal;
const widened = (crystal: Partial<Experiment["crystal"]>): Experiment => {
  const start = experimentOf(text);
  return { ...start, crystal: { ...start.crystal, ...crystal } };
};

test("a refined mosaicity and domain stand in the DIALS model as the file states them, and what has no place there is named", () =>
  withBench({ "m.expt": text }, async ({ folder }) => {
    // The root mean square of 0.03, 0.04 and 0.12 about the three axes is 0.0750555.
    const written = await refinedModel(folder, "m.expt", new Map([[0, widened({ etaDeg: [0.03, 0.04, 0.12], domainA: [800, 1000, 1500, 0, 0, 0] })]]));
    const [even, other] = crystalsOf(written?.content ?? "");
    near([Number(even.ML_half_mosaicity_deg), Number(even.ML_domain_size_ang)], [0.0750555 * Math.sqrt(3), 1100], 1e-6);
    assert.is(even.mosaicity, undefined);
    assert.is(other.mosaicity, undefined);
    assert.is(written?.lost, "refined.expt has no place for the mosaicity about each axis (one number stands for all: 0.0751 degrees), which refinement.json holds");
    const [start] = crystalsOf(text);
    const untouched = await refinedModel(folder, "m.expt", new Map([[0, widened({})]]));
    assert.equal(crystalsOf(untouched?.content ?? "")[0].ML_half_mosaicity_deg, start.ML_half_mosaicity_deg);
    assert.is(untouched?.lost, undefined);
  }));

test("a DIALS crystal without a mosaicity gets its standard deviation, with that of the blocks about their mean", () =>
  withBench({ "m.expt": text }, async ({ folder }) => {
    const blocks = [{ rotationDeg: [0.1, 0, 0], weight: 3 }, { rotationDeg: [-0.1, 0, 0], weight: 1 }] as const;
    const written = await refinedModel(folder, "m.expt", new Map([[1, widened({ etaDeg: 0.05, domainA: [800, 800, 800, 0, 0, 0], blocks })]]));
    // Two blocks of 3/4 and 1/4 that are 0.2 apart have a variance of 3/16 of 0.04 about one axis.
    near([Number(crystalsOf(written?.content ?? "")[1].mosaicity)], [Math.sqrt((3 * 0.05 ** 2 + 0.0075) / 3)], 1e-12);
    assert.is(written?.lost, "refined.expt has no place for the size of the domains and the blocks (it has their mean orientation), which refinement.json holds");
  }));

test.run();
