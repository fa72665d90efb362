import { test } from "uvu";
import * as assert from "uvu/assert";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseDials } from "../../src/io/geometry/dials.js";
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
  ["-osc 1", /the crystal turns about the spindle/],
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
