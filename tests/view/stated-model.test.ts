import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseModelFile } from "../../src/io/geometry/model-file.js";
import { rotationAbout, transform, type Vector3 } from "../../src/io/geometry/vector.js";
import type { Experiment } from "../../src/models/experiment.js";
import { zeros } from "../../src/ndarray/ndarray.js";
import { geometryOf, panelledGeometry, shiftBetween, struckBy } from "../../src/view/geometry.js";
import type { GivenImage } from "../../src/view/given.js";
import { LiveModel } from "../../src/view/live-model.js";
import { stateOf, withField } from "../../src/view/model-state.js";
import { openFile } from "../../src/view/opened-file.js";
import { statedModel, type StatedModel } from "../../src/view/stated-model.js";
import { smv } from "../cli/workbench.js";
import { geometry, matrix, stream, xparm } from "../io/geometry/small-models.js";

const header = "SIZE1=4;\nSIZE2=2;\nPIXEL_SIZE=0.1;\nDISTANCE=80;\nBEAM_CENTER_X=0.05;\nBEAM_CENTER_Y=0.3;\nWAVELENGTH=1.2;\nPHI=10;\nOSC_RANGE=2;\n}";

async function opened(text: string | Uint8Array, name: string) {
  return openFile(typeof text === "string" ? new TextEncoder().encode(text) : text, name);
}

async function modelIn(text: string, name: string, image?: GivenImage, present?: Parameters<typeof statedModel>[3]): Promise<StatedModel> {
  const found = await opened(text, name);
  if (found.kind !== "model") throw new Error(`${name} holds no model`);
  return statedModel(found.model, name, image, present);
}

async function smallImage(): Promise<GivenImage> {
  const found = await opened(smv(header, [1, 2, 3, 4, 5, 6, 7, 8]), "one.img");
  if (found.kind !== "image") throw new Error("this is no image");
  return found.image;
}

function experimentIn({ experiment }: StatedModel): Experiment {
  if (!experiment) throw new Error("the model has no experiment");
  return experiment;
}

function from(model: StatedModel, what: string): readonly string[] {
  return model.facts.filter((fact) => fact.what === what).flatMap((fact) => [fact.value, fact.from]);
}

function near(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) <= tolerance, `${found.join(" ")} is not ${wanted.join(" ")}`));
}

const present: Experiment = {
  beam: { wavelengthA: 2, fluence: 1e24 },
  crystal: { lattice: { a: 10, b: 20, c: 40, alpha: 90, beta: 90, gamma: 90 }, cells: [4, 5, 6] },
  detector: { pixels: { fast: 8, slow: 8 }, pixelSizeMm: 1, distanceMm: 90 },
  structureFactors: 7,
};

test("XDS's file alone states beam, detector and crystal, and the crystal stands as in the middle of the first image", async () => {
  const model = await modelIn(xparm, "XPARM.XDS");
  const experiment = experimentIn(model);
  const { panels, beam, lattice, wavelengthA } = geometryOf(experiment);
  const struck = struckBy(panels[0], beam);
  // XDS counts the first pixel's middle as 1.
  near([wavelengthA, panels[0].pixelSizeMm, (struck?.fast ?? 0) + 0.5, (struck?.slow ?? 0) + 0.5], [0.97625, 0.172, 200.5, 100.5], 1e-9);
  const atRest: Vector3 = [-14.91809, -22.358297, 51.151196];
  near(lattice?.[0] ?? [], transform(rotationAbout([1, 0, 0], 82.25), atRest), 1e-6);
  assert.equal(from(model, "wavelength"), ["0.97625 Å", "XPARM.XDS"]);
  assert.equal(from(model, "beam strikes at"), ["fast 200, slow 100 pixels", "XPARM.XDS"]);
  assert.equal(from(model, "mosaicity η"), ["0.1°", "assumed"]);
  assert.equal(from(model, "structure factors"), ["100 electrons for every reflection", "assumed"]);
});

test("a matrix takes its detector from the image's header and what nobody states from the model that is shown, and says so", async () => {
  const image = await smallImage();
  const model = await modelIn(matrix, "a.mat", image, { experiment: present, options: {} });
  const experiment = experimentIn(model);
  // MOSFLM's frame has the beam along X and the spindle along Z; the header's has them along -Z and X, and turns the crystal by 11 degrees.
  const { lattice, beam } = geometryOf(experiment);
  near(beam, [0, 0, -1], 1e-12);
  near(lattice?.[2] ?? [], [40, 0, 0], 1e-4);
  near([Math.abs(lattice?.[0][2] ?? 0)], [10 * Math.cos((11 * Math.PI) / 180)], 1e-4);
  assert.equal(from(model, "wavelength"), ["2 Å", "a.mat"]);
  assert.equal(from(model, "distance along the beam"), ["80 mm", "one.img"]);
  assert.equal(from(model, "fluence"), ["1 × 10²⁴ photons/m²", "the page"]);
  assert.equal(experiment.crystal.cells, [4, 5, 6]);
  assert.is(experiment.structureFactors, 7);
  assert.ok(model.warnings.some((sentence) => /the wavelength is 2 A \(a\.mat\) and 1\.2 A \(one\.img\); the first one counts/.test(sentence)), model.warnings.join("\n"));
});

test("of a file of many images, that of the measured image's name is taken, and its pixels are cut into the file's panels", async () => {
  const whole = zeros([60, 40]);
  whole.data[30 * 40 + 3] = 9;
  const image: GivenImage = { name: "two.h5", panels: [whole], masks: [undefined], facts: [] };
  const model = await modelIn(stream(), "run.stream", { ...image, name: "one.h5" });
  assert.is(model.image?.panels.length, 2);
  assert.is(model.image?.panels[1].get(0, 3), 9);
  assert.is(model.image?.masks[1]?.get(0, 0), 0);
  assert.is(model.panels?.panels.length, 2);
  near(geometryOf(experimentIn(model)).lattice?.[0] ?? [], [10, 0, 0], 1e-4);
  const second = await modelIn(stream(), "run.stream", image);
  assert.is(second.experiment, undefined);
  assert.ok(second.image?.geometry);
  assert.match(second.warnings.join("\n"), /run\.stream states no crystal/);
  const other = await modelIn(stream(), "run.stream", { ...image, name: "three.h5", panels: [zeros([5, 5])] });
  assert.match(other.warnings.join("\n"), /describes 2 images, and none of them is called three\.h5; the first is taken/);
  assert.match(other.warnings.join("\n"), /three\.h5 has 5 × 5 pixels, and the detector of run\.stream.* has 2 panels/);
});

test("what a file leaves open is refused in one sentence, unless the model that is shown has it", async () => {
  const refused = async (text: string, name: string, message: RegExp, image?: GivenImage): Promise<void> => {
    const found = await modelIn(text, name, image).then(
      () => "nothing",
      (error: unknown) => String(error),
    );
    assert.match(found, message);
  };
  await refused(matrix, "a.mat", /a\.mat is not used: neither it nor an image states where the detector stands/);
  await refused(geometry, "x.geom", /x\.geom is not used: it states no crystal, and there is no image/);
  await refused(geometry.replace(/photon_energy.*/, "photon_energy = /LCLS/eV"), "x.geom", /states the wavelength/);
  const open = geometry.replace("clen = 0.100", "clen = /LCLS/encoder");
  await refused(open, "x.geom", /leaves the detector's distance open/);
  const { facts, panels } = await modelIn(open, "x.geom", undefined, { experiment: present, options: {} });
  assert.is(panels?.panels.length, 2);
  assert.equal(facts.filter(({ what }) => what.startsWith("distance")).map(({ value, from: by }) => [value, by]), [["90 mm", "the page"]]);
});

test("many panels are simulated one by one, and a change of the distance shifts all of them", async () => {
  const { experiment, panels, options } = statedModel(parseModelFile(stream("0.1"), "run.stream"), "run.stream", undefined, undefined);
  if (!experiment || !panels) throw new Error("the file has two panels and a crystal");
  const live = new LiveModel(options, panels);
  const start = stateOf(experiment, 1, "closed");
  const images = await live.images(start);
  assert.equal(images.map(({ shape }) => [...shape]), [[30, 40], [30, 40]]);
  assert.ok(images.some(({ data }) => data.some((photons) => photons > 0)));
  const { distanceMm = 0 } = experiment.detector;
  const moved = withField(start, "distance", distanceMm + 3);
  const shift = shiftBetween(experiment, { ...experiment, detector: { ...experiment.detector, distanceMm: distanceMm + 3 } });
  near([Math.hypot(...shift)], [3], 1e-9);
  const there = { ...panels, panels: panels.panels.map((panel) => ({ ...panel, originMm: panelledGeometry(experiment, { ...panels, panels: [panel] }, shift).panels[0].origin })) };
  const expected = await new LiveModel(options, there).images(start);
  const found = await live.images(moved);
  found.forEach(({ data }, i) => {
    const most = Math.max(...expected[i].data);
    data.forEach((photons, at) => assert.ok(Math.abs(photons - expected[i].data[at]) <= 1e-9 * most));
  });
  assert.ok(found.some(({ data }, i) => data.some((photons, at) => photons !== images[i].data[at])));
});

test.run();
