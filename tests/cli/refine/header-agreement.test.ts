import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../../src/autodiff/tape.js";
import { contradictionsBetween, headerContradictions, scanContradiction } from "../../../src/cli/refine/header-agreement.js";
import { parseFlags } from "../../../src/cli/parse-flags.js";
import { refineFlags } from "../../../src/cli/refine/flags.js";
import { refineRequest, type RefineRequest } from "../../../src/cli/refine/request.js";
import { parseSmv } from "../../../src/io/smv.js";
import { detectorFrame } from "../../../src/models/detector.js";
import { exposureScan } from "../../../src/refine/exposure.js";
import { refusesLater } from "../../io/refusal.js";
import { smv, Workbench } from "../workbench.js";

const bench = await Workbench.make();
const crystal = "-default_F 10 -cell 34 39 48 90 90 90 -N 5 -oversample 1 -threads 1";

async function started(options: string, images: readonly string[] = ["made.img"]): Promise<RefineRequest> {
  const given = parseFlags(`${images.join(" ")} ${crystal} ${options}`.trim().split(" "), refineFlags);
  return refineRequest(given, images, bench.folder, 0);
}

const about = (warnings: readonly string[]): string[] => warnings.filter((warning) => /header|exposure/.test(warning));

async function simulated(options: string, name = "made.img"): Promise<void> {
  const { code, stderr } = await bench.run(`simulate ${crystal} -detpixels 32 -fluence 1e28 -seed 1 -nopgm -noisefile ${name} ${options}`);
  assert.is(code, 0, stderr);
}

const placements = [
  "-distance 90 -lambda 1.2 -pixel 0.3 -phi 7",
  "-distance 90 -lambda 1.2 -pixel 0.3 -phi 7 -osc 0.8 -phisteps 3",
  "-distance 90 -pixel 0.3 -Xbeam 4 -Ybeam 5 -twotheta 12",
  "-distance 90 -pixel 0.3 -adxv -Xbeam 4 -Ybeam 5 -twotheta 12",
  "-distance 90 -pixel 0.3 -xds -ORGX 12 -ORGY 14 -twotheta 12",
  "-close_distance 90 -pixel 0.3 -dials -twotheta -7",
];
for (const placement of placements) {
  test(`a refinement starts where the header of an image says that was made with ${placement}, and has nothing to contradict`, async () => {
    await simulated(placement);
    const convention = /-(adxv|xds|dials)/.exec(placement)?.[0] ?? "";
    const { stills: [{ experiment: { detector, beam, crystal: { scan } } }], warnings } = await started(convention);
    assert.equal(about(warnings), []);
    const words = parseSmv(await bench.read("made.img"), "made.img").header;
    const [x, y, z] = detectorFrame(detector).origin.map((component) => 1000 * known(component));
    const [dialsX, dialsY, dialsZ] = (words.get("DIALS_ORIGIN") ?? "").split(",").map(Number);
    const expected = /xds|dials|adxv/.test(convention) ? undefined : [-dialsZ, dialsY, dialsX];
    expected?.forEach((component, axis) => assert.ok(Math.abs(component - [x, y, z][axis]) < 1e-3, `${axis}: ${[x, y, z][axis]}, not ${component}`));
    assert.is(beam.wavelengthA, Number(words.get("WAVELENGTH")));
    assert.ok(Math.abs((scan?.phiDeg ?? 0) + ((scan?.stepDeg ?? 0) * ((scan?.steps ?? 1) - 1)) / 2 - Number(words.get("PHI")) - Number(words.get("OSC_RANGE")) / 2) < 1e-9);
  });
}

const contradictions: readonly (readonly [string, RegExp])[] = [
  ["-distance 95", /its header says otherwise than the refinement starts: DISTANCE=90 \(here 95\)/],
  ["-lambda 1.1 -twotheta 3", /WAVELENGTH=1.2 \(here 1.1\), TWOTHETA=0 \(here 3\)/],
  ["-osc 0.5", /OSC_RANGE=0 \(here 0.5\)/],
  ["-adxv", /its header contradicts itself, the convention or the turns of the detector .*MOSFLM_CENTER_X/],
  ["-detector_roty 5", /contradicts .*CLOSE_DISTANCE=90 \(here 89\.6/],
];
for (const [options, sentence] of contradictions) {
  test(`an image's header that ${options} contradicts is told`, async () => {
    await simulated(placements[0]);
    const { warnings } = await started(options);
    assert.match(about(warnings).join("\n"), sentence);
  });
}

test("images that are refined together are told to differ", async () => {
  await simulated(placements[0], "one.img");
  await simulated(placements[0].replace("-distance 90", "-distance 91"), "two.img");
  const { warnings } = await started("--together", ["one.img", "two.img"]);
  assert.ok(about(warnings).some((warning) => /the headers differ in DISTANCE: one.img says 90, two.img says 91/.test(warning)), warnings.join("\n"));
});

test("entries of a header that contradict each other are told", async () => {
  await bench.put({ "own.img": smv("SIZE1=8;\nSIZE2=8;\nPIXEL_SIZE=1;\nDISTANCE=100;\nCLOSE_DISTANCE=95;\nWAVELENGTH=1;\nPHI=0;\nOSC_START=5;\n", Array.from({ length: 64 }, () => 3)) });
  const { warnings } = await started("", ["own.img"]);
  assert.match(about(warnings).join("\n"), /CLOSE_DISTANCE=95 \(here 100\)/);
  assert.ok(warnings.includes("own.img: PHI=0 and OSC_START=5 contradict each other; PHI is taken"));
  assert.match(about((await started("-distance 101", ["own.img"])).warnings).join("\n"), /DISTANCE=100 and CLOSE_DISTANCE=95, which the options' turns of the detector do not explain/);
});

test("entries in small letters and with units are compared as well", async () => {
  await bench.put({ "small.img": smv("SIZE1=8;\nSIZE2=8;\nPixel_size=1 mm;\ndistance=100 mm;\nwavelength=1.2 A;\n", Array.from({ length: 64 }, () => 3)) });
  const { warnings } = await started("-distance 90 -lambda 1", ["small.img"]);
  assert.ok(warnings.includes("small.img: its header says otherwise than the refinement starts: DISTANCE=100 (here 90), WAVELENGTH=1.2 (here 1)"), warnings.join("\n"));
});

test("what a header says of its counts is used: where a pixel is full, and what a dark one has", async () => {
  const entries = "SIZE1=8;\nSIZE2=8;\nPIXEL_SIZE=1;\nDISTANCE=100;\nWAVELENGTH=1;\nCCD_IMAGE_SATURATION=60;\nIMAGE_PEDESTAL=40;\nWAVELENGTH=1.1;\n";
  await bench.put({ "counts.img": smv(entries, Array.from({ length: 64 }, (_, i) => 38 + (i % 32))) });
  const { stills: [still], warnings } = await started("", ["counts.img"]);
  assert.equal([still.overload, still.counts.get(0, 0), still.counts.get(0, 7)], [20, -2, 5]);
  for (const sentence of ["a pedestal of 40 is taken off the counts, as counts.img states", 'counts.img: WAVELENGTH is stated twice; the last value, "1.1", is taken']) assert.ok(warnings.includes(sentence), warnings.join("\n"));
  assert.is((await started("-overload 50 -adc 0", ["counts.img"])).stills[0].overload, 50);
  await bench.put({ "dark.img": smv(entries, Array.from({ length: 64 }, () => 5)) });
  await refusesLater(() => started("", ["dark.img"]), /dark\.img is below the pedestal of 40 counts that its header or a model file states in most of its pixels; -adc states another one, or 0/);
  assert.is((await started("-adc 0", ["dark.img"])).stills[0].counts.get(0, 0), 5);
});

test("options that only change what is not asked for are named", async () => {
  await simulated(placements[0]);
  const idle = async (options: string): Promise<string[]> => (await started(options)).warnings.filter((warning) => /no effect/.test(warning));
  assert.equal(await idle("--within 2 --read_noise 3 --background_terms 6 --separate_N"), [
    "--within has no effect without --starts above 1", "--read_noise has no effect without a --loss other than poisson",
    "--background_terms has no effect without --refine background", "--separate_N has no effect without --refine N",
  ]);
  assert.equal(await idle("--within 2 --starts 2 --loss gaussian --read_noise 3 --background_terms 6 --separate_N --refine background,N"), []);
});

test("headers of fewer words say less, and a two-theta of nothing but rounding says nothing", async () => {
  await simulated(placements[0]);
  const { stills: [{ experiment }] } = await started("");
  assert.equal(headerContradictions("x", new Map(), experiment, 0), []);
  assert.equal(headerContradictions("x", new Map([["TWOTHETA", "0.004"]]), experiment, 0), []);
  assert.equal(contradictionsBetween(["x", "y"], [new Map([["DISTANCE", "90"]]), new Map()]), []);
});

test("a scan is told of when its steps do not stand around the middle of the exposure", async () => {
  await simulated("-distance 90 -pixel 0.3");
  const { stills: [{ experiment }] } = await started("");
  const scanned = (phiDeg: number, stepDeg: number, steps: number) => ({ ...experiment, crystal: { ...experiment.crystal, scan: { phiDeg, stepDeg, steps } } });
  assert.equal(scanContradiction("x", { ...experiment, crystal: { ...experiment.crystal, scan: exposureScan(2, 1, 3) } }, 2, 1, false), []);
  assert.match(scanContradiction("x", scanned(2, 0.5, 2), 2, 1, true)[0], /from 2 to 3 degrees, and the scan's steps stand on average at 2.25/);
});

test.after(() => bench.remove());
test.run();
