import { test } from "uvu";
import * as assert from "uvu/assert";
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
}

const bench = await Workbench.make({ "f.hkl": reflections() });
for (const [name, seed] of [["one", 1], ["two", 2], ["three", 3]] as const) {
  const { code, stderr } = await bench.run(`simulate ${truth} -adc 0 -seed ${seed} -noisefile ${name}.img -nopgm`);
  assert.is(code, 0, stderr);
}

async function told(line: string): Promise<Told> {
  const { code, stdout, stderr } = await bench.run(line);
  assert.is(code, 0, stderr);
  return JSON.parse(stdout);
}

const truths = { a: 20.1, b: 24.2, c: 28.3, misset_x: 10, misset_y: 20, misset_z: 30, distance: 80, scale: 3 };

test("refine prints one JSON object with the fields that were promised, and the truth is within the standard deviations", async () => {
  const result = await told(`refine one.img ${start} --refine cell,misset,distance,scale --out r --json`);
  assert.equal(Object.keys(result), ["parameters", "loss", "reducedChiSquare", "converged", "why", "steps", "seconds"]);
  assert.equal(Object.keys(result.parameters), Object.keys(truths));
  for (const [name, value] of Object.entries(truths)) {
    const found = result.parameters[name];
    assert.equal(Object.keys(found), ["start", "value", "esd", "unit"]);
    assert.ok(Math.abs(found.value - value) < 3.5 * (found.esd ?? 0), `${name} ${found.value} +- ${found.esd}`);
  }
});

test("the folder holds pictures, curves, numbers, and a page that needs no network", async () => {
  for (const name of ["picture.png", "loss.svg", "correlations.svg", "refinement.json", "refined.args"]) assert.ok((await bench.read(`r/${name}`)).length > 100, name);
  const page = new TextDecoder().decode(await bench.read("r/index.html"));
  assert.match(page, /data:image\/png;base64,/);
  assert.match(page, /<svg/);
  assert.not.match(page.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|src="(?!data:)|href=/);
});

test("simulate takes the refined experiment back, and refine stays there", async () => {
  const { code, stderr } = await bench.run("simulate @r/refined.args -nonoise -nopgm -floatfile back.bin");
  assert.is(code, 0, stderr);
  const result = await told("refine one.img @r/refined.args --coarse none --refine cell,misset,distance --out again --json -threads 1");
  assert.ok(result.steps <= 2);
  for (const { start: from, value, esd } of Object.values(result.parameters)) assert.ok(Math.abs(value - from) < 0.05 * (esd ?? 0));
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

const refusals: readonly (readonly [string, RegExp])[] = [
  ["refine", /refine needs an image/],
  [`refine one.img ${start} --refine cells_size`, /--refine: "cells_size" cannot be refined/],
  [`refine one.img ${start} --refine cell --restrain N 5 1`, /--restrain: "N" is not refined/],
  [`refine one.img ${start} --refine cell --system cubic`, /is not cubic/],
  [`refine one.img ${start} --refine cell --beamstop 32 32 99`, /no pixel of the image is left/],
  [`refine one.img ${start} -detpixels 32`, /one.img has 64 x 64 pixels, and -detpixels says 32 x 32/],
  [`refine one.img ${start} --shard 3/2`, /--shard is "3\/2"/],
  [`refine one.img ${start} --coarse 0.5`, /--coarse is "0.5"/],
  [`refine none.img ${start}`, /none.img/],
];
for (const [line, sentence] of refusals) {
  test(`${line.replace(start, "...")} is refused in one sentence`, async () => {
    const { code, stdout, stderr } = await bench.run(`${line} --out refused`);
    assert.is(code, 2, stderr);
    assert.is(stdout, "");
    assert.match(stderr, sentence);
  });
}

test("help lists the options", async () => {
  const { code, stdout } = await bench.run("refine --help");
  assert.is(code, 0);
  assert.match(stdout, /-shard i\/n/);
});

test.after(() => bench.remove());
test.run();
