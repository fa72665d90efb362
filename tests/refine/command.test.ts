import { test } from "uvu";
import * as assert from "uvu/assert";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../src/cli/command.js";
import { Workbench } from "../cli/workbench.js";

const crystal = "-hkl f.hkl -lambda 1 -oversample 1 -pixel 1";
const truth = `${crystal} -cell 20.1 24.2 28.3 90 90 90 -misset 10 20 30 -N 5 -distance 80 -fluence 3e27 -detpixels 64`;
const start = `${crystal} -cell 20.15 24.2 28.2 90 90 90 -misset 10.2 19.8 30.1 -N 5 -distance 80.2 -fluence 1e27 -threads 1`;

function reflections(): string {
  const lines: string[] = [];
  for (let h = -8; h <= 8; h++) {
    for (let k = -8; k <= 8; k++) for (let l = -8; l <= 8; l++) lines.push(`${h} ${k} ${l} ${(60 + 40 * Math.sin(h * 7.3 + k * 3.1 + l * l)).toFixed(3)}`);
  }
  return `${lines.join("\n")}\n`;
}

interface Told {
  readonly parameters: Readonly<Record<string, { readonly start: number; readonly value: number; readonly esd: number | null; readonly unit: string }>>;
  readonly steps: number;
  readonly converged: boolean;
  readonly warnings: readonly string[];
}

const bench = await Workbench.make({ "f.hkl": reflections() });
for (const [name, seed] of [["one", 1], ["two", 2], ["three", 3]] as const) {
  const { code, stderr } = await bench.run(`simulate ${truth} -adc 0 -seed ${seed} -noisefile ${name}.img -nopgm`);
  assert.is(code, 0, stderr);
}

async function told(line: string): Promise<Told> {
  const { code, stdout, stderr } = await bench.run(line);
  assert.ok(code === 0 || code === 3, stderr);
  const result: Told = JSON.parse(stdout);
  assert.is(code, result.converged ? 0 : 3, "a refinement that has not converged has an exit code of its own");
  return result;
}

const truths = { a: 20.1, b: 24.2, c: 28.3, misset_x: 10, misset_y: 20, misset_z: 30, distance: 80, scale: 3 };

test("refine prints one JSON object with the fields that were promised, and the truth is within the standard deviations", async () => {
  const result = await told(`refine one.img ${start} --refine cell,misset,distance,scale --out r --json`);
  assert.equal(Object.keys(result), ["parameters", "loss", "reducedChiSquare", "converged", "why", "steps", "seconds", "warnings"]);
  assert.equal(Object.keys(result.parameters), Object.keys(truths));
  for (const [name, value] of Object.entries(truths)) {
    const found = result.parameters[name];
    assert.equal(Object.keys(found), ["start", "value", "esd", "unit"]);
    assert.ok(Math.abs(found.value - value) < 3.5 * (found.esd ?? 0), `${name} ${found.value} +- ${found.esd}`);
  }
});

test("the folder holds pictures, curves, numbers, and a page that needs no network", async () => {
  for (const name of ["picture.svg", "loss.svg", "correlations.svg", "refinement.json", "refined.args"]) assert.ok((await bench.read(`r/${name}`)).length > 100, name);
  const page = new TextDecoder().decode(await bench.read("r/index.html"));
  assert.match(page, /<script type="application\/octet-stream" id="data-0">/);
  assert.match(page, /<svg/);
  const markup = page.replace(/<script type="module">[^]*<\/script>/, "");
  assert.not.match(markup.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|(src|href)="(?!data:)/);
  assert.match(page, /connect-src 'none'/);
});

test("simulate takes the refined experiment back, and refine stays there", async () => {
  const { code, stderr } = await bench.run("simulate @r/refined.args -nonoise -nopgm -floatfile back.bin");
  assert.is(code, 0, stderr);
  const result = await told("refine one.img @r/refined.args --coarse none --refine cell,misset,distance --out again --json -threads 1");
  assert.ok(result.steps <= 2);
  for (const { start: from, value, esd } of Object.values(result.parameters)) assert.ok(Math.abs(value - from) < 0.05 * (esd ?? 0));
});

test("what a size of the crystal says of interpolation is kept in the refined experiment", async () => {
  const sized = start.replace("-N 5", "-xtal_size 0.000009");
  await told(`refine one.img ${sized} --coarse none --steps 1 --refine scale --out sized --json`);
  assert.match(new TextDecoder().decode(await bench.read("sized/refined.args")), /^-interpolate$/m);
  await told(`refine one.img ${start} --coarse none --steps 1 --refine scale --out counted --json`);
  assert.match(new TextDecoder().decode(await bench.read("counted/refined.args")), /^-nointerpolate$/m);
});

test("resume goes on where the folder's refinement ended", async () => {
  const cut = await told(`refine two.img ${start} --coarse none --steps 1 --out cut --json`);
  assert.not(cut.converged);
  const whole = await told(`refine two.img ${start} --coarse none --out cut --json --resume`);
  assert.ok(whole.converged);
  assert.is(whole.parameters.a.start, 20.15);
});

test("shards of a list make the same table as one run", async () => {
  await bench.put({ "list.txt": "one.img\ntwo.img\n# a remark\nthree.img\n" });
  const options = `${start} --coarse none --refine scale`;
  for (const shard of ["1/2", "2/2"]) assert.is((await bench.run(`refine --list list.txt --shard ${shard} ${options} --out parts`)).code, 0);
  assert.is((await bench.run(`refine one.img two.img three.img ${options} --out whole`)).code, 0);
  const [parts, whole] = [await bench.run("refine --merge --out parts"), await bench.run("refine --merge --out whole")];
  assert.is(parts.stdout, whole.stdout);
  assert.is(parts.stdout.trim().split("\n").length, 4);
});

test("an image of a list that cannot be refined is told of and keeps no other from it; resume begins what was not begun", async () => {
  await bench.put({ "mixed.txt": "one.img\nbad.img\nthree.img\n", "bad.img": "no image" });
  const line = `refine --list mixed.txt ${start} --coarse none --refine scale --out mixed --json -noprogress`;
  const first = await bench.run(line);
  assert.is(first.code, 4);
  assert.match(first.stderr, /not refined: bad.img/);
  assert.match(first.stderr, /braggtape: 1 of 3 images could not be refined\n$/);
  assert.equal(first.stdout.trim().split("\n").map((text) => JSON.parse(text).image), ["one.img", "three.img"]);
  await bench.put({ "bad.img": await bench.read("two.img"), "mixed/three/refinement.json": `{"image": "three.img", "values": {}, "parameters": 5}` });
  const merged = await bench.run("refine --merge --out mixed");
  assert.match(merged.stderr, /without a refinement that has ended: three/);
  assert.is(merged.stdout.trim().split("\n").length, 2);
  assert.is((await bench.run(`${line} --resume`)).code, 0);
  assert.is((await bench.run("refine --merge --out mixed")).stdout.trim().split("\n").length, 4);
});

test("a missing image is recorded and keeps no other, images of one name have folders of their own, and resume leaves alone what is finished", async () => {
  await mkdir(join(bench.folder, "run1"), { recursive: true });
  await mkdir(join(bench.folder, "run2"), { recursive: true });
  await bench.put({ "run1/still.img": await bench.read("one.img"), "run2/still.img": await bench.read("two.img"), "some.txt": "run1/still.img\nlost.img\nrun2/still.img\n" });
  const line = `refine --list some.txt ${start} --coarse none --refine scale --out some --json -noprogress`;
  const first = await bench.run(line);
  assert.is(first.code, 4, first.stderr);
  assert.equal(first.stdout.trim().split("\n").map((text) => JSON.parse(text).image), ["run1/still.img", "run2/still.img"]);
  const merging = await bench.run("refine --merge --list some.txt --out some --json");
  assert.is(merging.code, 4);
  const { refined, failed, unfinished, notBegun } = JSON.parse(merging.stdout);
  assert.equal([refined.length, failed.map(({ image }: { image: string }) => image), unfinished, notBegun], [2, ["lost.img"], [], []]);
  await bench.put({ "lost.img": await bench.read("three.img") });
  const [before, again] = [await bench.read("some/run1_still/refinement.json"), await bench.run(`${line} --resume`)];
  assert.is(again.code, 0, again.stderr);
  assert.is(again.stdout.trim().split("\n").length, 3);
  assert.match(again.stderr, /run1\/still.img is refined already/);
  assert.equal(await bench.read("some/run1_still/refinement.json"), before);
  await bench.put({ "more.txt": "run1/still.img\nlost.img\nrun2/still.img\none.img\n" });
  const lacking = await bench.run("refine --merge --list more.txt --out some");
  assert.is(lacking.code, 5);
  assert.match(lacking.stderr, /not begun: one.img/);
  assert.match((await bench.run(`refine one.img ./one.img ${start} --out twice`)).stderr, /listed twice/);
});

test("a refinement that goes on keeps the steps that it had taken", async () => {
  const cut = await told(`refine three.img ${start} --coarse none --steps 2 --out kept --json`);
  const whole = await told(`refine three.img ${start} --coarse none --out kept --json --resume`);
  assert.ok(whole.steps > cut.steps);
  const { history } = JSON.parse(new TextDecoder().decode(await bench.read("kept/refinement.json")));
  const steps: readonly number[] = history.map(({ step }: { step: number }) => step);
  assert.ok(steps.length > whole.steps - 2 && steps.every((step, i) => i === 0 || step >= steps[i - 1]), steps.join());
});

test("Ctrl-C says what it does, ends after the running step with the best so far, and has an exit code of its own", async () => {
  await bench.put({ "several.txt": "one.img\ntwo.img\n" });
  for (const [images, code] of [["one.img", 130], ["--list several.txt", 5]] as const) {
    let told = "";
    const stderr = (text: string): void => {
      told += text;
      if (/^step +1 /.test(text)) process.emit("SIGINT");
    };
    const environment = { cwd: bench.folder, stdout: () => undefined, stderr, isTerminal: false, seconds: () => 0 };
    const found = await runCommand(`refine ${images} ${start} --coarse none --out stopped`.split(" "), environment);
    assert.is(found, code, told);
    assert.match(told, /interrupted: the refinement ends after the running step and writes the best so far; Ctrl-C again ends at once/);
    assert.is(process.listenerCount("SIGINT"), 0);
  }
  assert.match(new TextDecoder().decode(await bench.read("stopped/refinement.json")), /it was interrupted; the best so far is kept/);
});

test("options that are wrong for every image of a list end it at once", async () => {
  const { code, stderr } = await bench.run(`refine one.img two.img three.img ${start} --refine cells_size --out never`);
  assert.is(code, 2);
  assert.not.match(stderr, /three.img/);
});

test("where the time is over before the first step, the start is the result", async () => {
  const { parameters, converged } = await told(`refine one.img ${start} --seconds 1e-6 --out hasty --json`);
  assert.not(converged);
  for (const { value } of Object.values(parameters)) assert.ok(Number.isFinite(value));
  assert.not.match(new TextDecoder().decode(await bench.read("hasty/loss.svg")), /NaN|Infinity/);
});

test("a refinement that was cut short goes on with the spots as wide as they were", async () => {
  const values = { a: 20.1, b: 24.2, c: 28.3, misset_x: 10, misset_y: 20, misset_z: 30, distance: 80, scale: 3 };
  await bench.put({ "hasty/refinement.json": JSON.stringify({ image: "one.img", blur: 2, values }) });
  const { stderr } = await bench.run(`refine one.img ${start} --out hasty --resume`);
  assert.match(stderr, /spots x2/);
  assert.not.match(stderr, /spots x4/);
});

test("a mask written with the image's own header does not move the detector from where the options put it", async () => {
  await bench.put({ "mask.img": await bench.read("two.img") });
  const { stderr } = await bench.run(`refine one.img ${start} -mask mask.img --steps 1 --coarse none --refine scale --out masked`);
  assert.not.match(stderr, /-distance has no effect/);
  assert.match(new TextDecoder().decode(await bench.read("masked/refined.args")), /^-distance 80.2$/m);
});

test("a poor fit with one number of cells for all axes is told how to have three", async () => {
  assert.is((await bench.run(`simulate ${truth} -Na 4 -Nb 6 -Nc 8 -adc 0 -seed 4 -noisefile uneven.img -nopgm`)).code, 0);
  const { stderr } = await bench.run(`refine uneven.img ${start} --coarse none --steps 5 --refine scale,N --out uneven`);
  assert.match(stderr, /--separate_N refines a number for each of them/);
});

const refusals: readonly (readonly [string, RegExp])[] = [
  ["refine", /refine needs an image/],
  [`refine one.img ${start} --refine cells_size`, /--refine: "cells_size" cannot be refined/],
  [`refine one.img ${start} --refine cell --restrain N 5 1`, /--restrain: "N" is not refined/],
  [`refine one.img ${start} --refine cell --system cubic`, /is not cubic/],
  [`refine one.img ${start} --refine cell --beamstop 32 32 99`, /no pixel of one.img is left/],
  [`refine one.img ${start} -detpixels 32`, /one.img has 64 x 64 pixels, and -detpixels says 32 x 32/],
  [`refine one.img ${start} --shard 3/2`, /--shard is "3\/2"/],
  [`refine one.img two.img ${start} --together --shard 1/2`, /--together refines all images as one/],
  [`refine one.img ${start} --coarse 0.5`, /--coarse is "0.5"/],
  [`refine none.img ${start}`, /none.img/],
  [`refine one.img ${start} --refine cell,cell`, /a is refined twice/],
  [`refine one.img ${start} --resume`, /--resume: cannot read .*refinement.json/],
  [`refine one.img gone.img ${start}`, /"gone.img" is taken for an image, and there is no such file/],
  [`refine one.img ${start} -cell 20 24 28 90 90 NaN`, /"NaN" is taken for an image/],
  [`refine one.img ${start} --refine cell,scale --fix Na`, /--fix: Na is not refined anyway \(a, b, c, scale\)/],
  [`refine one.img ${start} -fluence 0`, /-fluence is 0/],
  [`refine one.img ${start} --blocks many`, /--blocks is "many"; it must be a whole number of at least 1, or the word auto/],
  [`refine one.img ${start} --blocks auto -block 0 0 0 1`, /--blocks auto begins with one block, and -block says where others are/],
  [`refine one.img ${start} --blocks auto --resume`, /--blocks auto begins anew, and --resume goes on/],
  [`refine one.img ${start} --bounds a 60 50`, /a has the bounds 60 and 50/],
];
for (const [line, sentence] of refusals) {
  test(`${line.replace(start, "...")} is refused in one sentence`, async () => {
    const { code, stdout, stderr } = await bench.run(`${line} --out refused`);
    assert.is(code, 2, stderr);
    assert.is(stdout, "");
    assert.match(stderr, sentence);
    assert.is(stderr.trim().split("\n").length, 1, stderr);
  });
}

test("where no folder can be made, that is told at once", async () => {
  const { code, stderr } = await bench.run(`refine one.img ${start} -noprogress --coarse none --out /proc/none/of/these`);
  assert.is(code, 2);
  assert.match(stderr, /--out: the folder \/proc\/none cannot be made/);
});

test("what has no effect on a refinement, and a mosaic that may be another one, are told", async () => {
  const line = `refine one.img ${start} -floatfile f.bin -mosaic_spread 0.5 -mosaic_domains 4 --coarse none --steps 1 --refine scale --out idle`;
  const { stderr } = await bench.run(line);
  assert.match(stderr, /-floatfile has no effect on a refinement/);
  assert.match(stderr, /the 4 mosaic domains are drawn with a seed that may not be the crystal's: misset is known to 0.18 degrees at best/);
  assert.not.match((await bench.run(`${line} -mosaic_seed 3`)).stderr, /mosaic domains are drawn/);
});

test("where nobody says how finely pixels are sampled, the image does, and the refined experiment tells it", async () => {
  const coarse = start.replace("-oversample 1", "");
  for (const oversample of [1, 2, 6]) {
    const { code } = await bench.run(`simulate ${truth.replace("-oversample 1", `-oversample ${oversample}`)} -adc 0 -seed 6 -noisefile sampled.img -nopgm`);
    assert.is(code, 0);
    const result = await told(`refine sampled.img ${coarse} --coarse none --out sampled --json`);
    for (const [name, value] of Object.entries(truths)) {
      const found = result.parameters[name];
      assert.ok(Math.abs(found.value - value) < 3.5 * (found.esd ?? 0), `${oversample}: ${name} ${found.value} +- ${found.esd}`);
    }
    assert.match(new TextDecoder().decode(await bench.read("sampled/refined.args")), new RegExp(`^-oversample ${oversample}$`, "m"));
  }
});

test("a file where the folder should be is refused in one sentence", async () => {
  const { code, stderr } = await bench.run(`refine one.img ${start} -noprogress --coarse none --out f.hkl`);
  assert.is(code, 2);
  assert.match(stderr, /^braggtape: --out: the folder .*f.hkl cannot be made: a file has that name\n$/);
});

test("help lists the options", async () => {
  const { code, stdout } = await bench.run("refine --help");
  assert.is(code, 0);
  assert.match(stdout, /-shard i\/n/);
});

test.after(() => bench.remove());
test.run();
