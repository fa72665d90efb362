import { createHash } from "node:crypto";
import { basename } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { finishedBefore } from "../../../src/cli/refine/state.js";
import { parseFloatImage } from "../../../src/io/float-image.js";
import { parseMtz } from "../../../src/io/mtz.js";
import { parseReflectionTable } from "../../../src/io/reflection-table.js";
import { withBench } from "../workbench.js";

const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
const dials = JSON.stringify({
  __id__: "ExperimentList",
  experiment: [{ beam: 0, detector: 0, crystal: 0, imageset: 0 }],
  beam: [{ direction: [0, 0, 1], wavelength: 1, polarization_normal: [0, 1, 0], polarization_fraction: 0.9 }],
  detector: [{ panels: [{ name: "p", fast_axis: [1, 0, 0], slow_axis: [0, -1, 0], origin: [-2.3, 3.4, -60], image_size: [160, 160], pixel_size: [0.1, 0.1], trusted_range: [0, 60000], gain: 2 }] }],
  crystal: [{ real_space_a: [48.1 * c, 48.1 * s, 0], real_space_b: [-60.2 * s, 60.2 * c, 0], real_space_c: [0, 0, 71.3], space_group_hall_symbol: " P 2 2" }],
  imageset: [{ images: ["still.cbf"], single_file_indices: [0] }],
  goniometer: [],
  scan: [],
});

const measured = "simulate -geometry m.expt -spots closed -eta 0.3 -domain 900 900 900 0 0 0 -misset 0.04 -0.02 0.08 -default_F 60 -fluence 1.6e27 -background 2 -nopgm -floatfile f.bin -cbf still.cbf -gain 2 -seed 3";

test("a model file alone is refined on boxes, with free intensities, in one command", () =>
  withBench({ "m.expt": dials }, async (bench) => {
    assert.is((await bench.run(measured)).code, 0);
    const { code, stderr, stdout } = await bench.run("refine m.expt --refine misset,eta -noprogress --out out");
    assert.is(code, 0, stderr);
    assert.match(stderr, /no file of intensities is given, so each reflection's intensity is fitted in its box \(--intensities free\)/);
    assert.match(stderr, /the counts are divided by a gain of 2, as .*m\.expt states/);
    assert.match(stdout, /written to .*model\.bin/);
    const { reducedChiSquare, values, crystals, esdInflated, parameters, provenance } = JSON.parse(new TextDecoder().decode(await bench.read("out/refinement.json")));
    assert.ok(reducedChiSquare > 0.9 && reducedChiSquare < 1.1, `${reducedChiSquare}`);
    assert.ok(Math.abs(values.eta - 0.3) < 0.05, `${values.eta}`);
    const [{ predicted, refinedAgainst, keptAside, offsets, shells, worst }] = crystals;
    assert.ok(predicted >= refinedAgainst + keptAside && refinedAgainst > keptAside && keptAside > 0);
    assert.ok(offsets.rms < 0.5 && offsets.spots > 10, `${offsets.rms} pixels in ${offsets.spots} spots`);
    assert.ok(shells.length > 1 && worst.length > 1);
    assert.ok(esdInflated.eta >= parameters.eta.esd);
    assert.equal(provenance.files.map(({ name }: { readonly name: string }) => basename(name)), ["still.cbf", "m.expt"]);
    assert.is(provenance.files[1].sha256, createHash("sha256").update(await bench.read("m.expt")).digest("hex"));
    assert.match(provenance.command, /^braggtape refine .*still\.cbf .*-refine misset,eta/);
    // The same intensities in both files: those of P 1 may be Friedel mates.
    const mtz = parseMtz(await bench.read("out/intensities.mtz"), "intensities.mtz");
    const table = parseReflectionTable(await bench.read("out/intensities.refl"), "intensities.refl");
    assert.is(mtz.data.shape[0], table.rows);
    const photons = Array.from({ length: table.rows }, (_, row) => mtz.data.get(row, mtz.columns.findIndex(({ label }) => label === "IPR"))).sort((a, b) => a - b);
    const listed = [...(table.columns.get("intensity.prf.value")?.values ?? [])].sort((a, b) => a - b);
    assert.is(listed.length, table.rows);
    listed.forEach((value, i) => assert.ok(Math.abs(value - photons[i]) <= 1e-6 * value, `${photons[i]} is not ${value}`));
    // SIGI holds the errors of the partialities, which SIGIPR does not.
    const column = (label: string): number => mtz.columns.findIndex((one) => one.label === label);
    const rows = Array.from({ length: table.rows }, (_, row) => ["I", "SIGI", "IPR", "SIGIPR", "FRACTIONCALC"].map((label) => mtz.data.get(row, column(label))));
    for (const [intensity, sigma, photons, photonsSigma] of rows) if (photons > 0) assert.ok(sigma / intensity >= (photonsSigma / photons) * (1 - 1e-5));
    const partialities = [...(table.columns.get("partiality")?.values ?? [])].sort((a, b) => a - b);
    rows.map(([, , , , fraction]) => fraction).sort((a, b) => a - b).forEach((fraction, i) => assert.ok(Math.abs(fraction - partialities[i]) < 1e-6));
    assert.match(stdout, /which SIGI holds: \d+ % from [\d.]+ on|too few reflections to tell how far partialities are right/);
    // The mosaicity is carried, and what is not is named.
    const refined = JSON.parse(new TextDecoder().decode(await bench.read("out/refined.expt")));
    assert.ok(Math.abs(refined.crystal[0].mosaicity / values.eta - 1) < 1e-12);
    assert.match(stderr, /refined\.expt has no place for the size of the domains, which refinement\.json holds/);
    const model = parseFloatImage(await bench.read("out/model.bin"), [160, 160], "model.bin");
    const outside = Array.from(model.data).filter((photons) => Number.isNaN(photons)).length;
    assert.ok(outside > 0 && outside < 0.9 * model.size, `${outside} pixels are in no box`);
    // The same command goes on where nothing is left to be done.
    const again = await bench.run("refine m.expt --refine misset,eta --resume --json --out out");
    assert.equal([again.code, again.stderr], [0, `still.cbf is refined already: ${bench.folder}/out\n`]);
    assert.is(JSON.parse(again.stdout).parameters.eta.value, values.eta);
    // The image of another detector, also where the model leaves out some of its pixels.
    await bench.put({ "other.expt": dials.replace('"image_size":[160,160]', '"image_size":[150,160],"mask":[[0,0,5,5]]') });
    const other = await bench.run("refine other.expt --out other");
    assert.equal([other.code, other.stderr.replaceAll(bench.folder, "")], [2, "braggtape: still.cbf has 160 x 160 pixels, and other.expt states 150 x 160\n"]);
    const lost = await bench.run("refine m.expt --refine misset,eta --resume --out elsewhere");
    assert.is(lost.code, 2);
    assert.match(lost.stderr, /--resume: .*elsewhere\/refinement\.json/);
  }));

test("a refinement on boxes is done again where it has not ended, or the options were others", () =>
  withBench({}, async (bench) => {
    const summary = { converged: true, why: "", steps: 3, seconds: 1, loss: 1, reducedChiSquare: 1, warnings: [], parameters: { eta: { value: 0.3, esd: null } } };
    const options = ["-refine eta", "-geometry m.expt"];
    const state = { image: "still.cbf", values: { eta: 0.3 }, ...summary, provenance: { options } };
    await bench.put({ "done.json": JSON.stringify(state), "short.json": JSON.stringify({ ...state, converged: false }), "old.json": JSON.stringify({ ...state, provenance: {} }) });
    const finished = (file: string, asked: readonly string[], mayBeMissing = false) => finishedBefore(`${bench.folder}/${file}`, asked, mayBeMissing);
    assert.equal((await finished("done.json", ["-resume", ...options, "-threads 2"]))?.parameters, summary.parameters);
    for (const [file, asked] of [["done.json", [...options, "-dmin 2"]], ["done.json", options.slice(1)], ["short.json", options], ["old.json", options]] as const) assert.is(await finished(file, asked), undefined, file);
    assert.is(await finished("none.json", options, true), undefined);
  }));

test("what boxes have not is refused by its option, and nothing is written", () =>
  withBench({ "m.expt": dials, "still.cbf": "" }, async (bench) => {
    const refused: readonly [string, RegExp][] = [
      ["--coarse 2", /--coarse does not go with boxes around reflections; leave it out, or refine against all pixels with --pixels all/],
      ["-spots sampled --intensities free", /-spots sampled does not go with boxes/],
      ["--pixels all --intensities free", /--intensities says what is done in boxes, and --pixels all leaves boxes out/],
      ["--intensities known", /--intensities known needs a file of them/],
      ["--refine scale", /scale multiplies the intensities, which are free/],
      ["--loss huber", /--loss huber does not go with boxes/],
      ["--blocks many", /--blocks is many; it must be a whole number of at least 1, or auto/],
      ["--background_terms 2", /--background_terms is 2; the background in a box is a constant \(1\) or a plane \(3\)/],
    ];
    for (const [options, sentence] of refused) {
      const { code, stderr } = await bench.run(`refine m.expt ${options}`);
      assert.is(code, 2, options);
      assert.match(stderr, sentence);
    }
    assert.equal(Object.keys(await bench.contents()), ["m.expt", "still.cbf"]);
  }));

test.run();
