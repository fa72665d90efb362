import { test } from "uvu";
import * as assert from "uvu/assert";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseCbf } from "../../src/io/cbf/cbf.js";
import { parseMiniHeader } from "../../src/io/cbf/mini-header.js";
import { parseDials } from "../../src/io/geometry/dials.js";
import { parseSmv } from "../../src/io/smv.js";
import { JsonValue } from "../../src/io/geometry/json.js";
import { withBench, type Workbench } from "./workbench.js";

const line =
  "simulate -cell 34 45 56 90 90 90 -default_F 100 -N 8 -detpixels 24 -pixel 2 -distance 60 -oversample 2 -fluence 1e28 --shots 4 -random_orientation 3 " +
  "-cell_scatter 1 7 -size_scatter 20 -fluence_scatter 60 -lambda_scatter 2 5 -seed 11 --out series";

const files = async (bench: Workbench): Promise<string[]> => (await readdir(join(bench.folder, "series"))).sort();

test("a series writes its images, their truth as JSON, and a DIALS list that simulates each shot again", () =>
  withBench({}, async (bench) => {
    const { code, stdout, stderr } = await bench.run(line);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^4 shots stand in/);
    assert.equal(await files(bench), ["shot_00001.cbf", "shot_00002.cbf", "shot_00003.cbf", "shot_00004.cbf", "shots.expt", "shots.json"]);
    const text = new TextDecoder().decode(await bench.read("series/shots.expt"));
    const stills = parseDials(text, "shots.expt");
    const truths = JsonValue.parse(new TextDecoder().decode(await bench.read("series/shots.json")), "shots.json").need("shots").list();
    assert.is(new Set(stills.map(({ detector }) => detector)).size, 1, "all shots have one detector");
    stills.forEach(({ record: { beam, crystals: [{ a, b, c }], images } }, i) => {
      const edges = truths[i].need("cell").numbers(6);
      assert.equal(images.map(({ file }) => file), [truths[i].need("image").text()]);
      assert.ok(Math.abs((beam.wavelengthA ?? 0) - truths[i].need("wavelengthA").number()) < 1e-12);
      [a, b, c].forEach((edge, k) => assert.ok(Math.abs(Math.hypot(...edge) - edges[k]) < 1e-8, `shot ${i}, edge ${k}`));
    });
    // The second shot from the list, with the numbers of the truth that a list does not hold.
    const cells = truths[1].need("cells").numbers(3).join(" ");
    const again = `simulate -geometry series/shots.expt#2 -default_F 100 -cells ${cells} -oversample 2 -fluence ${truths[1].need("fluence").number()} -nointerpolate -nonoise -nopgm`;
    const once = await bench.run(again);
    assert.is(once.code, 0, once.stderr);
    const model = new Float32Array((await bench.read("floatimage.bin")).slice().buffer);
    const { stdout: compared } = await bench.run("compare series/shot_00002.cbf floatimage.bin --json");
    const correlation = JsonValue.parse(compared, "compare").need("correlation").number();
    assert.ok(correlation > 0.99, `the drawn image and the one from the list correlate by ${correlation}`);
    assert.is(model.length, 24 * 24);
  }));

const two = line.replace("--shots 4", "--shots 2");

/** How the second shot of a series and the image that its list simulates again correlate. */
async function correlationAgain(bench: Workbench, options: string): Promise<number> {
  const truths = JsonValue.parse(new TextDecoder().decode(await bench.read("series/shots.json")), "shots.json").need("shots").list();
  const cells = truths[1].need("cells").numbers(3).join(" ");
  const once = await bench.run(`simulate -geometry series/shots.expt#2 -default_F 100 -cells ${cells} -oversample 2 -fluence ${truths[1].need("fluence").number()} -nointerpolate -noisefile n.img -nopgm -cbffile again.cbf ${options}`);
  assert.is(once.code, 0, once.stderr);
  const { stdout } = await bench.run("compare series/shot_00002.cbf floatimage.bin --json");
  return JsonValue.parse(stdout, "compare").need("correlation").number();
}

test("shots during which the crystal turns are those of scans of one image each in their list", () =>
  withBench({}, async (bench) => {
    const turning = `${two} -phi 30 -osc 4 -phisteps 4`;
    const { code, stderr } = await bench.run(turning);
    assert.is(code, 0, stderr);
    assert.match(stderr, /note: during a shot the crystal turns from 29\.5 to 33\.5 degrees: its 4 steps are taken for the middles of equal parts/);
    const stills = parseDials(new TextDecoder().decode(await bench.read("series/shots.expt")), "shots.expt");
    assert.equal(stills.map(({ record: { scan, images } }) => [scan?.firstImage, scan?.startDeg, scan?.widthDeg, images[0].file]), [1, 2].map((n) => [n, 29.5, 4, `shot_0000${n}.cbf`]));
    assert.match(new TextDecoder("latin1").decode(await bench.read("series/shot_00002.cbf")), /# Start_angle 29\.5000 deg\.\s+# Angle_increment 4\.0000 deg\./);
    const [turned, still] = [await correlationAgain(bench, "-phisteps 4"), await correlationAgain(bench, "-osc 0")];
    // The turn is seen: without it the image is another one.
    assert.ok(turned > 0.99 && still < 0.9, `${turned} with the turn, and ${still} without`);
  }));

test("stills of a spindle that stands elsewhere are those of a crystal that is turned", () =>
  withBench({}, async (bench) => {
    const { code, stderr } = await bench.run(`${two} -phi 77`);
    assert.is(code, 0, stderr);
    assert.ok((await correlationAgain(bench, "")) > 0.99);
  }));

/** Two panels of 24 x 20 and 16 x 20 pixels, one tilted, with a gap of two rows in the image of both. */
const panels = JSON.stringify({
  __id__: "ExperimentList",
  experiment: [{ beam: 0, detector: 0 }],
  beam: [{ direction: [0, 0, 1], wavelength: 1, polarization_normal: [0, 1, 0], polarization_fraction: 0.9 }],
  detector: [{ panels: [
    { name: "upper", fast_axis: [1, 0, 0], slow_axis: [0, -1, 0], origin: [-24, 42, -60], image_size: [24, 20], pixel_size: [2, 2], raw_image_offset: [0, 0] },
    { name: "lower", fast_axis: [1, 0, 0], slow_axis: [0, -0.96, 0.28], origin: [-16, -2, -60], image_size: [16, 20], pixel_size: [2, 2], raw_image_offset: [4, 22] },
  ] }],
  goniometer: [], scan: [], crystal: [], imageset: [],
});

test("shots on many panels are arranged as their list says, with marks where no panel is", () =>
  withBench({ "panels.expt": panels }, async (bench) => {
    const onPanels = `${two.replace("-detpixels 24 -pixel 2 -distance 60 ", "")} -geometry panels.expt`;
    const { code, stderr } = await bench.run(onPanels);
    assert.is(code, 0, stderr);
    assert.match(stderr, /the headers of the images place the first of 2 panels only; shots\.expt places all/);
    const [{ record }] = parseDials(new TextDecoder().decode(await bench.read("series/shots.expt")), "shots.expt");
    assert.equal(record.panels.map(({ name, pixels, inImage }) => [name, pixels.fast, pixels.slow, inImage?.fast, inImage?.slow]), [["upper", 24, 20, 0, 0], ["lower", 16, 20, 4, 22]]);
    record.panels[1].slow.forEach((x, i) => assert.ok(Math.abs(x - [0, -0.96, 0.28][i]) < 1e-9));
    record.panels[1].originMm.forEach((x, i) => assert.ok(Math.abs(x - [-16, -2, -60][i]) < 1e-9));
    const { image } = parseCbf(await bench.read("series/shot_00002.cbf"), "shot");
    assert.equal(image.shape, [42, 24]);
    for (let slow = 0; slow < 42; slow++) {
      for (let fast = 0; fast < 24; fast++) {
        const isOnPanel = slow < 20 || (slow >= 22 && fast >= 4 && fast < 20);
        assert.is(image.get(slow, fast) === -1, !isOnPanel, `${slow} ${fast}`);
      }
    }
    assert.ok((await correlationAgain(bench, "")) > 0.99);
    // The image that is simulated alone has the same marks.
    const alone = parseCbf(await bench.read("again.cbf"), "again").image;
    assert.equal(Array.from(alone.data, (count) => count === -1), Array.from(image.data, (count) => count === -1));
    const counts = async (): Promise<Uint8Array> => bench.read("series/shot_00002.cbf");
    const before = await counts();
    await bench.run(`${onPanels} --threads 2`);
    assert.equal(await counts(), before);
    const refused = await bench.run(`${onPanels} -beamstop 4 4 2`);
    assert.equal([refused.code, /-beamstop is for a detector of one panel, and panels\.expt has 2/.test(refused.stderr)], [2, true]);
  }));

/** Two panels at one place, one below the other in the image. */
const twins = JSON.stringify({
  ...JSON.parse(panels),
  detector: [{ panels: [0, 8].map((row) => ({ name: `at ${row}`, fast_axis: [1, 0, 0], slow_axis: [0, -1, 0], origin: [10, 10, -60], image_size: [8, 8], pixel_size: [1, 1], raw_image_offset: [0, row] })) }],
});

test("equal panels of a shot have noise of their own, and photons of both are counted", () =>
  withBench({ "twins.expt": twins }, async (bench) => {
    const { code, stderr } = await bench.run("simulate -cell 34 45 56 90 90 90 -default_F 0.001 -N 2 -geometry twins.expt -bg_water 0.1 -fluence 2e16 -oversample 1 --shots 1 -seed 3 --threads 1 --out series");
    assert.is(code, 0, stderr);
    const { image } = parseCbf(await bench.read("series/shot_00001.cbf"), "shot");
    const [first, second] = [image.data.slice(0, 64), image.data.slice(64)];
    const sum = (counts: typeof first): number => Array.from(counts).reduce((total, count) => total + count, 0);
    const differ = Array.from(first).filter((count, i) => count !== second[i]).length;
    assert.ok(differ > 32, `${differ} of 64 pixels differ`);
    assert.ok(Math.abs(sum(first) - sum(second)) < 6 * Math.sqrt(sum(first) + sum(second)), "the panels expect the same");
    assert.match(stderr, new RegExp(`shot_00001\\.cbf: ${sum(first) + sum(second)} photons\\n`));
    const full = await bench.run("simulate -cell 34 45 56 90 90 90 -default_F 0.001 -N 2 -geometry twins.expt -bg_water 0.1 -fluence 2e16 -oversample 1 -saturation 70 --shots 1 -seed 3 --threads 1 --out series");
    const cut = parseCbf(await bench.read("series/shot_00001.cbf"), "shot").image.data.filter((count) => count === 30).length;
    assert.ok(cut > 0);
    assert.match(full.stderr, new RegExp(`shot_00001\\.cbf: \\d+ photons, ${cut} pixels full`));
  }));

test("the headers of shots state where a pixel is full, the turn and the polarization", () =>
  withBench({}, async (bench) => {
    const headerOf = async (options: string) => {
      assert.is((await bench.run(`${line.replace("--shots 4", "--shots 1")} ${options}`)).code, 0);
      return parseMiniHeader(parseCbf(await bench.read("series/shot_00001.cbf"), "shot").header);
    };
    const still = await headerOf("-phi 12 -polar 0.5");
    assert.equal([still.overload, still.startDeg, still.incrementDeg, still.polarizationFraction], [65495, 12, 0, 0.75]);
    const turn = await headerOf("-phi 30 -osc 4 -phisteps 4 -saturation 1000 -adc 10 -nopolar");
    assert.equal([turn.overload, turn.startDeg, turn.incrementDeg, turn.polarizationFraction], [990, 29.5, 4, undefined]);
    const [{ record }] = parseDials(new TextDecoder().decode(await bench.read("series/shots.expt")), "shots.expt");
    assert.equal([record.panels[0].trusted, record.panels[0].pedestal, record.panels[0].gain, record.crystals[0].halfMosaicityDeg], [{ lowest: 0, overload: 990 }, 0, 1, undefined]);
    await bench.run(`${line.replace("--shots 4", "--shots 1")} --format smv -adc 10 -gain 2 -mosaic_spread 0.4 -mosaic_domains 1`);
    const [{ record: smv }] = parseDials(new TextDecoder().decode(await bench.read("series/shots.expt")), "shots.expt");
    assert.is(parseSmv(await bench.read("series/shot_00001.img"), "shot").header.get("IMAGE_PEDESTAL"), "10");
    assert.equal([smv.panels[0].trusted, smv.panels[0].pedestal, smv.panels[0].gain, smv.crystals[0].halfMosaicityDeg], [{ lowest: 0, overload: 65535 }, 10, 2, 0.2]);
  }));

test("a series that goes on, a shard of it, and more threads draw the same bytes", () =>
  withBench({}, async (bench) => {
    await bench.run(line);
    const whole = await Promise.all((await files(bench)).map((name) => bench.read(`series/${name}`)));
    await rm(join(bench.folder, "series/shot_00002.cbf"));
    await rm(join(bench.folder, "series/shot_00003.cbf"));
    const resumed = await bench.run(`${line} --resume --threads 2`);
    assert.match(resumed.stderr, /2 of 4 shots are there already/);
    assert.equal(await Promise.all((await files(bench)).map((name) => bench.read(`series/${name}`))), whole);
    await rm(join(bench.folder, "series"), { recursive: true });
    await bench.run(`${line} --shard 2/2`);
    assert.equal((await files(bench)).slice(0, 2), ["shot_00002.cbf", "shot_00004.cbf"]);
    await bench.run(`${line} --shard 1/2 --resume`);
    assert.equal(await Promise.all((await files(bench)).map((name) => bench.read(`series/${name}`))), whole);
  }));

test("an interrupted series ends after its running shot with code 5", () =>
  withBench({}, async (bench) => {
    const running = bench.run(line);
    // The command hears the signal once it has begun, and while it draws.
    const poll = setInterval(() => process.listenerCount("SIGTERM") > 0 && process.emit("SIGTERM"), 1);
    const { code, stdout, stderr } = await running;
    clearInterval(poll);
    assert.is(code, 5);
    assert.match(stderr, /interrupted: the series ends after the running shot/);
    assert.match(stdout, /; [1-4] are missing/);
    assert.is((await bench.run(`${line} --resume`)).code, 0);
  }));

const refusals: readonly (readonly [added: string, message: RegExp])[] = [
  ["-png a.png", /-png is of a single image; --shots writes each image with noise to --out/],
  ["-curved_det", /a curved detector \(-curved_det\) cannot be written/],
  ["-cell_scatter 1 0.5", /-cell_scatter: the seed is 0.5; it must be a whole number/],
  ["-cell_scatter 5000", /shot \d would have a cell edge of length 0 or below/],
  ["--shard 3/2", /--shard is "3\/2"; it must be i\/n/],
];

test("what a series cannot have is refused in one sentence, and nothing is written", () =>
  withBench({}, async (bench) => {
    for (const [added, message] of refusals) {
      const { code, stderr } = await bench.run(`${line} ${added}`);
      assert.is(code, 2, added);
      assert.match(stderr, message);
    }
    const { stderr } = await bench.run("simulate -cell 34 -default_F 1 -detpixels 8 -cell_scatter 1");
    assert.match(stderr, /-cell_scatter belongs to a series of shots, and there is no --shots/);
    assert.equal(await bench.contents(), {});
  }));

test("a series of other options is not gone on with", () =>
  withBench({}, async (bench) => {
    await bench.run(line);
    const { code, stderr } = await bench.run(`${line.replace("-size_scatter 20", "-size_scatter 25")} --resume`);
    assert.is(code, 2);
    assert.match(stderr, /--resume: .*shots.json is the truth of shots of other options/);
  }));

test.run();
