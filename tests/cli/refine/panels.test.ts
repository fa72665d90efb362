import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFloatImage } from "../../../src/io/float-image.js";
import { parseDials } from "../../../src/io/geometry/dials.js";
import { parseMtz } from "../../../src/io/mtz.js";
import { parseReflectionTable } from "../../../src/io/reflection-table.js";
import { withBench, type Workbench } from "../workbench.js";

const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
/** Four panels of 75 x 75 pixels with gaps between them, in two groups; the right one stands elsewhere by a shift. */
const expt = (shiftMm = 0, distanceMm = 60): string => {
  const frame = { fast_axis: [1, 0, 0], slow_axis: [0, 1, 0], origin: [0, 0, 0] };
  const panel = (name: string, x: number, y: number) => ({ name, fast_axis: [1, 0, 0], slow_axis: [0, -1, 0], origin: [x, y, 0], image_size: [75, 75], pixel_size: [0.1, 0.1], trusted_range: [0, 60000] });
  const group = (x: number, ...panels: readonly number[]) => ({ ...frame, origin: [x, 0, 0], children: panels.map((number) => ({ panel: number })) });
  return JSON.stringify({
    __id__: "ExperimentList",
    experiment: [{ beam: 0, detector: 0, crystal: 0, imageset: 0 }],
    beam: [{ direction: [0, 0, 1], wavelength: 1, polarization_normal: [0, 1, 0], polarization_fraction: 0.9 }],
    detector: [{
      panels: [panel("p0", -2.3, 3.4), panel("p1", 5.5, 3.4), panel("p2", -2.3, -4.4), panel("p3", 5.5, -4.4)],
      hierarchy: { ...frame, name: "detector", origin: [0, 0, -distanceMm], children: [{ ...group(0, 0, 2), name: "left" }, { ...group(shiftMm, 1, 3), name: "right" }] },
    }],
    crystal: [{ real_space_a: [48.1 * c, 48.1 * s, 0], real_space_b: [-60.2 * s, 60.2 * c, 0], real_space_c: [0, 0, 71.3], space_group_hall_symbol: " P 2 2" }],
    imageset: [{ images: ["still.cbf"], single_file_indices: [0] }],
    goniometer: [],
    scan: [],
  });
};
const measured = "simulate -geometry true.expt -spots closed -eta 0.3 -domain 900 900 900 0 0 0 -misset 0.04 -0.02 0.08 -default_F 60 -fluence 1.6e27 -background 2 -nopgm -floatfile f.bin -cbf still.cbf -seed 3";
async function simulated(bench: Workbench): Promise<void> {
  const { code, stderr } = await bench.run(measured);
  assert.is(code, 0, stderr);
}
const numbersOf = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

test("a model of many panels is refined on boxes in one command, and so are its groups", () =>
  withBench({ "true.expt": expt(), "m.expt": expt(0.15) }, async (bench) => {
    await simulated(bench);
    const { code, stderr, stdout } = await bench.run("refine m.expt --refine misset,eta,group:right --fix right_turn_x,right_turn_y,right_turn_z -noprogress --out out");
    assert.is(code, 0, stderr);
    assert.not.match(stdout, /refined\.args/);
    const { reducedChiSquare, parameters, panels, crystals } = numbersOf(await bench.read("out/refinement.json"));
    assert.ok(reducedChiSquare > 0.9 && reducedChiSquare < 1.1, `${reducedChiSquare}`);
    const { value, esd } = parameters.right_shift_x;
    assert.ok(Math.abs(value + 0.15) < 4 * esd && esd < 0.02, `${value}(${esd}), and -0.15 is the shift back`);
    assert.equal(panels.map(({ name }: { readonly name: string }) => name), ["p0", "p1", "p2", "p3"]);
    for (const { chiSquare, offsets } of panels) assert.ok(Math.abs(chiSquare - 1) < 0.25 && Math.abs(offsets.radial.mean) < 0.3 && Math.abs(offsets.tangential.mean) < 0.3, `${chiSquare}`);
    assert.ok(crystals[0].offsets.rms < 0.6, `${crystals[0].offsets.rms}`);
    // Back where the truth has them.
    const [{ record }] = parseDials(new TextDecoder().decode(await bench.read("out/refined.expt")), "refined.expt");
    assert.ok(Math.abs(record.panels[1].originMm[0] - 5.5) < 4 * esd && record.panels[0].originMm[0] === -2.3, `${record.panels[1].originMm.join(" ")}`);
    const table = parseReflectionTable(await bench.read("out/intensities.refl"), "intensities.refl");
    assert.equal([...new Set(table.columns.get("panel")?.values)].sort(), [0, 1, 2, 3]);
    // In the crystal's own space group, P 2 2 2, whose asymmetric unit has no index below 0.
    const mtz = parseMtz(await bench.read("out/intensities.mtz"), "intensities.mtz");
    assert.equal([mtz.spaceGroupNumber, mtz.symmetryOperators.length, mtz.columns.at(-1)?.label], [16, 4, "PANEL"]);
    const [h, k, l, isym] = [0, 1, 2, 3].map((column) => Array.from({ length: mtz.data.shape[0] }, (_, row) => mtz.data.get(row, column)));
    assert.ok(Math.min(...h, ...k, ...l) === 0 && new Set(isym).size > 3, `${Math.min(...h, ...k, ...l)}, ${[...new Set(isym)].join(" ")}`);
    const model = parseFloatImage(await bench.read("out/model.bin"), [300, 75], "model.bin");
    assert.ok(model.data.some(Number.isNaN) && model.data.some((photons) => photons > 100));
    const page = new TextDecoder().decode(await bench.read("out/index.html"));
    assert.match(page, /By panel/);
  }));

test("a model of many panels is refined against all its pixels in one command", () =>
  withBench({ "true.expt": expt(), "m.expt": expt(0, 60.5) }, async (bench) => {
    await simulated(bench);
    const { code, stderr } = await bench.run("refine m.expt --pixels all -spots closed -eta 0.3 -domain 900 900 900 0 0 0 -default_F 60 -fluence 1.6e27 -background 2 --refine misset,distance --coarse none -threads 1 -noprogress --out out");
    assert.is(code, 0, stderr);
    const { reducedChiSquare, parameters, panels } = numbersOf(await bench.read("out/refinement.json"));
    assert.ok(reducedChiSquare > 0.95 && reducedChiSquare < 1.05, `${reducedChiSquare}`);
    assert.ok(Math.abs(parameters.distance.value - 60) < 4 * parameters.distance.esd, `${parameters.distance.value}`);
    for (const { chiSquare } of panels) assert.ok(Math.abs(chiSquare - 1) < 0.1, `${chiSquare}`);
    // Not every panel has a spot that stands apart.
    const offsets = panels.flatMap((panel: { readonly offsets?: { readonly rms: number } }) => panel.offsets?.rms ?? []);
    assert.ok(offsets.length > 1 && Math.max(...offsets) < 0.6, `${offsets.join(" ")}`);
    const [{ record }] = parseDials(new TextDecoder().decode(await bench.read("out/refined.expt")), "refined.expt");
    for (const { originMm: [, , z] } of record.panels) assert.ok(Math.abs(z + parameters.distance.value) < 1e-9);
    assert.match(new TextDecoder().decode(await bench.read("out/picture.svg")), /^<svg/);
  }));

test("what many panels have not is refused by its option, and so is an image that has not their pixels", () =>
  withBench({ "true.expt": expt(), "m.expt": expt() }, async (bench) => {
    await simulated(bench);
    const before = Object.keys(await bench.contents());
    const refused: readonly [string, RegExp][] = [
      ["--image other.bin -geometry m.expt", /m\.expt and -geometry are both models/],
      ["--refine group:top", /--refine: the detector has no group of panels top within it; it has left, right/],
      ["-beamstop 10 10 3", /-beamstop is for a detector of one panel, and m\.expt has 4; bad regions belong into the geometry file/],
      ["-curved_det --pixels all", /-curved_det is for a detector of one panel, and m\.expt has 4/],
      ["--image other.bin", /other\.bin has the shape 10 x 10, and the 4 panels of the geometry make 4 x 75 x 75 one behind another, or 300 x 75 in one image/],
      ["--pixels all --blocks auto", /blocks are looked for on whole images of one panel, or on boxes; this detector has many/],
    ];
    await bench.put({ "other.bin": new Uint8Array(400) });
    for (const [options, sentence] of refused) {
      const { code, stderr } = await bench.run(`refine m.expt -default_F 60 ${options}`);
      assert.is(code, 2, `${options}: ${stderr}`);
      assert.match(stderr, sentence, stderr);
    }
    assert.equal(Object.keys(await bench.contents()), [...before, "other.bin"].sort());
  }));

test.run();
